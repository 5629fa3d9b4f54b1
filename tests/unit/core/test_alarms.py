"""Which alarms begin and end with a poll: `storywatch.alarms`."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.alarms import Poll, begun, is_gap, over, refill_sources
from storywatch.errors import Fault
from storywatch.intake import Intake
from storywatch.model import (
    AlarmKind,
    Document,
    ParsedItem,
    SetAside,
    Source,
    SourceKind,
    Visit,
    VisitOutcome,
)
from storywatch.pacing import SourceState, after
from tests.support.samples import NOW, NYT, a_source, parsed

DAY = timedelta(days=1)
OVERLAPS = Intake(overlaps=True)


def failed(code: str = "unavailable") -> Visit:
    """Return a visit that failed."""
    fault = Fault(code=code, message=f"it is {code}", permanent=code in {"gone", "not_found", "blocked"})
    return Visit(outcome=VisitOutcome.FAILED, fault=fault)


def read(*items: ParsedItem, aside: Iterable[SetAside] = (), known: int = 0, **changes: object) -> Visit:
    """Return a visit that brought a document."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=items, set_aside=tuple(aside), known=known)
    return replace(Visit(outcome=VisitOutcome.OK, document=document), **changes)  # type: ignore[arg-type]  # any field


UNCHANGED = Visit(outcome=VisitOutcome.UNCHANGED)
FRESH = parsed(published=NOW - timedelta(hours=1))


@dataclass
class Watched:
    """A source over many polls, with the alarms that are open."""

    source: Source = field(default_factory=a_source)
    state: SourceState = field(default_factory=lambda: SourceState(source="nyt-world", next_poll_at=NOW))
    now: datetime = NOW
    told: list[str] = field(default_factory=list)
    """What began and ended: `+kind` and `-kind`."""

    def poll(self, visit: Visit, taken: Intake = OVERLAPS, *, later: timedelta | None = None) -> list[str]:
        """Poll when it is due, or so much later than the last time; return what began and ended."""
        self.now = self.now + later if later is not None else max(self.state.next_poll_at, self.now)
        state = after(visit, self.state, self.source, brought_news=bool(taken.new), now=self.now, dice=0.0)
        poll = Poll(
            source=self.source,
            outlet=NYT,
            visit=visit,
            before=self.state,
            after=state,
            taken=taken,
            set_aside=visit.document.set_aside if visit.document else (),
            now=self.now,
        )
        began, ended = begun(poll), over(poll)
        assert not {alarm.kind for alarm in began} & self.state.alarms.keys()
        assert ended <= self.state.alarms.keys()
        left = {kind: since for kind, since in self.state.alarms.items() if kind not in ended}
        self.state = replace(state, alarms=left | {alarm.kind: alarm.raised for alarm in began})
        news = [*(f"+{alarm.kind}" for alarm in began), *(f"-{kind}" for kind in sorted(ended))]
        self.told += news
        return news

    def polls(self, *visits: Visit) -> list[list[str]]:
        """Poll once with each visit."""
        return [self.poll(visit) for visit in visits]


@pytest.mark.parametrize(
    ("visits", "told"),
    [
        ([failed()] * 5, [[], [], ["+failing"], [], []]),
        ([failed(), failed(), read(FRESH), failed(), failed()], [[]] * 5),
        ([failed("gone")] * 2, [["+gone"], []]),
        ([failed("not_found")] * 2, [["+gone"], []]),
        ([failed("blocked")] * 3, [[], ["+blocked"], []]),
        ([failed("robots")] * 2, [["+blocked"], []]),
        ([failed("egress_refused")] * 2, [["+failing"], []]),
        ([failed("not_a_feed")] * 4, [[], [], ["+failing"], []]),
        ([read(FRESH), failed("not_a_feed"), failed("not_a_feed")], [[], ["+kind_changed"], []]),
        ([failed("empty"), failed("empty")], [["+empty"], []]),
        ([read(), read(), read()], [[], ["+empty"], []]),
        ([failed("not_found"), failed("not_found"), failed()], [["+gone"], [], []]),
        ([failed(), failed(), failed(), failed("gone")], [[], [], ["+failing"], ["+gone", "-failing"]]),
        ([failed("blocked"), failed("blocked"), *[failed(), failed("blocked")] * 3], [[], ["+blocked"], *[[]] * 6]),
        ([failed("not_found"), failed()], [["+gone"], []]),
    ],
)
def test_what_begins(visits: list[Visit], told: list[list[str]]) -> None:
    """Each once, however long it lasts; what only somebody can mend sooner than what may pass."""
    assert Watched().polls(*visits) == told


