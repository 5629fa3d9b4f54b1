"""Indexes of sitemaps: which of the listed ones are visited, and what they bring together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from spiders.asking import Asked
from spiders.failures import EXPECTED, fault_of
from spiders.turns import Budget
from storywatch.errors import VisitError
from storywatch.model import Document, ParsedItem, PartValidators, SitemapPart, SourceKind

INDEX_FORMAT = "sitemap_index"

MOST_PARTS = 10
"""So many sitemaps of an index are visited at once: those about news, the latest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRead:
    """One sitemap of an index as it was read; without a document it has not changed."""

    validators: PartValidators
    document: Document | None = None


class Reader(Protocol):
    """Visits one sitemap of an index (`spiders.crawler.Crawler`)."""

    def budget(self) -> Budget:
        """Return the time that one visit may take."""
        ...

    async def read_part(self, part: SitemapPart, old: PartValidators | None, asked: Asked, budget: Budget) -> PartRead:
        """Visit it, conditionally. Raises VisitError and what `spiders.failures` knows."""
        ...


def chosen(parts: Sequence[SitemapPart]) -> list[SitemapPart]:
    """Return the sitemaps worth a visit: those whose address speaks of news, if any does; the latest first."""
    about_news = [part for part in parts if "news" in part.url.lower()] or list(parts)
    # Indexes that date nothing list the latest first or last; both ends are visited.
    if not any(part.lastmod for part in about_news):
        half = MOST_PARTS // 2
        return about_news if len(about_news) <= MOST_PARTS else about_news[:half] + about_news[-half:]
    return sorted(about_news, key=lambda part: part.lastmod or "", reverse=True)[:MOST_PARTS]


async def follow(
    reader: Reader, index: Document, old: Sequence[PartValidators], asked: Asked
) -> tuple[Document, tuple[PartValidators, ...]]:
    """Visit the sitemaps of an index that may have changed, one after the other, in the time of one visit.

    One that fails is visited again next time. Raises VisitError if none can be read.
    """
    known: Mapping[str, PartValidators] = {part.url: part for part in old}
    budget = reader.budget()
    reads: list[PartRead] = []
    failures: dict[str, VisitError] = {}
    for part in chosen(index.parts):
        before = known.get(part.url)
        if before is not None and part.lastmod is not None and part.lastmod == before.lastmod:
            reads.append(PartRead(validators=before))
            continue
        try:
            reads.append(await reader.read_part(part, before, asked, budget))
        except VisitError as error:
            failures[part.url] = error
        except EXPECTED as error:
            fault = fault_of(error)
            failures[part.url] = VisitError(fault.code, fault.message, permanent=fault.permanent)
    if failures and not reads:
        raise next(iter(failures.values()))
    again = (PartValidators(url=url) for url in failures)
    documents = [read.document for read in reads if read.document]
    return _joined(index, documents), (*(read.validators for read in reads), *again)


def index_of(parts: Sequence[PartValidators]) -> Document | None:
    """Return the index whose sitemaps these are, or None if it says by itself when one of them changes."""
    if not any(part.lastmod is None for part in parts):
        return None
    listed = tuple(SitemapPart(url=part.url, lastmod=part.lastmod) for part in parts)
    return Document(kind=SourceKind.NEWS_SITEMAP, format=INDEX_FORMAT, items=(), parts=listed)


def _joined(index: Document, documents: Sequence[Document]) -> Document:
    items: tuple[ParsedItem, ...] = tuple(item for document in documents for item in document.items)
    set_aside = tuple(one for document in documents for one in document.set_aside)
    return replace(index, items=items, set_aside=set_aside)
