"""The pages that subscribers meet, on loopback over a real database, with a clock that stands still."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from channels import composer_for
from dashboard.people import Pages, Reception, Service
from network.door import Door
from storage import Store
from storywatch.joining import Joining
from storywatch.model import PageSettings, WatchConfig
from storywatch.page_links import PageLinks
from tests.contract.working import deliveries
from tests.support.databases import open_file
from tests.support.fakes import FakeClock
from tests.support.hub import free_port
from tests.support.samples import a_config

KEY = "k" * 64


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a page answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """The heading."""
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return found.group(1).strip() if found else ""


@dataclass(kw_only=True)
class Lobby:
    """The pages in motion."""

    store: Store
    config: WatchConfig
    settings: PageSettings
    clock: FakeClock
    service: Service
    session: aiohttp.ClientSession = field(repr=False)

    @property
    def links(self) -> PageLinks:
        """Makes links as mails carry them."""
        return self.service.joining.links

    @property
    def place(self) -> str:
        """Where a browser finds the pages."""
        return f"http://{self.settings.listen}"

    async def get(self, url: str, **headers: str) -> Answer:
        """Look at a page."""
        return await self.ask("GET", url, headers=headers)

    async def post(self, url: str, data: object = None, **headers: str) -> Answer:
        """Send a form."""
        return await self.ask("POST", url, data=data, headers=headers)

    async def ask(self, method: str, url: str, **options: Any) -> Answer:
        """Send any request. Header names are written with _ for -."""
        headers = {name.replace("_", "-"): value for name, value in options.pop("headers", {}).items()}
        local = url.replace(self.settings.public_url, self.place) if "://" in url else f"{self.place}{url}"
        async with self.session.request(method, local, headers=headers, allow_redirects=False, **options) as answer:
            return Answer(status=answer.status, headers=answer.headers, text=await answer.text())

    async def mails(self, email: str) -> list[str]:
        """Take the mails that are owed to an address."""
        owed = await deliveries(self.store, f"email:{email}", self.clock.now)
        return [delivery.message.body.decode() for delivery in owed]


@asynccontextmanager
async def lobby(folder: Path, config: WatchConfig | None = None, **changes: Any) -> AsyncIterator[Lobby]:
    """Serve the pages for a watch config; `changes` replace their settings."""
    listen = f"127.0.0.1:{free_port()}"
    pages = PageSettings(listen=listen, public_url=f"http://{listen}", key=KEY, open_to_all=True)
    settings = replace(pages, **changes)
    base = config or a_config()
    watch = replace(base, settings=replace(base.settings, pages=settings))
    clock = FakeClock()
    async with open_file(folder / "storywatch.db") as store, aiohttp.ClientSession() as session:
        await store.sources.apply(watch, clock())
        service = a_service(store, watch, settings, clock)
        async with Door().opened(listen, Reception(service=service), key="listen"):
            yield Lobby(store=store, config=watch, settings=settings, clock=clock, service=service, session=session)


def a_service(store: Store, config: WatchConfig, settings: PageSettings, clock: FakeClock) -> Service:
    """Return the pages over a store."""
    joining = Joining(
        people=store.people,
        config=config,
        links=PageLinks(settings=settings),
        compose=composer_for(config.settings).compose_confirmation,
        clock=clock,
    )
    return Service(
        settings=settings,
        joining=joining,
        feedbacks=store.feedbacks,
        memories=store.memories,
        archive=store.archive,
        pages=Pages(settings, config.settings.contact),
    )


def link_in(mail: str, purpose: str) -> str:
    """Return the link to a page in a mail's source, as it stands in its headers or, unfolded, in its text."""
    unfolded = mail.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
    found = re.search(rf"https?://[^\s<>\"]+/{purpose}/[\w.-]+", unfolded)
    assert found is not None, mail
    return found.group()