@pytest.mark.parametrize("code", ["unavailable", "gone", "not_found", "blocked", "robots", "egress_refused"])
@pytest.mark.parametrize("visit", [read(FRESH), UNCHANGED], ids=["a document", "a 304"])
def test_a_success_ends_what_failures_began(code: str, visit: Visit) -> None:
    """All of it, and it may begin again."""
    watched = Watched()
    watched.polls(*[failed(code)] * 3)
    (began,) = watched.told
    assert watched.poll(visit) == [began.replace("+", "-")]
    assert watched.state.alarms == {}
    watched.polls(*[failed(code)] * 3)
    assert watched.told.count(began) == 2


def test_an_empty_document_ends_when_it_has_items_again() -> None:
    """An unchanged one has still none."""
    watched = Watched()
    assert watched.polls(read(), read(), UNCHANGED, read(FRESH)) == [[], ["+empty"], [], ["-empty"]]


def test_only_what_is_new_may_be_empty() -> None:
    """A partial document says nothing of the whole."""
    watched = Watched()
    assert watched.polls(read(FRESH), *[read(partial=True)] * 3) == [[]] * 4


@pytest.mark.parametrize(
    ("source", "age", "stale"),
    [
        (a_source(), 29 * DAY, False),
        (a_source(), 31 * DAY, True),
        (a_source(stale_after=DAY), 2 * DAY, True),
        (a_source(stale_after=90 * DAY), 31 * DAY, False),
        (a_source(kind=SourceKind.PAGE), 900 * DAY, False),
        (a_source(kind=SourceKind.PAGE, stale_after=DAY), 2 * DAY, True),
    ],
)
def test_a_source_goes_stale(source: Source, age: timedelta, stale: bool) -> None:  # noqa: FBT001 - a table
    """It answers, and its newest item is old: CNN's feed of 2023 answers to this day."""
    watched = Watched(source=source)
    assert watched.poll(read(parsed(published=NOW - age))) == (["+stale"] if stale else [])


def test_staleness_begins_and_ends_without_failing() -> None:
    """A 304 for a month begins it, a failure changes nothing of it, news ends it."""
    watched = Watched()
    watched.poll(read(FRESH))
    assert watched.poll(UNCHANGED, later=31 * DAY) == ["+stale"]
    assert watched.polls(UNCHANGED, failed(), UNCHANGED) == [[]] * 3
    assert watched.poll(read(parsed(published=watched.now))) == ["-stale"]


def test_an_item_of_the_future_keeps_no_source_fresh() -> None:
    """It counts as of the day on which it was seen."""
    watched = Watched()
    watched.poll(read(parsed(published=NOW + 900 * DAY)))
    assert watched.poll(UNCHANGED, later=31 * DAY) == ["+stale"]


@pytest.mark.parametrize(
    ("final", "told"),
    [
        ("https://nyt.example/new.xml", []),
        ("https://www.nytimes.com/feed.xml", []),
        ("https://parking.example/", ["+moved"]),
        (None, []),
    ],
)
def test_a_redirect_to_a_foreign_host_is_told(final: str | None, told: list[str]) -> None:
    """The outlet's own hosts are none. Only a day without one ends it: not all of an outlet's servers redirect."""
    watched = Watched()
    assert watched.poll(read(FRESH, final_url=final)) == told
    home = read(FRESH, final_url="https://nyt.example/nyt-world.xml")
    assert watched.poll(home) == []
    assert watched.poll(home, later=timedelta(days=1)) == [one.replace("+", "-") for one in told]


def test_a_move_for_good_is_told_once() -> None:
    """When the new address takes the declared one's place; it is over when the declared one answers again."""
    new = "https://nyt.example/new.xml"
    watched = Watched()
    redirected = read(FRESH, final_url=new, permanent_url=new)
    assert watched.polls(*[redirected] * 3) == [[], [], ["+moved"]]
    assert watched.polls(*[read(FRESH, final_url=new)] * 2) == [[], []]
    watched.polls(*[failed()] * 3)
    assert watched.poll(read(FRESH, final_url=watched.source.url)) == ["-failing"]
    assert watched.poll(read(FRESH, final_url=watched.source.url), later=timedelta(days=1)) == ["-moved"]


