"""When a source is visited next: `storywatch.pacing`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.errors import Fault
from storywatch.model import Document, SourceKind, Validators, Visit, VisitOutcome, Wishes
from storywatch.pacing import JITTER, LEAST_PAUSE, LONGEST_FLOOR, LONGEST_RETRY_AFTER, SourceState, after
from tests.support.samples import NOW, a_source

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
STATE = SourceState(source="nyt-world", next_poll_at=NOW)

dice = st.floats(0, 1)
pauses = st.timedeltas(timedelta(), timedelta(days=30))


def good(ttl: timedelta | None = None, fresh_for: timedelta | None = None) -> Visit:
    """Return a visit that brought an empty document."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=(), wishes=Wishes(ttl=ttl))
    return Visit(outcome=VisitOutcome.OK, document=document, fresh_for=fresh_for, validators=Validators(etag='"2"'))


def failed(*, permanent: bool = False, retry_after: timedelta | None = None, code: str = "unavailable") -> Visit:
    """Return a visit that failed."""
    fault = Fault(code=code, message="busy", permanent=permanent, retry_after=retry_after)
    return Visit(outcome=VisitOutcome.FAILED, fault=fault)


def pause(visit: Visit, *, state: SourceState = STATE, every: timedelta = QUARTER, rolled: float = 0.0) -> timedelta:
    """Return the pause until the next visit."""
    paced = after(visit, state, a_source(every=every), brought_news=False, now=NOW, dice=rolled)
    return paced.next_poll_at - NOW


@pytest.mark.parametrize(
    ("ttl", "fresh_for", "expected"),
    [
        (None, None, QUARTER),
        (timedelta(minutes=5), None, QUARTER),
        (timedelta(hours=1), None, timedelta(hours=1)),
        (None, timedelta(hours=2), timedelta(hours=2)),
        (timedelta(hours=3), timedelta(hours=2), timedelta(hours=3)),
        (timedelta(days=9), None, DAY),
        (None, timedelta(days=9), DAY),
        (timedelta(0), timedelta(0), QUARTER),
        (timedelta(hours=-1), timedelta(hours=-1), QUARTER),
    ],
)
def test_a_success_waits_for_the_interval_or_the_publishers_floor(
    ttl: timedelta | None, fresh_for: timedelta | None, expected: timedelta
) -> None:
    """The longest of them; a floor counts for at most a day."""
    assert pause(good(ttl, fresh_for)) == expected


@given(pauses, pauses, pauses, dice)
def test_no_visit_of_a_paced_source_comes_before_a_floor(
    called_for: timedelta, ttl: timedelta, fresh: timedelta, rolled: float
) -> None:
    """What its rhythm calls for counts where the publisher asks for less; a pause of its own would count alone."""
    visit, source = good(ttl, fresh), a_source(every=None)
    said: dict[str, Any] = {"brought_news": False, "now": NOW, "dice": rolled}
    paced = after(visit, STATE, source, pause=max(called_for, LEAST_PAUSE), **said)
    floor = max(min(ttl, LONGEST_FLOOR), min(fresh, LONGEST_FLOOR), called_for, LEAST_PAUSE)
    assert floor <= paced.next_poll_at - NOW <= floor * (1 + JITTER) + timedelta(microseconds=1)
    fixed = after(visit, STATE, a_source(every=QUARTER), pause=called_for, **said)
    assert fixed == after(visit, STATE, a_source(every=QUARTER), **said)


def test_an_interval_of_the_operator_is_never_cut() -> None:
    """The cap is for publishers' floors only."""
    assert pause(good(), every=timedelta(days=3)) == timedelta(days=3)


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=3)), pauses, pauses, dice)
def test_no_visit_comes_before_a_floor(every: timedelta, ttl: timedelta, fresh: timedelta, rolled: float) -> None:
    """Interval, ttl and freshness (each capped) all hold; jitter adds at most its share."""
    floor = max(every, min(ttl, LONGEST_FLOOR), min(fresh, LONGEST_FLOOR))
    chosen = pause(good(ttl, fresh), every=every, rolled=rolled)
    assert floor <= chosen <= floor * (1 + JITTER)


