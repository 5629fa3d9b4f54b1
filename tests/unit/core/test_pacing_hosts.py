"""What hosts and feeds ask for, and where a source is visited: `storywatch.pacing`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.errors import Fault
from storywatch.model import Document, Source, SourceKind, Validators, Visit, VisitOutcome, Wishes
from storywatch.pacing import (
    FIRST_VISITS_APART,
    FIRST_VISITS_WITHIN,
    LONGEST_RETRY_AFTER,
    HostHold,
    Moved,
    SourceState,
    address,
    after,
    host_hold,
    must_wait,
    spread,
    wanted_from,
)
from tests.support.samples import NOW, a_source, parsed

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
SOURCE = a_source()
STATE = SourceState(source=SOURCE.id, next_poll_at=NOW, validators=Validators(etag='"1"', body_hash="ab"))
NEW = "https://nyt.example/new.xml"
OK = Visit(outcome=VisitOutcome.UNCHANGED, validators=Validators(etag='"2"'))

moments = st.datetimes(datetime(2021, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
wishes = st.builds(
    Wishes,
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)


def failed(code: str = "unavailable", *, retry_after: timedelta | None = None, **about: object) -> Visit:
    """Return a visit that failed."""
    fault = Fault(code=code, message=code, permanent=code in {"gone", "not_found", "blocked"}, retry_after=retry_after)
    return replace(Visit(outcome=VisitOutcome.FAILED, fault=fault), **about)  # type: ignore[arg-type]  # any field


def then(visit: Visit, state: SourceState = STATE, source: Source = SOURCE, now: datetime = NOW) -> SourceState:
    """Return the state after a visit, without jitter."""
    return after(visit, state, source, brought_news=False, now=now, dice=0.0)


# A feed's wishes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "days", "wanted"),
    [
        ((), (), NOW),
        ((17,), (), NOW),
        ((18,), (), NOW + HOUR),
        ((18, 19, 20), (), NOW + 3 * HOUR),
        ((18, 20), (), NOW + HOUR),
        ((), (3,), NOW + 6 * HOUR),
        ((0, 1), (3,), NOW + 8 * HOUR),
        ((), (3, 4, 5, 6, 0, 1), NOW + 6 * DAY - 18 * HOUR),
        (tuple(range(24)), (), NOW),
        ((), tuple(range(7)), NOW),
    ],
)
def test_the_next_wanted_moment(hours: tuple[int, ...], days: tuple[int, ...], wanted: datetime) -> None:
    """It is Thursday, 18:00. Who asks to be skipped for ever can't mean it."""
    assert wanted_from(NOW, Wishes(skip_hours=frozenset(hours), skip_days=frozenset(days))) == wanted


@given(moments, wishes)
def test_the_wanted_moment_is_the_first_one(moment: datetime, asked: Wishes) -> None:
    """Never before, within a week, and each hour before it is one to skip."""
    wanted = wanted_from(moment, asked)
    assert moment <= wanted <= moment + 8 * DAY

    def is_free(one: datetime) -> bool:
        return one.hour not in asked.skip_hours and one.weekday() not in asked.skip_days

    if len(asked.skip_hours) < 24 and len(asked.skip_days) < 7:
        assert is_free(wanted)
    hours = int((wanted - moment) / HOUR)
    assert not any(is_free(moment + number * HOUR) for number in range(hours))


@given(wishes, st.floats(0, 1))
def test_neither_success_nor_failure_is_followed_by_an_unwanted_visit(asked: Wishes, rolled: float) -> None:
    """Jitter may not move a visit into an hour to skip."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=(), wishes=asked)
    read = Visit(outcome=VisitOutcome.OK, document=document)
    once = after(read, STATE, SOURCE, brought_news=False, now=NOW, dice=rolled)
    twice = after(failed(), once, SOURCE, brought_news=False, now=once.next_poll_at, dice=rolled)
    for state in (once, twice):
        assert wanted_from(state.next_poll_at, asked) == state.next_poll_at
    assert twice.wishes == asked


@pytest.mark.parametrize("visit", [OK, failed()], ids=["unchanged", "failed"])
def test_wishes_are_remembered_until_a_document_says_others(visit: Visit) -> None:
    """A delta is no whole document: it may leave them out."""
    asked = replace(STATE, wishes=Wishes(ttl=HOUR))
    assert then(visit, asked).wishes == Wishes(ttl=HOUR)
    document = Document(kind=SourceKind.FEED, format="rss20", items=())
    delta = Visit(outcome=VisitOutcome.OK, document=document, partial=True)
    assert then(delta, asked).wishes == Wishes(ttl=HOUR)
    assert then(replace(delta, partial=False), asked).wishes == Wishes()


# How often -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visit", "every", "pause"),
    [
        (OK, QUARTER, QUARTER),
        (replace(OK, validates=False), QUARTER, HOUR),
        (replace(OK, validates=False), 2 * HOUR, 2 * HOUR),
        (replace(OK, retry_after=3 * HOUR), QUARTER, 3 * HOUR),
        (replace(OK, retry_after=30 * DAY), QUARTER, LONGEST_RETRY_AFTER),
    ],
)
def test_a_server_that_can_not_say_not_modified_is_visited_hourly(
    visit: Visit, every: timedelta, pause: timedelta
) -> None:
    """The longest wish counts."""
    assert then(visit, source=a_source(every=every)).next_poll_at == NOW + pause


@given(
    fresh=st.timedeltas(timedelta(), 9 * DAY),
    ttl=st.timedeltas(timedelta(), 9 * DAY),
    asked=st.timedeltas(timedelta(), 9 * DAY),
    hours=st.frozensets(st.integers(0, 23)),
    rolled=st.floats(0, 1),
)
def test_an_own_server_is_asked_as_often_as_its_operator_says(
    fresh: timedelta, ttl: timedelta, asked: timedelta, hours: frozenset[int], rolled: float
) -> None:
    """Whatever it says itself, and it holds nothing up."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=(), wishes=Wishes(ttl=ttl, skip_hours=hours))
    visit = Visit(
        outcome=VisitOutcome.OK, document=document, fresh_for=fresh, retry_after=asked, validates=False, status=429
    )
    own = a_source(own=True)
    state = after(visit, STATE, own, brought_news=False, now=NOW, dice=rolled)
    assert QUARTER <= state.next_poll_at - NOW <= QUARTER * 1.05
    assert host_hold(visit, state, own, NOW) is None
    assert must_wait(state, own, HostHold(host="nyt.example", until=NOW + HOUR), NOW) is None


