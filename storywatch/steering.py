"""What a visit teaches of its source's rhythm, and the pause that follows from it; `storywatch.pacing` decides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.intake import Intake
from storywatch.model import Item, Match, Source, SourceKind, Visit, VisitOutcome
from storywatch.pacing import SourceState, address
from storywatch.pacing.floors import asked_pause
from storywatch.pacing.heat import is_recent
from storywatch.pacing.learned import Learned
from storywatch.pacing.observing import Seen, failed
from storywatch.pacing.pace import Pace
from storywatch.pacing.policy import Policy
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.visits import wishes_after
from storywatch.urls import host_of


def after_visit(
    visit: Visit,
    before: SourceState,
    learned: Learned,
    pace: Pace,
    source: Source,
    *,
    taken: Intake,
    matches: Iterable[Match],
    gap: bool,
    now: datetime,
) -> Learned:
    """Return what is known of the source's rhythm after a visit. One that failed cost a request and taught nothing."""
    if visit.outcome is VisitOutcome.FAILED:
        return replace(learned, rhythm=failed(learned.rhythm), new=0.0, matched=0.0)
    seen = _seen(visit, before, learned.rhythm, source, taken=taken, matches=matches, gap=gap, now=now)
    host = host_of(address(source, before))
    # The dice are thrown once, when floors are known too.
    planned = Policy(pace=pace).polled(learned.rhythm, seen, outlet=source.outlet, host=host, now=now, dice=0.0)
    return Learned(
        rhythm=planned.rhythm,
        weight=planned.weight,
        pause=planned.wait.pause,
        new=planned.new,
        matched=planned.matched,
    )


def after_push(learned: Learned, before: Rhythm) -> Learned | None:
    """Return the same after a push: it was no poll, and its document says nothing of the source's own answers."""
    if before.at is None:
        return None
    unpolled = replace(learned.rhythm, polls=before.polls, floor=before.floor, window=before.window)
    return replace(learned, rhythm=unpolled)


def _seen(
    visit: Visit,
    before: SourceState,
    rhythm: Rhythm,
    source: Source,
    *,
    taken: Intake,
    matches: Iterable[Match],
    gap: bool,
    now: datetime,
) -> Seen:
    """Return what a visit brought that was new. Of a watched page each change is, and nobody says when it came."""
    # A source that was polled by a version that learned nothing has shown its backlog.
    since = rhythm.at or before.last_success_at
    backlog = since is None
    watched = source.kind is SourceKind.PAGE and source.page.items is None
    news = (*taken.new, *taken.revised) if watched else taken.new
    if before.last_success_at is None and rhythm.at is not None:
        news = () if watched else _since(news, rhythm.at)  # the rest is the backlog of another address
    times = [None if watched else _time(item) for item in news]
    recent = {item.id for item, moment in zip(news, times, strict=True) if moment is None or is_recent(moment, now)}
    document = visit.document
    return Seen(
        since=since,
        published=[moment for moment in times if moment],
        untimed=0 if backlog else times.count(None),
        backlog=backlog,
        matched=0 if backlog else len({match.item for match in matches} & recent),
        listed=None if watched or document is None or visit.partial else len(document.items) + document.known,
        all_new=gap and not watched,
        held=timedelta() if source.own else asked_pause(visit, wishes_after(visit, before)),
    )


def _since(news: Iterable[Item], moment: datetime) -> tuple[Item, ...]:
    """Return the items that came after a moment by their own word."""
    return tuple(item for item in news if (published := _time(item)) and published > moment)


def _time(item: Item) -> datetime | None:
    return item.revision.published or item.revision.updated
