"""The Washington Post: feeds that are at times valid and empty, items that lead to the home page, gzip.

It refuses articles to programs, and at times a feed: `refuses` does that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from tests.support.outlets.manners import Hosts, Manners, Pages, robots, served, web_page
from tests.support.outlets.markup import cdata, news_sitemap, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

HOME = "https://www.washingtonpost.com"
BARE = "home"
"""The slug of an item that leads nowhere but to the home page."""
STORIES = (
    (
        "cia-chief-kabul",
        "The C.I.A. chief met a Taliban leader in Kabul",
        "The talks were secret, the deadline near.",
    ),
    ("pentagon-mistake", "Pentagon calls the Kabul strike a tragic mistake", "Ten civilians died, and no bomber."),
    ("metro-delays", "Trains run late again", "Riders wait for wheels that were promised in spring."),
)
SECTIONS = ("world", "national", "politics")
MANNERS = Manners(etag=True, cache_control="max-age=60")


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=4), author="Some Writer", sections=SECTIONS)


def address(article: Article) -> str:
    """Return where an article is."""
    if article.slug == BARE:
        return HOME
    return f"{HOME}/world/{article.published:%Y/%m/%d}/{article.slug}/"


def _item(article: Article) -> str:
    return "\n".join(
        [
            "<item>",
            tag("title", article.title),
            tag("link", address(article)),
            tag("guid", address(article), 'isPermaLink="true"'),
            f"<description>{cdata(article.text)}</description>",
            tag("dc:creator", article.author),
            tag("pubDate", when(article.published)),
            "</item>",
        ]
    )


def _hosts(room: Newsroom) -> Hosts:
    def feed(section: str) -> bytes:
        items = map(_item, room.of(section))
        return rss(f"{section.title()} - The Washington Post", f"{HOME}/{section}", items, head="<ttl>1</ttl>")

    def sitemap() -> bytes:
        articles = (one for one in room.latest if one.slug != BARE)
        return news_sitemap(
            "The Washington Post", ((address(one), one.title, one.published, one.changed) for one in articles)
        )

    def pages() -> bytes:
        places = "".join(f"<url>{tag('loc', address(one))}</url>" for one in room.latest)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode()

    feeds = {
        f"/rss/{section}": served(room, partial(feed, section), "application/rss+xml", MANNERS) for section in SECTIONS
    }
    site = {
        "/robots.txt": robots("User-agent: *", "Disallow: /search", "Disallow: /*?*itid="),
        # The name says gzip, and so does the transport: decoded once, it is XML.
        "/sitemaps/news-sitemap.xml.gz": served(room, sitemap, "application/xml", MANNERS),
        # This one is of all pages and names no titles.
        "/sitemaps/sitemap.xml.gz": served(room, pages, "application/xml", MANNERS),
        "/": web_page("No", 403),
    }
    return {"feeds.washingtonpost.com": feeds, "www.washingtonpost.com": site}


def refuses(pages: Pages, path: str) -> None:
    """Answer 403 from now on."""
    pages[path] = web_page("Access Denied", 403)


TWIN = Twin(outlet="washington-post", stock=_stock, hosts=_hosts, address=address)