@given(asked=pauses, permanent=st.booleans(), failures=st.integers(0, 10_000), rolled=dice)
def test_no_retry_comes_before_the_server_allows_it(
    *, asked: timedelta, permanent: bool, failures: int, rolled: float
) -> None:
    """Retry-After holds for up to a week, after any number of failures."""
    state = SourceState(source="s", next_poll_at=NOW, failures=failures)
    assert pause(failed(permanent=permanent, retry_after=asked), state=state, rolled=rolled) >= min(
        asked, LONGEST_RETRY_AFTER
    )


def test_failures_back_off_and_never_stop() -> None:
    """From a quarter of an hour, doubled, to a day; the next visit is always set."""
    state, waits = STATE, []
    for _ in range(30):
        now = state.next_poll_at
        state = after(failed(), state, a_source(), brought_news=False, now=now, dice=0.0)
        waits.append(state.next_poll_at - now)
    assert waits[:8] == [QUARTER * 2**n for n in range(7)] + [DAY]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert state.failures == 30


@pytest.mark.parametrize("code", ["verification_failed", "egress_refused", "robots"])
def test_what_is_said_for_good_is_tried_once_a_day(code: str) -> None:
    """Feeds come back after months, and configs are mended."""
    assert pause(failed(permanent=True, code=code)) == DAY


def test_what_is_gone_for_good_is_looked_at_once_a_week() -> None:
    """The first time that the server says so."""
    assert pause(failed(permanent=True, code="gone")) == 7 * DAY


def test_a_refusal_climbs_like_any_failure() -> None:
    """One 403 or 404 may be a mistake of the hour: a day of silence for it would lose alerts."""
    assert pause(failed(permanent=True, code="not_found")) == timedelta(minutes=15)


def test_a_source_that_worked_lately_is_never_left_for_long() -> None:
    """An outage of some hours must not cost as many again; a server that is gone for days is let be."""
    lately = replace(STATE, failures=30, last_success_at=NOW - DAY)
    long_ago = replace(STATE, failures=30, last_success_at=NOW - 4 * DAY)
    assert [pause(failed(), state=state) for state in (lately, long_ago)] == [timedelta(hours=6), DAY]


def test_a_failure_keeps_what_is_known() -> None:
    """Validators vouch for stored items: losing them costs a download, faking them costs items."""
    old = SourceState(
        source="s",
        next_poll_at=NOW,
        validators=Validators(etag='"1"'),
        last_success_at=NOW - DAY,
        last_new_at=NOW - DAY,
    )
    visit = failed()
    state = after(visit, old, a_source(), brought_news=False, now=NOW, dice=0.0)
    assert (state.validators, state.last_success_at, state.last_new_at) == (
        old.validators,
        old.last_success_at,
        old.last_new_at,
    )
    assert (state.failures, state.fault, state.last_poll_at) == (1, visit.fault, NOW)


@pytest.mark.parametrize("brought_news", [True, False])
def test_a_success_forgets_the_failures(*, brought_news: bool) -> None:
    """And remembers when news came last."""
    earlier = NOW - DAY
    old = SourceState(source="s", next_poll_at=NOW, failures=4, fault=Fault(code="x", message="x"), last_new_at=earlier)
    state = after(good(), old, a_source(), brought_news=brought_news, now=NOW, dice=0.0)
    assert (state.failures, state.fault, state.last_success_at, state.last_poll_at) == (0, None, NOW, NOW)
    assert state.validators == Validators(etag='"2"')
    assert state.last_new_at == (NOW if brought_news else earlier)


def test_an_unchanged_source_is_a_success() -> None:
    """A 304 resets the failures and applies its freshness (RFC 9111)."""
    visit = Visit(outcome=VisitOutcome.UNCHANGED, fresh_for=timedelta(hours=1), validators=Validators(etag='"3"'))
    state = after(
        visit,
        SourceState(source="s", next_poll_at=NOW, failures=3),
        a_source(),
        brought_news=False,
        now=NOW,
        dice=0.0,
    )
    assert (state.failures, state.validators.etag, state.next_poll_at) == (0, '"3"', NOW + timedelta(hours=1))
