"""BBC News, which the sample event does not cite, for what none of the others has.

Its guid is the address with # and the number of the edit, its live pages keep one address for days, videos stand among
the news, it publishes under bbc.com and bbc.co.uk, and its sitemap is an index of two.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.support.outlets.manners import Hosts, Manners, robots, served
from tests.support.outlets.markup import cdata, news_sitemap, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin
from tests.support.web import Answer

UK, COM = "www.bbc.co.uk", "www.bbc.com"
STORIES = (
    ("c0aaaaaaaa1o", "Kabul airport: what we know of the attack", "The gate, the crowd and the warnings before."),
    ("c0aaaaaaaa2o", "Kabul drone strike: US admits it killed civilians", "An inquiry finds no bomber."),
)
VIDEO = "video"
"""The section of an item that is a video."""
MANNERS = Manners(etag=True, weak=True, cache_control="max-age=60")


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=3))


def address(article: Article) -> str:
    """Return where an article is."""
    return _on(COM, article)


def _on(host: str, article: Article) -> str:
    kind = "videos" if VIDEO in article.sections else "live" if article.live else "articles"
    return f"https://{host}/news/{kind}/{article.slug}"


def _item(article: Article) -> str:
    edits = 0 if article.updated is None else int((article.updated - article.published).total_seconds())
    return "\n".join(
        [
            "<item>",
            f"<title>{cdata(article.title)}</title>",
            f"<description>{cdata(article.text)}</description>",
            tag("link", f"{_on(UK, article)}?at_medium=RSS&at_campaign=rss"),
            tag("guid", f"{_on(UK, article)}#{edits}", 'isPermaLink="false"'),
            tag("pubDate", when(article.published.astimezone(UTC)).replace("+0000", "GMT")),
            '<media:thumbnail width="240" height="135" url="https://images.example/1.jpg"/>',
            "</item>",
        ]
    )


def _hosts(room: Newsroom) -> Hosts:
    def feed() -> bytes:
        return rss("BBC News", f"https://{UK}/news", map(_item, room.latest), head="<ttl>15</ttl>")

    def sitemap(host: str, part: int, parts: int) -> bytes:
        mine = (one for place, one in enumerate(room.latest) if place % parts == part)
        return news_sitemap("BBC News", ((_on(host, one), one.title, one.published, one.changed) for one in mine))

    def index() -> bytes:
        where = (f"{room.where[UK]}/sitemaps/https-sitemap-uk-news-{part}.xml" for part in (1, 2))
        listed = "".join(
            f"<sitemap>{tag('loc', one)}{tag('lastmod', room.changed.isoformat())}</sitemap>" for one in where
        )
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'.encode()

    def xml(make: Callable[[], bytes]) -> Answer:
        return served(room, make, "application/xml", MANNERS)

    return {
        "feeds.bbci.co.uk": {
            "/news/world/rss.xml": served(room, feed, "text/xml; charset=utf-8", MANNERS),
            "/news/world/asia/rss.xml": served(room, feed, "text/xml; charset=utf-8", MANNERS),
        },
        UK: {
            "/robots.txt": robots("User-agent: *", "Disallow: /cbeebies/search"),
            "/sitemaps/https-index-uk-news.xml": xml(index),
            "/sitemaps/https-sitemap-uk-news-1.xml": xml(partial(sitemap, UK, 0, 2)),
            "/sitemaps/https-sitemap-uk-news-2.xml": xml(partial(sitemap, UK, 1, 2)),
        },
        COM: {"/sitemaps/https-sitemap-com-news-1.xml": xml(partial(sitemap, COM, 0, 1))},
    }


TWIN = Twin(outlet="bbc", stock=_stock, hosts=_hosts, address=address)
