"""Indexes of sitemaps, written and read plainly: what is followed is not about how they are parsed."""

import re
from typing import Any

from storywatch.model import Document, SitemapPart, SourceKind
from tests.integration.spiders.crawling import InProcess

_PART = re.compile(r"<sitemap><loc>(.*?)</loc>(?:<lastmod>(.*?)</lastmod>)?</sitemap>")


class Indexes(InProcess):
    """Reads the indexes that `write` makes; everything else as usual."""

    @staticmethod
    def write(*parts: SitemapPart) -> bytes:
        """Return an index."""
        listed = "".join(
            f"<sitemap><loc>{part.url}</loc>{f'<lastmod>{part.lastmod}</lastmod>' if part.lastmod else ''}</sitemap>"
            for part in parts
        )
        return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{listed}</sitemapindex>".encode()

    async def parse(self, body: bytes, **about: Any) -> Document:
        """Return what an index lists, or parse."""
        if b"<sitemapindex" not in body:
            return await super().parse(body, **about)
        parts = tuple(SitemapPart(url=url, lastmod=lastmod or None) for url, lastmod in _PART.findall(body.decode()))
        return Document(kind=SourceKind.NEWS_SITEMAP, format="sitemap_index", items=(), parts=parts)
