"""The documents of outlets, in the shapes that their systems write."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
)


def when(moment: datetime) -> str:
    """Write a time as RSS does, in the zone that it has."""
    return format_datetime(moment)


def cdata(text: str) -> str:
    """Mark a text as one that needs no escaping."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def tag(name: str, text: str, attributes: str = "") -> str:
    """Write an element with escaped text."""
    return f"<{name} {attributes}>{escape(text)}</{name}>" if attributes else f"<{name}>{escape(text)}</{name}>"


def link(address: str) -> str:
    """Escape an address: its ampersands are no markup."""
    return escape(address)


def rss(title: str, home: str, items: Iterable[str], *, head: str = "") -> bytes:
    """Write an RSS 2.0 document around its items."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" {NAMESPACES}><channel>',
        tag("title", title),
        tag("link", home),
        tag("description", f"What {title} reports"),
        tag("language", "en-us"),
        head,
        *items,
        "</channel></rss>",
    ]
    return "\n".join(parts).encode()


def news_sitemap(name: str, entries: Iterable[tuple[str, str, datetime, datetime]], *, lastmod: bool = True) -> bytes:
    """Write a Google News sitemap of address, title, publication and last change."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"',
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"',
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">',
    ]
    for address, title, published, changed in entries:
        publication = f"<news:publication>{tag('news:name', name)}<news:language>en</news:language></news:publication>"
        parts += [
            "<url>",
            tag("loc", address),
            tag("lastmod", changed.astimezone(UTC).isoformat()) if lastmod else "",
            f"<news:news>{publication}",
            tag("news:publication_date", published.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            tag("news:title", title),
            "</news:news>",
            "<image:image><image:loc>https://images.example/1.jpg</image:loc>",
            "<image:title>No title of an article</image:title></image:image></url>",
        ]
    return "\n".join([*parts, "</urlset>"]).encode()