@pytest.mark.parametrize(
    ("code", "failing_for", "pause"),
    [
        ("gone", timedelta(), 7 * DAY),
        ("not_found", 30 * DAY - HOUR, DAY),
        ("not_found", 30 * DAY, 7 * DAY),
        ("blocked", 7 * DAY - HOUR, DAY),
        ("blocked", 7 * DAY, 7 * DAY),
        ("unavailable", 300 * DAY, DAY),
        ("robots", timedelta(), DAY),
        ("robots", 300 * DAY, DAY),
        ("throttled", 300 * DAY, DAY),
    ],
)
def test_what_is_hopeless_is_looked_at_once_a_week(code: str, failing_for: timedelta, pause: timedelta) -> None:
    """After so long; what merely fails, daily."""
    state = replace(STATE, failures=50, failing_since=NOW - failing_for)
    assert then(failed(code), state).next_poll_at == NOW + pause


# A host's wishes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visit", "until"),
    [
        (OK, None),
        (failed(), None),
        (failed(retry_after=HOUR), NOW + HOUR),
        (failed(retry_after=30 * DAY), NOW + LONGEST_RETRY_AFTER),
        (failed("throttled"), NOW + QUARTER),
        (failed("throttled", retry_after=2 * HOUR), NOW + 2 * HOUR),
        (failed("robots_unreachable", retry_after=HOUR), NOW + HOUR),
        (replace(OK, retry_after=HOUR), None),
        (replace(OK, retry_after=HOUR, status=429), NOW + HOUR),
    ],
)
def test_what_holds_the_whole_host(visit: Visit, until: datetime | None) -> None:
    """A failure that names a time, and any 429. A document with a Retry-After speaks for itself only."""
    hold = host_hold(visit, then(visit), SOURCE, NOW)
    assert hold == (None if until is None else HostHold(host="nyt.example", until=until))


@pytest.mark.parametrize(
    ("final", "moved_to", "host"),
    [
        (None, None, "nyt.example"),
        (None, "https://feeds.example/a", "feeds.example"),
        ("https://cdn.example/a", None, "cdn.example"),
        ("https://cdn.example/a", "https://feeds.example/a", "cdn.example"),
    ],
)
def test_it_is_the_host_that_answered_that_is_held(final: str | None, moved_to: str | None, host: str) -> None:
    """Where redirects led, or where the source is visited now."""
    visit = failed("throttled", final_url=final)
    hold = host_hold(visit, then(visit, replace(STATE, url=moved_to)), SOURCE, NOW)
    assert hold is not None
    assert hold.host == host


@pytest.mark.parametrize(("kind", "after_pages"), [(SourceKind.PAGE, NOW + HOUR), (SourceKind.FEED, None)])
@pytest.mark.parametrize("visit", [OK, failed("not_found")], ids=["read", "failed"])
def test_a_crawl_delay_holds_the_hosts_pages(visit: Visit, kind: SourceKind, after_pages: datetime | None) -> None:
    """Whether or not the page could be read; feeds are made to be polled."""
    source = a_source(kind=kind)
    visit = replace(visit, crawl_delay=HOUR)
    hold = host_hold(visit, then(visit, source=source), source, NOW)
    assert (hold and hold.pages_after) == after_pages


