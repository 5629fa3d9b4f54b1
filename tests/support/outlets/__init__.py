"""Doubles on loopback of the outlets that the sample event cites, and of the BBC: shapes, headers, quirks.

What is known of them is public: lists, probes and code of others. All texts are our own. Each outlet has a module; a
`Double` is one of them in motion, with every host of the outlet at a loopback address of its own.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from config.shipped import catalogue_outlet
from tests.support.outlets import al_jazeera, bbc, cnn, khaama, nyt, wamu, washington_post, wion
from tests.support.outlets.newsroom import Article, Newsroom
from tests.support.outlets.twin import Twin
from tests.support.web import Site, serving

CITED = ("nyt", "al-jazeera", "khaama", "cnn", "washington-post", "wamu", "wion")
TWINS = {module.TWIN.outlet: module.TWIN for module in (nyt, al_jazeera, khaama, cnn, washington_post, wamu, wion, bbc)}


@dataclass(frozen=True, kw_only=True)
class Double:
    """An outlet's double, served. `sites` has the server of each of its hosts."""

    twin: Twin
    room: Newsroom
    sites: dict[str, Site]

    def site(self, url: str) -> Site:
        """Return the server that stands for an address's host."""
        return self.sites[str(urlsplit(url).hostname)]

    def local(self, url: str) -> str:
        """Return a public address as it is reached on loopback."""
        parts = urlsplit(url)
        return self.site(url).url(parts.path + (f"?{parts.query}" if parts.query else ""))

    def address(self, article: Article) -> str:
        """Return where an article is to be cited."""
        return self.twin.address(article)

    @property
    def addresses(self) -> list[str]:
        """Where all its articles are to be cited."""
        return sorted(map(self.twin.address, self.room.articles))

    def entry(self, *on: str, **changes: dict[str, Any]) -> dict[str, Any]:
        """Return the catalogue's own entry with its addresses on loopback, and the hosts that these stand for.

        `on` are sources that are off there; `changes` are keys of sources, by id with _ for -.
        """
        plain = catalogue_outlet(self.twin.outlet).plain()
        aliases = [self.sites[host].host for host in plain["hosts"] if host in self.sites]
        sources = [
            {
                "id": one["id"],
                "url": self.local(one["url"]),
                **({"enabled": True} if one["id"] in on else {}),
                **changes.get(one["id"].replace("-", "_"), {}),
            }
            for one in plain["sources"]
            if urlsplit(one["url"]).hostname in self.sites
        ]
        return {"catalogue": self.twin.outlet, "hosts": [*plain["hosts"], *aliases], "sources": sources}


@asynccontextmanager
async def opened(outlet: str, now: datetime | None = None, first: int = 1) -> AsyncIterator[Double]:
    """Serve an outlet's double; its hosts get 127.0.0.`first` and the addresses behind it."""
    twin = TWINS[outlet]
    room = Newsroom(now=now or datetime.now(UTC).replace(microsecond=0))
    room.articles += twin.stock(room.now)
    async with AsyncExitStack() as stack:
        sites = {
            host: await stack.enter_async_context(serving(pages, host=f"127.0.0.{first + place}"))
            for place, (host, pages) in enumerate(twin.hosts(room).items())
        }
        room.where.update({host: site.url("") for host, site in sites.items()})
        yield Double(twin=twin, room=room, sites=sites)
