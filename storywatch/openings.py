"""What an update is told by where it is told late: the first report of those that made it enough, as it stands by now.

Planning meets the report that makes up the number of outlets or origins. The news is the first one's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from storywatch.developments import Development
from storywatch.model import Change, ChangeKind, Item, Match, News, Outlet, Owed, Report, WatchConfig
from storywatch.updates import said, speaks_english
from storywatch.updates.reading import read

Place = tuple[str, str]
"""An event's id and that of an item which is a report of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A report with its item as it reads now. `match`: why it matched, None if that was not kept.

    `changes`: what happened to it since, oldest first.
    """

    item: Item
    report: Report
    match: Match | None
    changes: tuple[Change, ...] = ()


def told_late(planned: Iterable[Owed]) -> frozenset[Place]:
    """Return the reports that are told by the item of another one, for which the subscription waited."""
    return frozenset((one.event.id, one.report.item) for one in planned if one.report.item != one.item.id)


def fresh(developments: Iterable[Development]) -> Mapping[Place, Opening]:
    """Return the reports that the same transaction brings: they are not stored yet."""
    return {
        (one.report.event, one.item.id): Opening(item=one.item, report=one.report, match=one.match)
        for one in developments
        if one.change is None
    }


def by_their_first(planned: Iterable[Owed], openings: Mapping[Place, Opening], config: WatchConfig) -> tuple[Owed, ...]:
    """Return what is owed, with what is told late told by its first report."""
    return tuple(_led(one, openings.get((one.event.id, one.report.item)), config) for one in planned)


def _led(owed: Owed, opening: Opening | None, config: WatchConfig) -> Owed:
    if opening is None or owed.change is not None:
        return owed
    item, report = opening.item, opening.report
    return replace(
        owed,
        item=item,
        report=replace(report, news=as_corrected(opening)),
        match=opening.match or owed.match,
        outlet=config.outlets.get(item.outlet) or Outlet(id=item.outlet, name=item.outlet),
    )


def as_corrected(opening: Opening) -> News:
    """Return a report's news as its outlet stands by it: what was corrected gives way, and the correction leads."""
    news = opening.report.news
    for change in opening.changes:
        if change.kind is ChangeKind.RETRACTION:
            news = change.news
        elif change.kind is ChangeKind.CORRECTION or change.news.figures:
            news = _corrected(news, change.news, opening.item)
    return news


def _corrected(news: News, told: News, item: Item) -> News:
    """Return news with what a correction tells, and of its figures those that the report still gives."""
    kinds = {one.now.kind for one in told.figures}
    text = read(said(item), english=speaks_english(item.revision.language))
    given = {(one.kind, one.value, one.high) for one in text.figures}
    kept = [one for one in news.figures if (one.now.kind, one.now.value, one.now.high) in given]
    return News(
        lead=told.lead or news.lead,
        names=tuple(dict.fromkeys((*news.names, *told.names))),
        figures=(*told.figures, *(one for one in kept if one.now.kind not in kinds)),
        statements=tuple(dict.fromkeys((*told.statements, *news.statements))),
        reverses=told.reverses or news.reverses,
        severity=max(news.severity, told.severity),
    )