ASIDE = SetAside(item="third", fault=Fault(code="bad_item", message="nested too deep"))


def test_items_that_could_not_be_read_are_told_until_all_could() -> None:
    """An unchanged document says nothing of it."""
    watched = Watched()
    visits = (read(FRESH, aside=[ASIDE]), read(FRESH, aside=[ASIDE]), UNCHANGED, failed(), read(FRESH))
    assert watched.polls(*visits) == [["+set_aside"], [], [], [], ["-set_aside"]]


@pytest.mark.parametrize(
    ("visit", "before", "taken", "gap"),
    [
        (read(FRESH), 5, Intake(), True),
        (read(FRESH), 5, OVERLAPS, False),
        (read(FRESH, known=1), 5, Intake(), False),
        (read(FRESH, partial=True), 5, Intake(), False),
        (read(FRESH), None, Intake(), False),
        (read(FRESH), 0, Intake(), False),
        (read(), 5, Intake(), False),
        (UNCHANGED, 5, Intake(), False),
        (failed(), 5, Intake(), False),
    ],
)
def test_a_gap_is_two_documents_with_nothing_in_common(
    visit: Visit,
    before: int | None,
    taken: Intake,
    gap: bool,  # noqa: FBT001 - a table
) -> None:
    """Where there was a document before, and both are whole."""
    state = SourceState(source="nyt-world", next_poll_at=NOW, listed=before)
    assert is_gap(visit, state, taken, a_source()) is gap


def test_a_gap_is_shown_for_a_day() -> None:
    """Nothing that a later poll brings can undo it."""
    watched = Watched()
    watched.poll(read(FRESH), Intake())
    assert watched.poll(read(FRESH), Intake()) == ["+gap"]
    assert watched.poll(read(FRESH), later=timedelta(hours=23)) == []
    assert watched.poll(read(FRESH), later=timedelta(hours=1)) == ["-gap"]


def test_a_gap_is_refilled_from_the_outlets_sitemaps() -> None:
    """And from what is there for nothing else; not from another outlet, nor from what is disabled."""
    feed = a_source()
    others = (
        a_source("map", kind=SourceKind.NEWS_SITEMAP),
        a_source("archive", gaps_only=True),
        a_source("second-feed"),
        a_source("off", kind=SourceKind.NEWS_SITEMAP, enabled=False),
        a_source("cnn-map", "cnn", kind=SourceKind.NEWS_SITEMAP),
    )
    assert refill_sources(feed, (feed, *others)) == ("map", "archive")
    assert refill_sources(others[0], (feed, *others)) == ("archive",)


VISITS = st.sampled_from(
    [
        UNCHANGED,
        read(FRESH),
        read(),
        read(FRESH, aside=[ASIDE]),
        read(FRESH, final_url="https://parking.example/"),
        *(failed(code) for code in ("unavailable", "gone", "blocked", "robots", "not_a_feed", "empty", "timeout")),
    ]
)


@given(st.lists(VISITS, max_size=30))
def test_alarms_begin_and_end_in_turn(visits: list[Visit]) -> None:
    """Whatever happens: a kind never begins twice nor ends unbegun, and a failure is open under one name at most."""
    watched = Watched()
    of_failures = {AlarmKind.FAILING, AlarmKind.BLOCKED, AlarmKind.GONE, AlarmKind.KIND_CHANGED}
    for visit in visits:
        watched.poll(visit)
        assert len(of_failures & watched.state.alarms.keys()) <= 1
    for kind in AlarmKind:
        signs = [told[0] for told in watched.told if told[1:] == kind]
        assert signs == ["+", "-"] * (len(signs) // 2) + ["+"] * (len(signs) % 2)


@given(st.lists(st.sampled_from([UNCHANGED, read(FRESH), failed(), failed("timeout"), failed("dns")]), max_size=30))
def test_a_source_that_fails_now_and_then_raises_nothing(visits: list[Visit]) -> None:
    """Three failures in a row are the least."""
    watched = Watched()
    row = 0
    for visit in visits:
        row = row + 1 if visit.outcome is VisitOutcome.FAILED else 0
        told = watched.poll(visit)
        assert ("+failing" in told) is (row == 3)
