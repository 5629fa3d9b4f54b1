"""Where an accepted item belongs: it opens an update of its event, or corroborates one that the event has."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from storywatch.model import NOTHING_NEW, Item, KnownFigure, KnownStatement, Report, ReportRole, Update
from storywatch.updates.news import news_of
from storywatch.updates.novelty import repeated
from storywatch.updates.origins import origin_of
from storywatch.updates.past import Past, PastReport
from storywatch.updates.reading import read
from storywatch.updates.reversing import against

SAID_CHARS = 2000
"""How much of an item's content speaks for it where its summary is short."""

SHORT = 200
"""Characters of a summary from which it speaks for the item alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where an item belongs. `update` is there when the item opens a new one; `sequence` counts updates from 1."""

    report: Report
    update: Update | None
    sequence: int


def place(item: Item, event: str, past: Past | Sequence[PastReport]) -> Placed | None:
    """Decide whether an accepted item opens an update or corroborates one; None if it was placed before.

    Who places many items of one event passes a `Past` and adds each to it: a plain sequence is read anew.
    """
    known = Past.of(past)
    if known.report_of(item.id):
        return None
    telling = read(said(item), english=speaks_english(item.revision.language))
    twin = repeated(telling, known, at=item.published, outlet=item.outlet)
    if twin is not None:
        return Placed(report=_report(item, event, twin.id, known), update=None, sequence=twin.number)
    report = _report(item, event, update_id(event, item.id), known, opens=True)
    opened = Update(
        id=report.update,
        event=event,
        item=item.id,
        headline=headline(item),
        created=item.revision.seen,
        number=known.last_number + 1,
        severity=report.news.severity,
    )
    return Placed(report=report, update=opened, sequence=opened.number)


def as_past(item: Item, placed: Placed) -> PastReport:
    """Return the report as the next item of the same document will find it."""
    return PastReport(
        update=placed.report.update,
        number=placed.sequence,
        item=item.id,
        outlet=item.outlet,
        headline=headline(item),
        text=said(item),
        origin=placed.report.origin,
        seen=placed.report.seen,
        published=item.published,
        english=speaks_english(item.revision.language),
        figures=placed.report.figures,
        statements=placed.report.statements,
    )


def update_id(event: str, item: str) -> str:
    """Derive the update's id, so that a poll that is done again finds the same update."""
    return "u" + hashlib.sha256(f"{event}\0{item}".encode()).hexdigest()[:20]


def headline(item: Item) -> str:
    """Return the item's title, or the start of its text where the publisher gave none."""
    text = item.revision.title or item.revision.summary or item.revision.content or item.url or item.id
    return text if len(text) <= 200 else text[:199].rsplit(" ", 1)[0] + "…"


def said(item: Item) -> str:
    """Return what an item says in short: its title and summary, and the start of its content if that is short."""
    revision = item.revision
    return as_said(revision.title, revision.summary, revision.content[:SAID_CHARS])


def as_said(title: str, summary: str, content: str) -> str:
    """Return the same of parts; the content is cut already."""
    body = summary if len(summary) >= SHORT or not content or summary in content else f"{summary}\n{content}"
    if not summary or (len(summary) < SHORT and content and summary in content):
        body = content
    return f"{title}\n{body}"


def speaks_english(language: str | None) -> bool:
    """Tell whether figures and statements can be read; a text without a language is taken at its words."""
    return (language or "en").lower().startswith("en")


def _report(item: Item, event: str, update: str, past: Past, *, opens: bool = False) -> Report:
    telling = read(said(item), english=speaks_english(item.revision.language))
    since = item.revision.seen
    reversed_ = {statement: against(statement, past) for statement in telling.statements}
    return Report(
        update=update,
        event=event,
        item=item.id,
        outlet=item.outlet,
        role=ReportRole.FIRST if opens else ReportRole.CORROBORATION,
        seen=since,
        origin=origin_of(item, past),
        news=news_of(item, telling, past) if opens else NOTHING_NEW,
        figures=tuple(
            KnownFigure(figure=figure, item=item.id, outlet=item.outlet, since=since) for figure in telling.figures
        ),
        statements=tuple(
            KnownStatement(
                statement=statement,
                item=item.id,
                outlet=item.outlet,
                since=since,
                against=earlier.item if earlier else None,
            )
            for statement, earlier in reversed_.items()
        ),
    )
