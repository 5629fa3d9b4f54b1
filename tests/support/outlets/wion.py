"""WION: of the addresses that lists give for its feed one works; the others are gone, or web pages with status 200.

Dates are Indian time, written in three ways. Every answer is built anew and says so, so that no two are the same bytes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from tests.support.outlets.manners import Hosts, Manners, elsewhere, robots, served, web_page
from tests.support.outlets.markup import cdata, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

INDIA = ZoneInfo("Asia/Kolkata")
NO_ZONE = "no zone"
"""The section of an article whose time names no zone."""
STORIES = (
    ("taliban-kill-cell-leader", "Taliban killed the leader of the ISIS-K cell, US says", "He was freed from Bagram."),
    ("kabul-school-reopens", "A school in Kabul reopens for boys", "Girls of the quarter wait for word."),
    ("monsoon-arrives", "The monsoon reaches Kerala", "Fishermen stay ashore until Thursday."),
)


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=6), author="WION Web Desk")


def address(article: Article) -> str:
    """Return where an article is."""
    return f"https://www.wionews.com/world/{article.slug}-{article.number}"


def indian(moment: datetime, zone: str = "+0530") -> str:
    """Write a time as a clock in India shows it."""
    return when(moment.astimezone(INDIA)).replace("+0530", zone).rstrip()


def _item(article: Article) -> str:
    zone = "" if NO_ZONE in article.sections else ("+0530", "+05:30", "IST")[article.number % 3]
    return "\n".join(
        [
            "<item>",
            f"<title>{cdata(article.title)}</title>",
            tag("link", address(article)),
            tag("guid", str(article.number), 'isPermaLink="false"'),
            f"<description>{cdata(f'<p>{article.text}</p>')}</description>",
            tag("pubDate", indian(article.published, zone)),
            "</item>",
        ]
    )


def _hosts(room: Newsroom) -> Hosts:
    build = count()

    def feed() -> bytes:
        items = map(_item, room.latest)
        head = tag("lastBuildDate", indian(room.now + timedelta(seconds=next(build))))
        return rss("WION World", "https://www.wionews.com/world", items, head=head)

    return {
        "www.wionews.com": {
            "/robots.txt": robots("User-agent: *", "Allow: /"),
            "/feeds/world/rss.xml": served(room, feed, "text/xml", Manners(cache_control="no-cache", compresses=False)),
            "/feeds/world.xml": web_page("Page not found", 404),
            "/feeds/world-news.xml": web_page("WION: the world is one"),
            "/feeds/wion-world.rss": web_page("Gone", 410),
            # /feeds/india.xml is not there at all.
        },
        "wionews.com": {"/feeds/world/rss.xml": elsewhere(room, "www.wionews.com", 302)},
    }


TWIN = Twin(outlet="wion", stock=_stock, hosts=_hosts, address=address)
