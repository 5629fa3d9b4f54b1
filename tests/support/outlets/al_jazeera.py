"""Al Jazeera: one feed for all topics with excerpts, liveblogs that keep one address, a news sitemap."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support.outlets.manners import Hosts, Manners, robots, served
from tests.support.outlets.markup import cdata, news_sitemap, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

STORIES = (
    ("kabul-mourns", "Kabul mourns those killed at the airport", "Families bury the dead of the attack on the gate."),
    ("taliban-bars-medics", "Medics in Kabul told not to talk", "Doctors say that they may not speak to reporters."),
    ("tennis-final", "Teenagers meet in the tennis final", "Neither of the two was seeded before the tournament."),
)
MANNERS = Manners(etag=True, weak=True, cache_control="public, max-age=60")


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=3))


def address(article: Article) -> str:
    """Return where an article is; days and months have no leading zero."""
    day, folder = article.published, "news/liveblog" if article.live else "news"
    return f"https://www.aljazeera.com/{folder}/{day.year}/{day.month}/{day.day}/{article.slug}"


def _item(article: Article) -> str:
    return "\n".join(
        [
            "<item>",
            tag("link", f"{address(article)}?traffic_source=rss"),
            tag("title", article.title),
            f"<description>{cdata(article.text)}</description>",
            tag("pubDate", when(article.published)),
            tag("category", "News"),
            tag("guid", address(article), 'isPermaLink="false"'),
            "</item>",
        ]
    )


def _hosts(room: Newsroom) -> Hosts:
    def feed() -> bytes:
        return rss("Al Jazeera", "https://www.aljazeera.com", map(_item, room.front))

    def sitemap() -> bytes:
        entries = ((address(one), one.title, one.published, one.changed) for one in room.latest)
        return news_sitemap("Al Jazeera", entries)

    return {
        "www.aljazeera.com": {
            "/robots.txt": robots("User-agent: *", "Disallow: /api", "Disallow: /search"),
            "/xml/rss/all.xml": served(room, feed, "application/rss+xml; charset=utf-8", MANNERS),
            "/news-sitemap.xml": served(room, sitemap, "application/xml", MANNERS),
        }
    }


TWIN = Twin(outlet="al-jazeera", stock=_stock, hosts=_hosts, address=address)