@pytest.mark.parametrize(
    ("held", "host", "pages", "wait"),
    [
        (None, None, None, None),
        (HOUR, None, None, HOUR),
        (None, HOUR, None, HOUR),
        (None, None, HOUR, HOUR),
        (HOUR, 2 * HOUR, 3 * HOUR, 3 * HOUR),
        (-HOUR, timedelta(), -HOUR, None),
        (LONGEST_RETRY_AFTER, None, None, LONGEST_RETRY_AFTER),
        (8 * DAY, 900 * DAY, None, None),
        (HOUR, 900 * DAY, None, HOUR),
    ],
)
def test_who_must_wait(
    held: timedelta | None, host: timedelta | None, pages: timedelta | None, wait: timedelta | None
) -> None:
    """For the last of them. What lies further ahead than anybody can ask for was written by a wrong clock."""

    def at(pause: timedelta | None) -> datetime | None:
        return None if pause is None else NOW + pause

    hold = HostHold(host="nyt.example", until=at(host), pages_after=at(pages))
    page = a_source(kind=SourceKind.PAGE)
    assert must_wait(replace(STATE, held_until=at(held)), page, hold, NOW) == at(wait)


def test_only_pages_wait_for_a_crawl_delay() -> None:
    """The control."""
    assert must_wait(STATE, SOURCE, HostHold(host="nyt.example", pages_after=NOW + HOUR), NOW) is None


@given(wishes, st.timedeltas(timedelta(), 6 * DAY))
def test_who_waits_waits_for_a_wanted_hour(asked: Wishes, held: timedelta) -> None:
    """After a pause as well as without one."""
    state = replace(STATE, wishes=asked, held_until=NOW + held)
    until = must_wait(state, SOURCE, None, NOW) or NOW
    assert until == wanted_from(NOW + held, asked)


# Where ---------------------------------------------------------------------------------------------------------------


def redirected(target: str | None) -> Visit:
    """Return a visit that ended there for good."""
    return replace(OK, permanent_url=target)


@pytest.mark.parametrize(
    ("targets", "hours", "url"),
    [
        ([NEW, NEW], 1, None),
        ([NEW, NEW, NEW], 1, NEW),
        ([NEW, NEW, None, NEW, NEW], 1, None),
        ([NEW, NEW, "https://nyt.example/other", NEW], 1, None),
        ([NEW, NEW], 23, None),
        ([NEW, NEW], 24, NEW),
        ([NEW, NEW, NEW, None], 1, NEW),
        ([SOURCE.url] * 3, 1, None),
        ([NEW, NEW, NEW, SOURCE.url, SOURCE.url, SOURCE.url], 1, None),
        ([NEW, NEW, NEW, "https://nyt.example/other"], 1, NEW),
    ],
)
def test_when_a_source_has_moved(targets: list[str | None], hours: int, url: str | None) -> None:
    """Three times in a row, or for a day; and back the same way."""
    state = STATE
    for number, target in enumerate(targets):
        state = then(redirected(target), state, now=NOW + number * hours * HOUR)
    assert state.url == url
    assert address(SOURCE, state) == (url or SOURCE.url)


def test_a_failure_breaks_the_row() -> None:
    """What redirects now and then is not moving."""
    state = then(redirected(NEW))
    assert state.moved == Moved(url=NEW, since=NOW, times=1)
    assert then(failed(), state).moved is None


def test_after_three_failures_the_declared_address_is_visited_again() -> None:
    """Without the entity tag of the other one; its body's hash tells as well there."""
    state = replace(STATE, url=NEW)
    for failures in (1, 2, 3):
        state = then(failed(), state)
        assert (state.failures, state.url) == (failures, NEW if failures < 3 else None)
        assert state.validators.etag == ('"1"' if failures < 3 else None)
    assert state.validators.body_hash == "ab"


def test_failures_at_the_declared_address_keep_its_validators() -> None:
    """The control."""
    state = STATE
    for _ in range(5):
        state = then(failed(), state)
    assert state.validators == STATE.validators


# What is remembered --------------------------------------------------------------------------------------------------


def test_how_many_items_were_listed() -> None:
    """Those that were not read because they are known count too; a delta and a 304 say nothing of it."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=(parsed(),), known=4)
    read = Visit(outcome=VisitOutcome.OK, document=document)
    state = then(read)
    assert state.listed == 5
    for visit in (OK, replace(read, partial=True), failed()):
        assert then(visit, state).listed == 5


def test_since_when_a_source_fails() -> None:
    """Since the first failure of the row."""
    first = then(failed())
    second = then(failed(), first, now=NOW + HOUR)
    assert (first.failing_since, second.failing_since) == (NOW, NOW)
    assert then(OK, second).failing_since is None


# Together ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 20_000))
def test_what_is_due_together_is_spread(count: int) -> None:
    """A few a second, and all within a quarter of an hour."""
    pauses = list(spread(count))
    assert len(pauses) == count
    assert pauses[:1] in ([], [timedelta()])
    apart = min(FIRST_VISITS_APART, FIRST_VISITS_WITHIN / max(count, 1))
    assert all(later - earlier >= apart * 0.99 for earlier, later in pairwise(pauses))
    assert not pauses or pauses[-1] <= FIRST_VISITS_WITHIN
