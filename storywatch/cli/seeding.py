"""`seed`: known articles of an event, fetched as examples of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from network import Guard
from spiders.asking import Asked
from spiders.crawler import Crawler, running_crawler
from spiders.parsing import ParsePool, limits_of
from storage import Store, open_store
from storywatch.cli.articles import page_rules
from storywatch.cli.clock import utc_now
from storywatch.cli.excerpts import hanging
from storywatch.cli.knowing import recalled
from storywatch.cli.log import configure
from storywatch.cli.naming import declared_event
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, TROUBLE, fail, one_line, out, print_json, shown
from storywatch.cli.reading import fault_object
from storywatch.cli.running import finished
from storywatch.egress import EgressPolicy
from storywatch.errors import Fault
from storywatch.matching.saying import understood
from storywatch.model import Event, FetchedSeed, Item, SourceKind, Validators, Visit, WatchConfig
from storywatch.urls import host_of

PAUSE = timedelta(seconds=1)
"""Between two visits to one host, unless its robots.txt asks for more."""

MOST_CHARS = 20_000
"""Characters of an article that are kept."""


def seed(
    event: Annotated[str | None, typer.Argument(help="Id of the event.", show_default=False)] = None,
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]", help="Articles about it.", show_default=False)
    ] = None,
    config: ConfigOption = Path(),
    *,
    listing: Annotated[bool, typer.Option("--list", help="List the seeds that were fetched.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Forget these seeds.")] = False,
    json: JsonOption = False,
) -> None:
    """Fetch known articles of an event as examples of it, and say what it is understood to be about."""
    configure()
    loaded = read_config(config)
    if listing or event is None:
        if urls or remove:
            fail("--list takes no addresses", code=MISUSE)
        finished(_list(loaded, event, as_json=json))
    elif remove:
        finished(_remove(loaded, event, urls or ()))
    else:
        if not urls:
            fail("write `storywatch seed EVENT URL...`; --list shows what was fetched", code=MISUSE)
        wanted = declared_event(event, loaded.events, config)
        if not finished(_seed(loaded, wanted, list(dict.fromkeys(urls)), as_json=json)):
            raise typer.Exit(TROUBLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sown:
    """One address: the seed that it gave, or why it gave none. `fetched`: it was not stored as an item already."""

    url: str
    seed: FetchedSeed | None
    fault: Fault | None = None
    fetched: bool = True


async def _seed(config: WatchConfig, event: Event, urls: Sequence[str], *, as_json: bool) -> bool:
    """Store a seed for each address, say how it went, and return whether all went well."""
    well = True
    async with open_store(config.settings.database) as store:
        async for sown in _sown(config, store, event, urls):
            well = well and sown.seed is not None
            if sown.seed:
                await store.seeds.put(sown.seed)
            if as_json:
                print_json(sown_object(sown, event))
            else:
                _print_sown(sown)
        names, words = await _understood(store, event)
    if as_json:
        print_json({"event": event.id, "names": names, "words": words})
    else:
        told = f"I take these as the names and words of this event: names {_listed(names)}; words {_listed(words)}"
        for line in hanging(told, out.width, 2):
            out.print(line, markup=False)
    return well


async def _understood(store: Store, event: Event) -> tuple[Sequence[str], Sequence[str]]:
    memory = (await recalled(store, [event])).memory
    return understood(memory.profile(event.id), memory.background)


async def _sown(config: WatchConfig, store: Store, event: Event, urls: Sequence[str]) -> AsyncIterator[Sown]:
    missing: list[str] = []
    for url in urls:
        found = await store.archive.by_url(url)
        if found:
            yield Sown(url=url, seed=_of_item(event, url, found[0]), fetched=False)
        else:
            missing.append(url)
    if missing:
        async for sown in _visited(config, event, missing):
            yield sown


async def _visited(config: WatchConfig, event: Event, urls: Sequence[str]) -> AsyncIterator[Sown]:
    """Visit addresses one after the other; one that fails doesn't stop the others."""
    settings = config.settings
    guard = Guard(EgressPolicy.allowing(settings.allow))
    pauses: dict[str, timedelta] = {}
    async with running_crawler(settings, guard, ParsePool(limits_of(settings)), utc_now) as crawler:
        for url in urls:
            await asyncio.sleep(pauses.get(host_of(url), timedelta()).total_seconds())
            visit = await _visit(crawler, url)
            pauses[host_of(url)] = max(PAUSE, visit.crawl_delay or PAUSE, visit.retry_after or PAUSE)
            yield _of_visit(event, url, visit)


