"""WAMU: the WordPress feed of the whole site, which has said nothing new for weeks; www leads to the bare host."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support.outlets import wordpress
from tests.support.outlets.manners import Hosts, Manners, elsewhere, robots, served
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

HOME = "https://wamu.org"
SILENT_FOR = timedelta(days=40)
STORIES = (
    ("drone-strike-isis-k", "A drone strike killed two ISIS-K planners, officials say", "One more was wounded."),
    ("bike-lanes", "The District draws more bike lanes", "Shops on the avenue are of two minds."),
)


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now - SILENT_FOR, STORIES, every=timedelta(days=1), author="Newsroom")


def address(article: Article) -> str:
    """Return where an article is."""
    return f"{HOME}/story/{article.published:%y/%m/%d}/{article.slug}/"


def _hosts(room: Newsroom) -> Hosts:
    def feed() -> bytes:
        items = [wordpress.item(one, address(one), HOME, site="WAMU", comments=room.comments) for one in room.latest]
        return wordpress.feed(room, items, HOME, "WAMU")

    return {
        "wamu.org": {
            "/robots.txt": robots("User-agent: *", "Disallow: /wp-admin/"),
            "/feed/": served(room, feed, wordpress.TYPE, Manners(last_modified=True)),
        },
        "www.wamu.org": {"/feed/": elsewhere(room, "wamu.org")},
    }


TWIN = Twin(outlet="wamu", stock=_stock, hosts=_hosts, address=address)
