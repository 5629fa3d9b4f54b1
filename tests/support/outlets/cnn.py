"""CNN: a news sitemap that lives, on two hosts, and a feed that answers 200 with what it said in September 2023.

In the feed many items have no date and many no text. It gives no validators: only the bytes say that nothing is new.
That rss.cnn.com also breaks off TLS can't be had on loopback.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.support.outlets.manners import Hosts, Manners, robots, served
from tests.support.outlets.markup import cdata, news_sitemap, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

STORIES = (
    ("kabul-airport-survivors", "Survivors of the Kabul airport attack speak of gunfire", ""),
    ("kabul-drone-family", "A family of ten died in the drone strike, a neighbor says", ""),
    ("storm-gulf-coast", "Storm turns towards the Gulf Coast", ""),
)
DEAD_SINCE = datetime(2023, 9, 18, 14, 30, tzinfo=UTC)
DEAD = tuple(f"An old story, number {number}" for number in range(12))
MANNERS = Manners(cache_control="max-age=60")


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=2))


def address(article: Article) -> str:
    """Return where an article is."""
    return _on("www.cnn.com", article)


def _on(host: str, article: Article) -> str:
    folder = "world/live-news" if article.live else "world"
    return f"https://{host}/{article.published:%Y/%m/%d}/{folder}/{article.slug}/index.html"


def _dead_item(place: int, title: str) -> str:
    where = f"https://www.cnn.com/2023/09/{18 - place}/world/old-{place}/index.html"
    return "\n".join(
        [
            "<item>",
            f"<title>{cdata(f' {title} ')}</title>",
            f"<description>{cdata(' What was new then. ')}</description>" if place % 4 else "",
            tag("link", where),
            tag("guid", where, 'isPermaLink="true"'),
            tag("pubDate", when(DEAD_SINCE - timedelta(days=place))) if place % 4 != 1 else "",
            "</item>",
        ]
    )


def _dead_feed() -> bytes:
    head = f"{tag('lastBuildDate', when(datetime.now(UTC)))}<ttl>10</ttl>"
    items = (_dead_item(place, title) for place, title in enumerate(DEAD))
    return rss("CNN.com - RSS Channel - World", "https://www.cnn.com/world/index.html", items, head=head)


def _site(room: Newsroom, host: str) -> Hosts:
    def sitemap() -> bytes:
        entries = ((_on(host, one), one.title, one.published, one.changed) for one in room.latest)
        return news_sitemap("CNN", entries, lastmod=False)

    pages = {
        "/robots.txt": robots(f"Sitemap: https://{host}/sitemap/news.xml", "User-agent: *", "Disallow: /search"),
        "/sitemap/news.xml": served(room, sitemap, "application/xml", MANNERS),
    }
    return {host: pages}


def _hosts(room: Newsroom) -> Hosts:
    feed = served(room, _dead_feed, "text/xml; charset=utf-8", Manners())
    return {
        **_site(room, "www.cnn.com"),
        **_site(room, "edition.cnn.com"),
        "rss.cnn.com": {"/rss/cnn_world.rss": feed},
    }


TWIN = Twin(outlet="cnn", stock=_stock, hosts=_hosts, address=address)
