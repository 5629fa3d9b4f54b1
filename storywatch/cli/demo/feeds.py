"""Prints an outlet's document: the articles in the shape that its feed has in real life."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from zlib import crc32
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from storywatch.cli.demo.script import Article, Press

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "rss": ("rss.xml", "text/xml; charset=UTF-8"),
    "wordpress": ("wordpress.xml", "application/rss+xml; charset=UTF-8"),
    "atom": ("atom.xml", "application/atom+xml"),
    "news_sitemap": ("news-sitemap.xml", "application/xml"),
}
"""The template and the Content-Type of each shape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An article as a template needs it: `link` is what the feed carries, `address` the same without its tracking."""

    title: str
    summary: str
    link: str
    address: str
    number: int
    date: str


def print_feed(press: Press, articles: Iterable[Article]) -> bytes:
    """Return the document of an outlet, newest article first."""
    newest_first = sorted(articles, key=lambda article: article.published, reverse=True)
    template, _ = TEMPLATES[press.shape]
    text = (
        _templates()
        .get_template(template)
        .render(
            press=press, home=f"https://{press.host}/", entries=[_entry(press, article) for article in newest_first]
        )
    )
    return text.encode()


def content_type(press: Press) -> str:
    """Return the Content-Type that the outlet's server sends with its document."""
    return TEMPLATES[press.shape][1]


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("storywatch.cli.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _entry(press: Press, article: Article) -> Entry:
    day = article.published.astimezone(ZoneInfo(press.time_zone))
    number = 10_000 + crc32(article.slug.encode()) % 90_000
    path = press.link.format(slug=article.slug, number=number, year=day.year, month=day.month, day=day.day)
    link = f"https://{press.host}{path}"
    return Entry(
        title=article.title,
        summary=article.summary,
        link=link,
        address=link.partition("?")[0],
        number=number,
        date=DATES[press.dates](day),
    )


def _with_zone_name(local: datetime) -> str:
    return f"{format_datetime(local).rpartition(' ')[0]} {local.tzname()}"


DATES: Mapping[str, Callable[[datetime], str]] = {
    "offset": lambda local: format_datetime(local.astimezone(UTC)),
    "zone": _with_zone_name,
    "iso": lambda local: local.isoformat(timespec="seconds"),
    "zulu": lambda local: f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
}
"""How outlets write times: `Thu, 26 Aug 2021 16:05:00 +0000`, or with EDT; `2023-04-25T23:42:00+05:30`, or with Z."""
