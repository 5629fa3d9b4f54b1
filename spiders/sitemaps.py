"""Indexes of sitemaps: which of the listed ones are visited, and what they bring together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from spiders.asking import Asked
from spiders.failures import EXPECTED, fault_of
from spiders.turns import Budget
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, ParsedItem, PartValidators, SitemapPart, SourceKind
from storywatch.pacing import FIRST_BACKOFF

INDEX_FORMAT = "sitemap_index"

MOST_PARTS = 10
"""So many sitemaps of an index are visited at once: those about news, the latest first."""

_DAY_ALONE = re.compile(r"\d{4}(?:-\d\d){0,2}(?:T00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRead:
    """One sitemap of an index as it was read; without a document it has not changed."""

    validators: PartValidators
    document: Document | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """What an index brought. `partial`: not all of its sitemaps were read anew. `throttled`: the pause asked for."""

    document: Document
    parts: tuple[PartValidators, ...]
    partial: bool
    throttled: timedelta | None = None


class Reader(Protocol):
    """Visits one sitemap of an index (`spiders.crawler.Crawler`)."""

    async def read_part(self, part: SitemapPart, old: PartValidators | None, asked: Asked, budget: Budget) -> PartRead:
        """Visit it, conditionally. Raises VisitError and what `spiders.failures` knows."""
        ...


def _tells(lastmod: str | None) -> bool:
    """Tell whether a date tells of each change: a day alone stays the same through all of its changes."""
    return lastmod is not None and _DAY_ALONE.fullmatch(lastmod) is None


def chosen(parts: Sequence[SitemapPart]) -> list[SitemapPart]:
    """Return the sitemaps worth a visit: those whose address speaks of news, if any does; the latest first."""
    about_news = [part for part in parts if "news" in part.url.lower()] or list(parts)
    # Indexes that date nothing list the latest first or last; both ends are visited.
    if not any(part.lastmod for part in about_news):
        half = MOST_PARTS // 2
        return about_news if len(about_news) <= MOST_PARTS else about_news[:half] + about_news[-half:]
    return sorted(about_news, key=lambda part: part.lastmod or "", reverse=True)[:MOST_PARTS]


async def follow(
    reader: Reader, index: Document, old: Sequence[PartValidators], asked: Asked, budget: Budget
) -> Followed:
    """Visit the sitemaps of an index that may have changed, one after the other, in what is left of the visit's time.

    One that fails is visited again next time; after a 429 no other is asked for. Raises VisitError if none can be read.
    """
    known: Mapping[str, PartValidators] = {part.url: part for part in old}
    reads: list[PartRead] = []
    failures: dict[str, Fault] = {}
    throttled: Fault | None = None
    for part in chosen(index.parts):
        before = known.get(part.url)
        if before is not None and _tells(part.lastmod) and part.lastmod == before.lastmod:
            reads.append(PartRead(validators=before))
        elif throttled is not None:
            failures[part.url] = throttled
        else:
            read = await _read(reader, part, before, asked, budget)
            if isinstance(read, PartRead):
                reads.append(read)
            else:
                failures[part.url] = read
                throttled = read if read.code == "throttled" or read.retry_after else None
    if failures and not reads:
        fault = next(iter(failures.values()))
        raise VisitError(fault.code, fault.message, permanent=fault.permanent, retry_after=fault.retry_after)
    again = (replace(known.get(url) or PartValidators(url=url), lastmod=None) for url in failures)
    documents = [read.document for read in reads if read.document]
    return Followed(
        document=_joined(index, documents),
        parts=(*(read.validators for read in reads), *again),
        partial=len(documents) < len(reads) + len(failures),
        throttled=(throttled.retry_after or FIRST_BACKOFF) if throttled else None,
    )


async def _read(
    reader: Reader, part: SitemapPart, before: PartValidators | None, asked: Asked, budget: Budget
) -> PartRead | Fault:
    try:
        return await reader.read_part(part, before, asked, budget)
    except VisitError as error:
        return error.fault
    except EXPECTED as error:
        return fault_of(error)


def index_of(parts: Sequence[PartValidators]) -> Document | None:
    """Return the index whose sitemaps these are, or None if it says by itself when one of them changes."""
    if all(_tells(part.lastmod) for part in parts):
        return None
    listed = tuple(SitemapPart(url=part.url, lastmod=part.lastmod) for part in parts)
    return Document(kind=SourceKind.NEWS_SITEMAP, format=INDEX_FORMAT, items=(), parts=listed)


def _joined(index: Document, documents: Sequence[Document]) -> Document:
    items: tuple[ParsedItem, ...] = tuple(item for document in documents for item in document.items)
    set_aside = tuple(one for document in documents for one in document.set_aside)
    return replace(index, items=items, set_aside=set_aside)
