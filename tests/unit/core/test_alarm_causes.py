"""Why an alarm is raised, and why not: single polls of `storywatch.alarms`, and the age of a source in `pacing`."""

from dataclasses import replace
from datetime import datetime, timedelta

from storywatch import alarms, pacing
from storywatch.errors import Fault
from storywatch.intake import Intake
from storywatch.model import AlarmKind, Source, SourceKind, Visit, VisitOutcome
from storywatch.pacing import SourceState
from tests.support.samples import NOW, NYT, a_source, brought, parsed

HOUR = timedelta(hours=1)
FEED = a_source()
SITEMAP = a_source("nyt-news", kind=SourceKind.NEWS_SITEMAP)
ARCHIVE = a_source("nyt-archive", kind=SourceKind.NEWS_SITEMAP, gaps_only=True)
KNOWN = SourceState(source="nyt-world", next_poll_at=NOW, last_success_at=NOW - HOUR, listed=20, newest_at=NOW)
UNCHANGED = Visit(outcome=VisitOutcome.UNCHANGED, status=304)


def raised(visit: Visit, before: SourceState, source: Source = FEED) -> list[AlarmKind]:
    """Return the kinds that a poll raises whose document has nothing in common with the one before."""
    after = pacing.after(visit, before, source, brought_news=True, now=NOW, dice=0.0)
    poll = alarms.Poll(
        source=source, outlet=NYT, visit=visit, before=before, after=after, taken=Intake(), refill=(), now=NOW
    )
    return [alarm.kind for alarm in alarms.begun(poll)]


def test_an_empty_document_that_does_not_change_is_empty_again() -> None:
    """Whether the server sends it twice or says that it is the same; once may be chance."""
    empty = replace(KNOWN, listed=0)
    assert raised(UNCHANGED, empty) == raised(brought(), empty) == [AlarmKind.EMPTY]
    assert raised(brought(), KNOWN) == raised(UNCHANGED, KNOWN) == []


def test_a_document_without_a_known_item_is_a_gap() -> None:
    """Not so for a source that is visited for gaps only: weeks lie between its visits."""
    visit = brought(parsed(published=NOW))
    assert raised(visit, KNOWN) == [AlarmKind.GAP]
    assert raised(visit, KNOWN, ARCHIVE) == []


def test_gaps_are_filled_in_one_direction() -> None:
    """A feed's from the sitemaps, a sitemap's from what is for gaps only: no two call for one another."""
    sources = [FEED, SITEMAP, a_source("nyt-politics", kind=SourceKind.NEWS_SITEMAP), ARCHIVE]
    assert alarms.refill_sources(FEED, sources) == ("nyt-news", "nyt-politics", "nyt-archive")
    assert alarms.refill_sources(SITEMAP, sources) == ("nyt-archive",)


def newest(visit: Visit, before: SourceState, *, source: Source = FEED, brought_news: bool = True) -> datetime | None:
    """Return the time of the newest item after a visit."""
    return pacing.after(visit, before, source, brought_news=brought_news, now=NOW, dice=0.0).newest_at


def test_a_watched_page_that_says_something_new_is_not_stale() -> None:
    """However old the page is. What a feed revises is as old as it was, and a first sight of a page tells nothing."""
    page = a_source(kind=SourceKind.PAGE)
    old = brought(parsed(published=NOW - 9 * HOUR))
    before = replace(KNOWN, newest_at=NOW - 9 * HOUR)
    assert newest(old, before, source=page) == NOW
    assert newest(old, before) == NOW - 9 * HOUR
    assert newest(old, before, source=page, brought_news=False) == NOW - 9 * HOUR
    assert newest(old, SourceState(source="page", next_poll_at=NOW), source=page) == NOW - 9 * HOUR


def test_a_clock_that_was_wrong_keeps_no_source_young_for_ever() -> None:
    """What was seen in a year to come was seen today at the latest."""
    assert newest(UNCHANGED, replace(KNOWN, newest_at=NOW + 9000 * HOUR)) == NOW


def test_an_alarm_keeps_the_secrets_of_an_address() -> None:
    """It goes to the log and the database too, not only into messages."""
    visit = Visit(outcome=VisitOutcome.UNCHANGED, final_url="https://me:pass@cdn.example/feed?token=abc&page=2")
    after = pacing.after(visit, KNOWN, FEED, brought_news=False, now=NOW, dice=0.0)
    poll = alarms.Poll(source=FEED, outlet=NYT, visit=visit, before=KNOWN, after=after, taken=Intake(), now=NOW)
    (alarm,) = alarms.begun(poll)
    assert alarm.kind is AlarmKind.MOVED
    assert "https://cdn.example/feed?token=HIDDEN&page=2" in alarm.message


def failed(code: str, *opened: AlarmKind) -> tuple[list[AlarmKind], set[AlarmKind]]:
    """Return the kinds that a failure raises and ends, after many others and with these open."""
    before = replace(KNOWN, failures=9, alarms=dict.fromkeys(opened, NOW - HOUR))
    visit = Visit(outcome=VisitOutcome.FAILED, fault=Fault(code=code, message="no"))
    after = pacing.after(visit, before, FEED, brought_news=False, now=NOW, dice=0.0)
    poll = alarms.Poll(source=FEED, outlet=NYT, visit=visit, before=before, after=after, taken=Intake(), now=NOW)
    return [alarm.kind for alarm in alarms.begun(poll)], set(alarms.over(poll))


def test_causes_that_take_turns_are_one_alarm() -> None:
    """What says more takes the place of what says less, and never the other way."""
    assert failed("unavailable") == ([AlarmKind.FAILING], set())
    assert failed("blocked", AlarmKind.FAILING) == ([AlarmKind.BLOCKED], {AlarmKind.FAILING})
    assert failed("unavailable", AlarmKind.BLOCKED) == ([], set())
    assert failed("gone", AlarmKind.BLOCKED) == ([AlarmKind.GONE], {AlarmKind.BLOCKED})