async def _visit(crawler: Crawler, url: str) -> Visit:
    asked = Asked(kind=SourceKind.PAGE, page=page_rules())
    return await crawler.fetch(url, SourceKind.PAGE, Validators(), asked)


def _of_visit(event: Event, url: str, visit: Visit) -> Sown:
    if visit.document is None or not visit.document.items:
        fault = visit.fault or Fault(code="no_text", message="the page has no text")
        return Sown(url=url, seed=None, fault=fault)
    page = visit.document.items[0]
    seed = FetchedSeed(
        event=event.id,
        url=url,
        title=page.title,
        text=page.content[:MOST_CHARS],
        published=page.published or page.updated,
        fetched=utc_now(),
    )
    return Sown(url=url, seed=seed)


def _of_item(event: Event, url: str, item: Item) -> FetchedSeed:
    read = item.revision
    text = "\n".join(filter(None, (read.summary, read.content)))[:MOST_CHARS]
    return FetchedSeed(
        event=event.id, url=url, title=read.title, text=text, published=item.published, fetched=utc_now()
    )


# --list, --remove ----------------------------------------------------------------------------------------------------


async def _list(config: WatchConfig, event: str | None, *, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        seeds = await store.seeds.all(event)
    if as_json:
        for one in reversed(seeds):
            print_json(seed_row(one))
    elif not seeds:
        out.print("No seeds were fetched yet: `storywatch seed EVENT URL` fetches one.", style="dim", markup=False)
    else:
        for one in reversed(seeds):
            out.print(f"{one.event}: ", end="", style="bold", markup=False)
            out.print(f"{one_line(one.title)} ({len(one.text):,} characters)", markup=False)
            out.print(f"  {shown(one.fetched)}  {one_line(one.url)}", style="dim", markup=False)


def seed_row(seed: FetchedSeed) -> Mapping[str, Any]:
    """Return a seed as the list has it."""
    return {
        "event": seed.event,
        "url": seed.url,
        "title": seed.title,
        "published": seed.published,
        "fetched": seed.fetched,
        "chars": len(seed.text),
    }


async def _remove(config: WatchConfig, event: str, urls: Sequence[str]) -> None:
    if not urls:
        fail("write `storywatch seed EVENT --remove URL...`; --list shows the addresses", code=MISUSE)
    async with open_store(config.settings.database) as store:
        for url in urls:
            if not await store.seeds.remove(event, url):
                fail(f"{event} has no seed at {url}; `storywatch seed {event} --list` shows its seeds")
            out.print(f"removed {url}", markup=False)


# What is printed -----------------------------------------------------------------------------------------------------


def sown_object(sown: Sown, event: Event) -> dict[str, Any]:
    """Return the object that `seed` prints for an address."""
    seed = sown.seed
    return {
        "event": event.id,
        "url": sown.url,
        "outcome": ("fetched" if sown.fetched else "known") if seed else "failed",
        "title": seed.title if seed else None,
        "published": seed.published if seed else None,
        "chars": len(seed.text) if seed else None,
        "error": fault_object(sown.fault),
    }


def _print_sown(sown: Sown) -> None:
    if sown.seed is None:
        out.print("failed ", end="", style="bold red")
        told = f"{sown.url}: {sown.fault.message if sown.fault else 'no text'}"
    else:
        out.print("fetched" if sown.fetched else "known  ", end="", style="bold green")
        when = f", {shown(sown.seed.published)}" if sown.seed.published else ""
        told = f"{sown.seed.title or sown.url} ({len(sown.seed.text):,} characters{when})"
    first, *others = hanging(" " * 7 + f" {one_line(told)}", out.width, 8)
    out.print(first[7:], markup=False)
    for line in others:
        out.print(line, markup=False)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "none yet"
