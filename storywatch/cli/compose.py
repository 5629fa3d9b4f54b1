"""The wiring: which implementation stands behind which port."""

import asyncio
import os
import platform
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

import channels
import config
from dashboard.people import Limits, Pages, Reception, Service
from network import Guard
from network.door import Door
from scheduler.daemon import Daemon
from scheduler.learning import Learning
from scheduler.pushes import PushRuntime
from scheduler.work import Runtime, poll_lease
from spiders.crawler import running_crawler
from spiders.identity import user_agent
from spiders.parsing import ParsePool, limits_of
from spiders.websub.hubs import HubClient
from spiders.websub.reader import PushedDocuments
from spiders.websub.reception import Reception as PushReception
from storage import Store, open_store
from storywatch.cli.articles import page_rules
from storywatch.cli.clock import utc_now
from storywatch.cli.config_folder import ConfigFolder
from storywatch.cli.failpoints import reached_from
from storywatch.dispatch import Dispatch
from storywatch.egress import EgressPolicy
from storywatch.gathering import Gathering
from storywatch.importing import Importing
from storywatch.joining import Joining
from storywatch.matching import Matcher
from storywatch.model import Event, WatchConfig
from storywatch.page_links import PageLinks
from storywatch.ports import Clock, Dice
from storywatch.push import Push
from storywatch.pythons import safe_release
from storywatch.recalling import Recollection, Stored
from storywatch.second_look import SecondLook
from storywatch.subscribing import Subscribing
from storywatch.watch import Plan, Watch

__all__ = ["learning_of", "open_runtime", "run_daemon", "utc_now"]

log = structlog.get_logger()


@asynccontextmanager
async def open_runtime(
    watch_config: WatchConfig,
    store: Store,
    clock: Clock = utc_now,
    *,
    door: Door | None = None,
    take: Callable[[Push], None] | None = None,
    learning: Learning | None = None,
    limits: Limits | None = None,
    dice: Dice = random.random,
) -> AsyncIterator[Runtime]:
    """Set a config in motion: crawler, parser and channels run until the block ends.

    `door`: where hubs and people come in, if the config wants them; `take`: what gets pushes. `learning`
    and `limits` of the pages' forms go from config to config; who gives `learning` declares the events to it. Raises
    `ListenError`.
    """
    settings = watch_config.settings
    guard = Guard(EgressPolicy.allowing(settings.allow))
    reached = reached_from(os.environ)
    by_kind = channels.build(settings, guard, clock)
    parser = ParsePool(limits_of(settings))
    learning = learning or learning_of(store, clock, watch_config.events.values())
    recollection = learning.recollection
    plan = Plan(config=watch_config, matcher=recollection.matcher, turn=recollection.turn)
    try:
        async with running_crawler(settings, guard, parser, clock, reached) as crawler:
            watch = Watch(
                sources=store.sources,
                fetcher=crawler,
                channels=by_kind,
                clock=clock,
                dice=dice,
                recollection=recollection,
                pasts=learning.pasts,
                reached=reached,
            )
            push = _push_runtime(plan, watch, store, guard=guard, parser=parser) if door and take else None
            async with _open_door(push, door, take), _open_pages(watch_config, store, clock, door, limits or Limits()):
                yield Runtime(
                    plan=plan,
                    watch=watch,
                    dispatch=Dispatch(outbox=store.outbox, channels=by_kind, clock=clock, dice=dice, reached=reached),
                    gathering=Gathering(gatherings=store.gatherings, channels=by_kind, clock=clock, reached=reached),
                    push=push,
                    learning=learning,
                    second_look=SecondLook(
                        rechecks=store.rechecks,
                        fetcher=crawler,
                        channels=by_kind,
                        clock=clock,
                        rules=page_rules(),
                        pasts=learning.pasts,
                    )
                    if settings.recheck
                    else None,
                )
    finally:
        for channel in set(by_kind.values()):
            await channel.close()


def learning_of(
    store: Store, clock: Clock = utc_now, events: Iterable[Event] = (), *, matcher: Matcher | None = None
) -> Learning:
    """Return what matching learns from a store. It knows nothing yet but the events."""
    stored = Stored(memories=store.memories, feedbacks=store.feedbacks, seeds=store.seeds)
    recollection = Recollection(matcher or Matcher(events), asyncio.Lock(), stored, clock)
    importing = Importing(imports=store.imports, archive=store.archive, recollection=recollection, clock=clock)
    return Learning(recollection=recollection, importing=importing)


def _push_runtime(plan: Plan, watch: Watch, store: Store, *, guard: Guard, parser: ParsePool) -> PushRuntime | None:
    settings = plan.config.settings
    if settings.push is None:
        return None
    hubs = HubClient(guard, watch.clock, user_agent=user_agent(settings.contact))
    return PushRuntime(
        plan=plan,
        watch=watch,
        subscribing=Subscribing(settings=settings.push, pushes=store.pushes, hubs=hubs, clock=watch.clock),
        reader=PushedDocuments(parser=parser, clock=watch.clock),
        lease=poll_lease(settings),
    )


@asynccontextmanager
async def _open_door(
    push: PushRuntime | None, door: Door | None, take: Callable[[Push], None] | None
) -> AsyncIterator[None]:
    """Let hubs in until the block ends, where the settings ask for it."""
    if push is None or door is None or take is None:
        yield
        return
    settings, subscribing = push.plan.config.settings, push.subscribing
    reception = PushReception(subscribing=subscribing, take=take, max_bytes=settings.max_bytes)
    async with door.opened(subscribing.settings.listen, reception, key="settings.push.listen"):
        yield


@asynccontextmanager
async def _open_pages(
    watch_config: WatchConfig, store: Store, clock: Clock, door: Door | None, limits: Limits
) -> AsyncIterator[None]:
    """Let people in until the block ends, where the settings ask for it."""
    settings, pages = watch_config.settings, watch_config.settings.pages
    if pages is None or door is None:
        yield
        return
    joining = Joining(
        people=store.people,
        config=watch_config,
        links=PageLinks(settings=pages),
        compose=channels.composer_for(settings).compose_confirmation,
        clock=clock,
    )
    service = Service(
        settings=pages,
        joining=joining,
        feedbacks=store.feedbacks,
        memories=store.memories,
        archive=store.archive,
        pages=Pages(pages, settings.contact),
        limits=limits,
    )
    async with door.opened(pages.listen, Reception(service=service), key="settings.pages.listen"):
        yield


async def run_daemon(path: Path, clock: Clock = utc_now) -> None:
    """Watch with the config at `path` until it is stopped. Raises `ConfigError`, `StorageError` and `ListenError`."""
    loaded = config.load_with_warnings(path, os.environ)
    files, door = ConfigFolder(path=path, secret_files=loaded.secret_files), Door()
    for warning in loaded.warnings:
        log.warning("config_warning", warning=str(warning))
    if fixed := safe_release(sys.version_info[:3]):
        log.warning("old_python", python=platform.python_version(), fixed=fixed)
    async with open_store(loaded.config.settings.database) as store:
        learning, limits = learning_of(store, clock), Limits()
        await Daemon(
            sources=store.sources,
            outbox=store.outbox,
            pushes=store.pushes,
            paces=store.paces,
            files=files,
            open_runtime=lambda config, take: open_runtime(
                config, store, clock, door=door, take=take, learning=learning, limits=limits
            ),
            clock=clock,
        ).run()
