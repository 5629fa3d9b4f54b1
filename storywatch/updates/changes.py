"""What happens to an item after it was reported: an edit, a correction, a retraction, a page that vanishes or returns.

What an edit adds is held against all that the event knows; the item's own earlier words are part of that.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from storywatch.difference import sentences
from storywatch.model import NOTHING_NEW, Change, ChangeKind, Figure, Item, KnownFigure, News, Severity
from storywatch.updates.agreeing import agree
from storywatch.updates.negations import turned
from storywatch.updates.news import before, cut, news_in
from storywatch.updates.notes import LEAST_NOTE_CHARS, classified, is_note
from storywatch.updates.past import Past, PastReport
from storywatch.updates.reading import Telling, read

_BOILERPLATE = re.compile(
    r"^(?:\W*(?:last )?(?:updated|published|posted|modified|first published)\b.{0,60}"
    r"|\W*\d{1,2}[:.]\d{2}.{0,30}|\W*read more.*"
    r"|\W*(?:share|print|advertisement|sign up|subscribe|most read|related (?:articles|stories|topics)?"
    r"|follow us).{0,80})$",
    re.IGNORECASE,
)


def change_of(item: Item, report: PastReport, event: str, past: Past, shown: Iterable[str] = ()) -> Change | None:
    """Return what a new revision of a reported item changed; None where nothing readable did.

    The item must carry the difference to the revision before. A note that stood there already says nothing anew.
    `shown`: the differences that the event knows of the item, oldest first. A page and its feed show the same edit one
    after the other, in other words around it; it is told once, and what else the later one says if that is news.
    """
    difference = item.revision.difference
    added, standing = _added(difference), _standing(shown)
    if not difference or _all_stand(added, standing):
        return None
    kind, quote = classified(added)
    is_told = _stands(quote, standing)
    if is_told:
        kind, quote, added = ChangeKind.EDIT, "", _fresh(added, standing)
    news = _news(item, added, quote, past, kind)
    if news == NOTHING_NEW and (around := turned(difference)) and not is_told:
        news = News(lead=(cut(around[0]),), severity=Severity.NORMAL)
    if is_told and news == NOTHING_NEW:
        return None
    return Change(
        id=change_id(event, item.id, kind, str(item.revision.number)),
        event=event,
        update=report.update,
        item=item.id,
        outlet=item.outlet,
        revision=item.revision.number,
        kind=kind,
        seen=item.revision.seen,
        difference=difference,
        quote=quote,
        news=news,
        figures=_given_anew(_read_added(item, added).figures, [one for one in past.figures if one.item == item.id]),
    )


def _given_anew(figures: Iterable[Figure], own: Sequence[KnownFigure]) -> tuple[Figure, ...]:
    """Return the figures that the item did not give last, whoever else gives them."""
    given = [(figure, before(figure, own)) for figure in figures]
    return tuple(figure for figure, last in given if last is None or not agree(figure, last.figure))


def page_change(report: PastReport, event: str, *, kind: ChangeKind, revision: int, seen: datetime) -> Change:
    """Return that a reported item's page vanished or came back. `revision`: the last one that was seen of it."""
    return Change(
        id=change_id(event, report.item, kind, seen.isoformat()),
        event=event,
        update=report.update,
        item=report.item,
        outlet=report.outlet,
        revision=revision,
        kind=kind,
        seen=seen,
        news=News(severity=Severity.NORMAL if kind is ChangeKind.VANISHED else Severity.LOW),
    )


def _standing(shown: Iterable[str]) -> Sequence[str]:
    """Return the sentences that differences brought and that no later one took away."""
    standing: dict[str, None] = {}
    for difference in shown:
        for _, text in sentences(*_lines(difference, "- ")):
            standing.pop(text, None)
        standing |= dict.fromkeys(text for _, text in sentences(*_added(difference)))
    return tuple(standing)


def _all_stand(added: tuple[str, ...], standing: Sequence[str]) -> bool:
    told = {text for _, text in sentences(*added)}
    return bool(told) and told.issubset(standing)


def _fresh(added: tuple[str, ...], standing: Sequence[str]) -> tuple[str, ...]:
    """Return what of the added lines nothing showed before, and that is no note."""
    told = (text for _, text in sentences(*added) if text not in standing)
    return tuple(text for text in told if not is_note(text))


def _stands(quote: str, standing: Sequence[str]) -> bool:
    """Tell whether a note stood already, whole or as much of it as a feed's excerpt has room for."""
    if not quote:
        return False
    notes = [text.removesuffix("…") for text in standing if is_note(text)]
    return quote.removesuffix("…") in " ".join(standing) or any(
        note in quote for note in notes if len(note) >= LEAST_NOTE_CHARS
    )


def _added(difference: str) -> tuple[str, ...]:
    return _lines(difference, "+ ")


def _lines(difference: str, sign: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(sign) for line in difference.splitlines() if line.startswith(sign))


def change_id(event: str, item: str, kind: ChangeKind, which: str) -> str:
    """Derive the change's id, so that a poll that is done again finds the same change."""
    return "c" + hashlib.sha256(f"{event}\0{item}\0{kind.value}\0{which}".encode()).hexdigest()[:20]


def _news(item: Item, added: tuple[str, ...], quote: str, past: Past, kind: ChangeKind) -> News:
    """Return what the added lines tell that the event did not know. Corrections and retractions are urgent."""
    least = Severity.LOW if kind is ChangeKind.EDIT else Severity.HIGH
    told = [line for line in added if not _BOILERPLATE.match(line)]
    telling = _read_added(item, told)
    found = news_in("", told, telling, past, item=item.id) if told else NOTHING_NEW
    if not (found.figures or found.statements or found.names or _tells_more(telling, past)):
        lead = (quote,) if quote else ()
        return News(lead=lead, severity=least) if kind is not ChangeKind.EDIT else NOTHING_NEW
    return News(
        lead=found.lead,
        names=found.names,
        figures=found.figures,
        statements=found.statements,
        reverses=found.reverses,
        severity=max(least, found.severity),
    )


def _read_added(item: Item, told: Iterable[str]) -> Telling:
    return read("\n" + "\n".join(told), english=(item.revision.language or "en").lower().startswith("en"))


_FRESH = 5
"""So many telling words that the event never had make an edit news even without figures, names and statements."""


def _tells_more(telling: Telling, past: Past) -> bool:
    return sum(not past.knows(term) for term in telling.terms) >= _FRESH
