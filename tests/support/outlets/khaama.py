"""Khaama Press: WordPress with excerpts of about 480 characters; the bare host leads to www, and some links name it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support.outlets import wordpress
from tests.support.outlets.manners import Hosts, elsewhere, robots, served
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

HOME = "https://www.khaama.com"
_REST = (
    "Witnesses speak of a crowd that had waited for days with papers in hand, of a ditch that filled with people, and "
    "of shots that came from more than one side. Hospitals of the city took in the wounded until the night. The "
    "authorities give no number; a nurse who must not be named counts more than sixty bodies in one house alone. "
    "Flights were to go on, said an official at the gate, as long as the light allowed it, and the roads stayed open"
)
STORIES = (
    (
        "kabul-airport-gate-attack",
        "Scores killed at the gate of Kabul airport",
        f"Two blasts were heard. {_REST}",
    ),
    ("drone-nangarhar", "Drone strike reported in Nangarhar", f"Villagers saw the smoke in the morning. {_REST}"),
    ("saffron-harvest", "Saffron growers of Herat hope for rain", f"The bulbs went in late this year. {_REST}"),
)


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=9), author="Khaama Desk")


def address(article: Article) -> str:
    """Return where an article is."""
    return f"{HOME}/{article.slug}/"


def _hosts(room: Newsroom) -> Hosts:
    def feed() -> bytes:
        bare = "https://khaama.com"
        # Every other link names the bare host.
        homes = (HOME if article.number % 2 else bare for article in room.latest)
        items = [
            wordpress.item(one, f"{home}/{one.slug}/", HOME, site="Khaama Press", comments=room.comments)
            for one, home in zip(room.latest, homes, strict=True)
        ]
        return wordpress.feed(room, items, HOME, "The Khaama Press News Agency")

    return {
        "www.khaama.com": {
            "/robots.txt": robots("User-agent: *", "Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php"),
            "/feed/": served(room, feed, wordpress.TYPE, wordpress.MANNERS),
        },
        "khaama.com": {"/feed/": elsewhere(room, "www.khaama.com")},
    }


TWIN = Twin(outlet="khaama", stock=_stock, hosts=_hosts, address=address)
