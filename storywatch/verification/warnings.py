"""What works, but is worth a word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from storywatch.model import Outlet, ParsedItem, Source, TimeCorrection, Visit
from storywatch.verification.facts import DocumentFacts, undeclared
from storywatch.verification.findings import Check, Finding, in_words, some

LONG_SILENCE = timedelta(days=30)
"""A newest item older than this is worth a word even where no `stale_after` is set."""

NOTABLE_SHARE = 0.2
"""Less of the items than this on an undeclared host is a link that an editor chose, not a host of the outlet's."""


def warnings_of(
    visit: Visit, again: Visit | None, document: DocumentFacts | None, source: Source, outlet: Outlet
) -> Iterator[Finding]:
    """Yield what to mind about a source that brought a document."""
    if visit.permanent_url and visit.permanent_url != source.url:
        yield Finding(
            code=Check.MOVED,
            message=f"the source has moved for good to {visit.permanent_url}",
            remedy=f"write url: {visit.permanent_url}",
        )
    # What breaks off leaves no validators behind, whatever the server sent.
    if document is None or not document.broken_off:
        yield from _on_validators(visit, again)
    if document is not None and visit.document is not None and document.items:
        yield from _on_shape(document, visit.document.items)
        yield from _on_dates(document, visit.document.items, source, outlet)
        yield from _on_hosts(visit.document.items, document, outlet)


def _on_validators(visit: Visit, again: Visit | None) -> Iterator[Finding]:
    if not (visit.validators.etag or visit.validators.last_modified):
        yield Finding(
            code=Check.NO_VALIDATORS,
            message="the server sends neither ETag nor Last-Modified: each poll downloads the whole document",
            remedy="set a longer every, to be polite",
        )
    elif again is not None and again.fault:
        yield Finding(
            code=Check.SECOND_VISIT,
            message=f"a second visit right afterwards failed: {again.fault.message}",
            remedy="set a longer every; if polls fail too, tell the outlet",
        )
    elif again is not None and again.status != 304:
        yield Finding(
            code=Check.VALIDATORS_IGNORED,
            message="the server ignores its own ETag and Last-Modified: each poll downloads the whole document",
            remedy="set a longer every, to be polite",
        )


def _on_shape(document: DocumentFacts, items: Sequence[ParsedItem]) -> Iterator[Finding]:
    unnamed = sum(not (item.guid or item.url) for item in items)
    if document.broken_off:
        yield Finding(
            code=Check.BROKEN_OFF,
            message="the document breaks off: the items behind that place are missing",
            remedy="probe it again; if it stays so, tell the outlet",
        )
    if document.unreadable:
        yield Finding(
            code=Check.UNREADABLE_ITEMS,
            message=f"{document.unreadable} items can't be read and are left out",
            remedy="look with storywatch fetch",
        )
    if unnamed:
        yield Finding(
            code=Check.NO_IDENTITY,
            message=f"{unnamed} of {document.items} items have neither id nor link: an edited one looks like a new one",
            remedy="look for another source of the outlet, if that matters",
        )


_DISBELIEVED = frozenset({TimeCorrection.UNREADABLE, TimeCorrection.TOO_EARLY, TimeCorrection.IN_THE_FUTURE})


def _on_dates(
    document: DocumentFacts, items: Sequence[ParsedItem], source: Source, outlet: Outlet
) -> Iterator[Finding]:
    corrected = Counter(item.time_correction for item in items)
    disbelieved = sum(corrected[kind] for kind in _DISBELIEVED)
    if disbelieved:
        yield Finding(
            code=Check.WRONG_DATES,
            message=f"{disbelieved} of {document.items} items have a date that can't be right",
            remedy="the time at which they are first seen counts instead; tell the outlet",
        )
    without_zone = corrected[TimeCorrection.ZONE_ASSUMED]
    if without_zone and outlet.time_zone == "UTC":
        yield Finding(
            code=Check.NO_ZONE,
            message=f"{without_zone} of {document.items} dates name no zone, so UTC is assumed",
            remedy="set the outlet's time_zone",
        )
    if document.newest is None:
        judged = ", and stale_after can't be judged" if source.stale_after else ""
        yield Finding(
            code=Check.NO_DATES,
            message=f"no item has a date: the time at which it is first seen counts{judged}",
            remedy="look for another source of the outlet, if that matters",
        )
    elif source.stale_after is None and document.newest_age and document.newest_age > LONG_SILENCE:
        yield Finding(
            code=Check.SILENT,
            message=f"the newest item is {in_words(document.newest_age)} old",
            remedy="see whether the source is still alive, and set stale_after to be told when it is not",
        )


def _on_hosts(items: Sequence[ParsedItem], document: DocumentFacts, outlet: Outlet) -> Iterator[Finding]:
    counts = undeclared(items, outlet)
    notable = Counter({host: count for host, count in counts.items() if count >= NOTABLE_SHARE * document.items})
    if notable:
        yield Finding(
            code=Check.UNDECLARED_HOSTS,
            message=f"items link to hosts that the outlet doesn't declare: {some(notable)}",
            remedy="if an article is the same there, add them under hosts",
        )
