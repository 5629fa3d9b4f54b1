"""Subscriptions to hubs: what each event makes of them, without clock, network and database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch import push
from storywatch.errors import Fault
from storywatch.model import Document, PushOffer, SourceKind, Visit, VisitOutcome
from storywatch.push import HubMode, PushStanding, PushState
from tests.support.samples import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFER = PushOffer(hub="https://hub.example/", topic="https://nyt.example/feed")
TOPIC = OFFER.topic
QUARTER = timedelta(minutes=15)


def a_push(standing: PushStanding = PushStanding.ACTIVE, **changes: Any) -> PushState:
    """Return a subscription that was confirmed just now for ten days."""
    lease = {"asked_at": NOW, "confirmed_at": NOW, "lease_until": NOW + 10 * DAY}
    values: dict[str, Any] = {
        "id": "0" * 32,
        "source": "nyt-world",
        "hub": OFFER.hub,
        "topic": TOPIC,
        "made_for": "us",
        "standing": standing,
        "ask_at": NOW,
        **(lease if standing in {PushStanding.ACTIVE, PushStanding.ENDING} else {}),
    }
    return PushState(**(values | changes))


def offered(offer: PushOffer | None, *states: PushState) -> tuple[PushState, ...]:
    """Let the source offer this."""
    return push.wanted(offer, states, "nyt-world", made_for="us", new_id="1" * 32, now=NOW)


def test_an_offer_begins_a_subscription_that_is_due_at_once() -> None:
    (begun,) = offered(OFFER)
    assert (begun.standing, begun.ask_at, begun.hub, begun.topic) == (PushStanding.PENDING, NOW, *vars_of(OFFER))
    assert offered(None) == ()


def vars_of(offer: PushOffer) -> tuple[str, str]:
    """Return hub and topic."""
    return offer.hub, offer.topic


def test_the_same_offer_changes_nothing() -> None:
    assert offered(OFFER, a_push()) == ()
    assert offered(OFFER, a_push(PushStanding.DENIED)) == ()


@pytest.mark.parametrize("change", [{"hub": "https://other.example/"}, {"topic": "https://nyt.example/other"}])
def test_another_offer_ends_the_old_and_begins_a_new(change: dict[str, str]) -> None:
    old, new = offered(replace(OFFER, **change), a_push())
    assert (old.standing, old.mode, old.ask_at) == (PushStanding.ENDING, HubMode.UNSUBSCRIBE, NOW)
    assert (new.standing, new.mode, new.id) == (PushStanding.PENDING, HubMode.SUBSCRIBE, "1" * 32)


def test_a_subscription_that_ends_does_not_stand_in_the_way_of_a_new_one() -> None:
    (new,) = offered(OFFER, a_push(PushStanding.ENDING))
    assert new.standing is PushStanding.PENDING


def test_one_document_without_a_hub_is_forgiven() -> None:
    (once,) = offered(None, a_push())
    assert once.standing is PushStanding.ACTIVE
    (again,) = offered(OFFER, once)
    assert again.withdrawn == 0
    (twice,) = offered(None, once)
    ended = push.on_asking(twice, NOW)
    assert ended is not None
    assert ended.standing is PushStanding.ENDING


def test_an_unchanged_document_says_nothing_of_hubs_unless_its_header_does() -> None:
    def after(visit: Visit) -> tuple[PushState, ...]:
        return push.after_visit(
            [a_push()], visit, "nyt-world", found=0, began=NOW, made_for="us", new_id="1" * 32, now=NOW
        )

    document = Document(kind=SourceKind.FEED, format="rss20", items=())
    assert after(Visit(outcome=VisitOutcome.UNCHANGED)) == (a_push(),)
    assert after(Visit(outcome=VisitOutcome.OK, document=document, partial=True)) == (a_push(),)
    assert after(Visit(outcome=VisitOutcome.OK, document=document))[0].withdrawn == 1
    assert after(Visit(outcome=VisitOutcome.OK, document=replace(document, push=OFFER)))[0].withdrawn == 0
    elsewhere = replace(OFFER, hub="https://other.example/")
    assert len(after(Visit(outcome=VisitOutcome.UNCHANGED, push=elsewhere))) == 2


def test_what_is_not_due_is_not_asked() -> None:
    waiting = a_push(ask_at=NOW + MINUTE)
    assert push.on_asking(waiting, NOW) is waiting
    assert not push.is_asked(waiting, NOW + HOUR)


def test_a_hub_that_does_not_confirm_is_asked_ever_more_seldom() -> None:
    """From five minutes to a day, for ever."""
    state: PushState | None = a_push(PushStanding.PENDING)
    pauses: list[timedelta] = []
    now = NOW
    for _ in range(30):
        assert state is not None
        state = push.on_asking(state, now)
        assert state is not None
        assert push.is_asked(state, now)
        pauses.append(state.ask_at - now)
        now = state.ask_at
    assert pauses[:3] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == DAY


def test_a_confirmation_begins_the_lease_and_its_renewal() -> None:
    asked = push.on_asking(a_push(PushStanding.PENDING), NOW)
    assert asked is not None
    state = push.after_verification(asked, HubMode.SUBSCRIBE, timedelta(seconds=1000), NOW + MINUTE)
    assert state is not None
    assert (state.standing, state.failures, state.fault) == (PushStanding.ACTIVE, 0, None)
    assert state.lease_until == NOW + MINUTE + timedelta(seconds=1000)
    assert state.ask_at == NOW + MINUTE + timedelta(seconds=800)


@pytest.mark.parametrize(
    ("lease", "granted", "renewed"),
    [
        (None, 10 * DAY, 8 * DAY),
        (timedelta(0), timedelta(0), MINUTE),
        (timedelta(seconds=10), timedelta(seconds=10), MINUTE),
        (timedelta(days=100_000), 365 * DAY, 292 * DAY),
    ],
)
def test_odd_leases(lease: timedelta | None, granted: timedelta, renewed: timedelta) -> None:
    """None named; too short to keep up; longer than anybody lives."""
    state = push.after_verification(a_push(), HubMode.SUBSCRIBE, lease, NOW)
    assert state is not None
    assert (state.lease_until, state.ask_at) == (NOW + granted, NOW + renewed)


def test_a_renewal_under_way_takes_nothing_away() -> None:
    """Until the lease ends: then nothing is owed any more."""
    state = push.on_asking(a_push(proven=True, lease_until=NOW + 2 * DAY, ask_at=NOW + DAY), NOW + DAY)
    assert state is not None
    assert (state.standing, state.proven) == (PushStanding.ACTIVE, True)
    lapsed = push.on_asking(replace(state, ask_at=NOW), NOW + 2 * DAY)
    assert lapsed is not None
    assert (lapsed.standing, lapsed.proven) == (PushStanding.PENDING, False)


def test_a_refusal_is_kept_with_the_pause_it_asks_for() -> None:
    asked = push.on_asking(a_push(PushStanding.PENDING), NOW)
    assert asked is not None
    state = push.after_refusal(asked, Fault(code="hub_refused", message="m", retry_after=3 * HOUR), NOW)
    assert (state.ask_at, state.fault and state.fault.code) == (NOW + 3 * HOUR, "hub_refused")
    forever = push.after_refusal(asked, Fault(code="hub_refused", message="m", retry_after=900 * DAY), NOW)
    assert forever.ask_at == NOW + 7 * DAY
    short = push.after_refusal(asked, Fault(code="hub_refused", message="m", retry_after=MINUTE), NOW)
    assert short.ask_at == asked.ask_at


def test_a_refusal_after_the_confirmation_is_too_late() -> None:
    """A hub verified, and then its answer to the request was lost."""
    asked = push.on_asking(a_push(PushStanding.PENDING), NOW)
    assert asked is not None
    active = push.after_verification(asked, HubMode.SUBSCRIBE, DAY, NOW + MINUTE)
    assert active is not None
    assert push.after_refusal(active, Fault(code="hub_timeout", message="m"), NOW + 2 * MINUTE) is active


MEANT = [
    (PushStanding.PENDING, NOW, HubMode.SUBSCRIBE, True),
    (PushStanding.PENDING, None, HubMode.SUBSCRIBE, False),
    (PushStanding.PENDING, NOW, HubMode.UNSUBSCRIBE, False),
    (PushStanding.ACTIVE, NOW, HubMode.SUBSCRIBE, True),
    (PushStanding.ACTIVE, NOW, HubMode.UNSUBSCRIBE, False),
    (PushStanding.DENIED, NOW, HubMode.SUBSCRIBE, False),
    (PushStanding.ENDING, NOW, HubMode.UNSUBSCRIBE, True),
    (PushStanding.ENDING, None, HubMode.UNSUBSCRIBE, False),
    (PushStanding.ENDING, NOW, HubMode.SUBSCRIBE, False),
]


@pytest.mark.parametrize(("standing", "asked_at", "mode", "meant"), MEANT)
def test_only_what_was_asked_for_is_meant(
    standing: PushStanding, asked_at: datetime | None, mode: HubMode, *, meant: bool
) -> None:
    state = a_push(standing, asked_at=asked_at)
    assert push.is_meant(state, mode, TOPIC) is meant
    assert not push.is_meant(state, mode, TOPIC + "/")


def test_a_denial_waits_for_a_day_and_longer_each_time() -> None:
    state: PushState | None = push.on_asking(a_push(PushStanding.PENDING), NOW)
    pauses: list[timedelta] = []
    for _ in range(6):
        assert state is not None
        denied = push.after_denial(state, TOPIC, "no", NOW)
        assert denied is not None
        assert denied.standing is PushStanding.DENIED
        pauses.append(denied.ask_at - NOW)
        state = push.on_asking(replace(denied, ask_at=NOW), NOW)
        assert state is not None
        assert state.standing is PushStanding.PENDING
    assert pauses == [DAY, 2 * DAY, 4 * DAY, 7 * DAY, 7 * DAY, 7 * DAY]


def test_a_denial_of_what_ends_ends_it_and_of_another_topic_is_none() -> None:
    assert push.after_denial(a_push(PushStanding.ENDING), TOPIC, "", NOW) is None
    assert push.after_denial(a_push(), "https://elsewhere.example/", "", NOW) == a_push()


def test_what_ends_is_forgotten_at_last() -> None:
    """When the hub knows nothing of it, when the lease is over, when the hub was told often enough."""
    assert push.on_asking(push.ended(a_push(PushStanding.PENDING), NOW), NOW) is None
    assert push.on_asking(push.ended(a_push(), NOW), NOW + 10 * DAY) is None
    state: PushState | None = push.ended(a_push(), NOW)
    asked = 0
    while state is not None:
        state = push.on_asking(replace(state, ask_at=NOW), NOW)
        asked += 1
    assert asked == push.FAREWELLS + 1
    assert push.after_verification(a_push(PushStanding.ENDING), HubMode.UNSUBSCRIBE, None, NOW) is None


def test_a_new_key_begins_it_anew() -> None:
    state = push.remade(a_push(proven=True, missed=1, failures=3), "others", NOW + DAY)
    assert state == a_push(PushStanding.PENDING, made_for="others", ask_at=NOW + DAY)
    assert push.remade(a_push(PushStanding.ENDING), "others", NOW) is None


def pushed(state: PushState, *, news: bool, at: datetime = NOW) -> PushState:
    """Let a push come and be stored."""
    return push.after_push(push.on_push(state, at), at, brought_news=news)


def test_news_by_push_proves_it_and_a_push_without_news_does_not() -> None:
    assert pushed(a_push(), news=True).proven
    assert not pushed(a_push(), news=False).proven
    assert pushed(a_push(proven=True, missed=1), news=False).missed == 1
    assert pushed(a_push(proven=True, missed=1), news=True).missed == 0


def test_a_promise_is_kept_by_the_push_that_made_it() -> None:
    """A later one stands until it is stored itself."""
    first, second = NOW, NOW + MINUTE
    both = push.on_push(push.on_push(a_push(), first), second)
    assert push.after_push(both, first, brought_news=True).promised_at == second
    assert push.after_push(both, second, brought_news=True).promised_at is None


def polled(state: PushState, found: int, began: datetime = NOW + HOUR) -> PushState:
    """Let a poll find so many items."""
    return push.after_poll(state, found=found, began=began)


@pytest.mark.parametrize(("finds", "proven"), [([0, 0, 0], True), ([1], True), ([1, 0, 1], False), ([2], False)])
def test_two_items_found_first_by_a_poll_break_the_push(finds: list[int], *, proven: bool) -> None:
    state = a_push(proven=True)
    for found in finds:
        state = polled(state, found)
    assert state.proven is proven
    assert pushed(state, news=True).proven


def test_a_poll_that_a_push_called_for_brings_the_news_of_the_push() -> None:
    promised = push.on_push(a_push(), NOW)
    assert polled(promised, 3, began=NOW).proven
    assert polled(promised, 3, began=NOW).promised_at is None
    early = polled(promised, 3, began=NOW - MINUTE)
    assert (early.proven, early.missed, early.promised_at) == (False, 3, NOW)


@pytest.mark.parametrize(
    ("every", "floor"), [(QUARTER, 6 * HOUR), (30 * MINUTE, 6 * HOUR), (HOUR, 12 * HOUR), (30 * DAY, 10 * DAY)]
)
def test_the_net_of_a_proven_push(every: timedelta, floor: timedelta) -> None:
    """Six hours or twelve pauses, whichever is longer, but no more than a month, and never beyond the lease."""
    assert push.poll_floor(a_push(proven=True), every, NOW) == floor
    year = a_push(proven=True, lease_until=NOW + 365 * DAY)
    assert push.poll_floor(year, every, NOW) == min(max(6 * HOUR, 12 * every), 30 * DAY)


@pytest.mark.parametrize(
    "state",
    [
        None,
        a_push(),
        a_push(PushStanding.PENDING, proven=True),
        a_push(PushStanding.DENIED, proven=True),
        a_push(PushStanding.ENDING, proven=True),
        a_push(proven=True, lease_until=NOW),
        a_push(proven=True, lease_until=None),
    ],
)
def test_without_proof_there_is_no_net(state: PushState | None) -> None:
    """The negative control."""
    assert push.poll_floor(state, QUARTER, NOW) == timedelta()


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 40)),
        st.tuples(st.just("verify"), st.sampled_from(HubMode)),
        st.tuples(st.just("deny"), st.just(0)),
        st.tuples(st.just("push"), st.booleans()),
        st.tuples(st.just("poll"), st.integers(0, 3)),
        st.tuples(st.just("offer"), st.sampled_from([OFFER, None])),
        st.tuples(st.just("end"), st.just(0)),
    ),
    max_size=40,
)


def step(state: PushState, name: str, value: Any, now: datetime) -> PushState | None:
    """Let one event happen."""
    if name == "verify":
        return push.after_verification(state, value, DAY, now) if push.is_meant(state, value, TOPIC) else state
    steps: dict[str, Callable[[], PushState | None]] = {
        "ask": lambda: push.on_asking(state, now),
        "deny": lambda: push.after_denial(state, TOPIC, "", now),
        "push": lambda: pushed(state, news=value, at=now) if state.standing is PushStanding.ACTIVE else state,
        "poll": lambda: polled(state, value, began=now),
        "offer": lambda: next(iter(offered(value, state)), state),
        "end": lambda: push.ended(state, now),
    }
    return steps[name]()


@given(EVENTS)
def test_whatever_happens_the_net_needs_proof_and_a_lease(events: list[tuple[str, Any]]) -> None:
    """In any order of events: polls are put off only while a confirmed lease runs and pushes brought the last news."""
    state: PushState | None = a_push(PushStanding.PENDING)
    now, found_first = NOW, 0
    for name, value in events:
        if state is None:
            break
        now += timedelta(hours=value) if name == "ask" else timedelta(seconds=1)
        state = step(state, name, value, now)
        found_first = 0 if (name, value) == ("push", True) else found_first + (value if name == "poll" else 0)
        floor = push.poll_floor(state, QUARTER, now)
        if state is not None and floor:
            assert state.standing is PushStanding.ACTIVE
            assert state.lease_until is not None
            assert now + floor <= state.lease_until
            assert found_first < 2
