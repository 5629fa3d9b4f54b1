"""What a child of the nursery runs: one round of the product as `storywatch poll` does it, or of a naive program.

The naive programs fetch, parse, match and plan with the product's own code; they differ only in when they send, and in
that each run makes up the ids of its messages. They reach the same steps, so the same kills hit them.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any, cast

from channels.pages import templates
from scheduler.work import Runtime
from storage import open_store
from storage.replays import Choice
from storywatch.cli import watching
from storywatch.cli.compose import open_runtime, utc_now
from storywatch.errors import DeliveryError
from storywatch.model import Alert, Delivery, Message, Owed, Settings, Source, Visit, WatchConfig
from storywatch.ports import Channel, Claim, Clock, PollRecord
from storywatch.steps import Step
from storywatch.watch import Plan, PollResult, Watch, checked, summary
from tests.acceptance.crash.orders import Replay, Worker

Round = Callable[[WatchConfig, Clock, Replay | None], Awaitable[watching.Round]]

REPLAYED = timedelta(hours=1)
"""What was decided in this time is sent again, where an operator asks for what was sent."""


async def product(config: WatchConfig, clock: Clock, replay: Replay | None = None) -> watching.Round:
    """Run what `storywatch deliveries replay` runs, where that is asked for, and then what `storywatch poll` runs."""
    if replay is not None:
        now, sent = clock(), replay is Replay.SENT
        async with open_store(config.settings.database) as store:
            await store.replays.replay(Choice(since=now - REPLAYED if sent else None, sent=sent), now)
    return await watching._poll(config, list(config.sources.values()), clock)


def warm_up() -> None:
    """Run the product once on nothing: Scrapy, SQLAlchemy and Alembic load much of themselves on first use.

    Templates are compiled on first use, which takes a fifth of a run.
    """
    for name in templates().list_templates():
        templates().get_template(name)
    with TemporaryDirectory() as folder:
        settings = Settings(database=f"sqlite:///{folder}/warm.db", contact="rig@news.example")
        nothing = WatchConfig(settings=settings, outlets={}, sources={}, events={}, subscribers={}, subscriptions={})
        asyncio.run(product(nothing, utc_now))


@dataclass(frozen=True, kw_only=True)
class NaiveWatch(Watch):
    """Polls like the product, has no outbox, and sends by itself: before the commit or after it."""

    sends_first: bool

    async def poll(self, claim: Claim, plan: Plan) -> PollResult:
        """Poll one source and tell everybody."""
        source = plan.config.sources[claim.source]
        self.reached(Step.POLL_CLAIMED)
        visit = checked(await self.fetcher.visit(source, plan.config.outlets[source.outlet], claim.state), source)
        record = await self.pasts.around(lambda: self._store(visit, claim, source, plan))
        self.reached(Step.POLL_COMMITTED)
        if not self.sends_first:
            await self._tell(record, plan)
        return summary(source, visit, record)

    async def _store(self, visit: Visit, claim: Claim, source: Source, plan: Plan) -> PollRecord:
        async with contextlib.AsyncExitStack() as learning, self.sources.poll(claim) as transaction:
            record = await self._decide(visit, claim, source, plan, transaction=transaction, learning=learning)
            if self.sends_first:
                await self._tell(record, plan)
            await transaction.save(replace(record, alerts=()))
            self.reached(Step.POLL_SAVED)
        return record

    async def _decide(self, *args: Any, **kwargs: Any) -> PollRecord:
        forgetful = replace(self, channels={kind: _forgetful(channel) for kind, channel in self.channels.items()})
        record = await Watch._decide(forgetful, *args, **kwargs)
        return replace(record, alerts=tuple(replace(alert, id=_fresh_id()) for alert in record.alerts))

    async def _tell(self, record: PollRecord, plan: Plan) -> None:
        """Send each alert once. A lost acknowledgement is not the kill's doing: nothing is sent again for it."""
        for alert in (one for one in record.alerts if one.message):  # it knows no digests
            self.reached(Step.DELIVERY_CLAIMED)
            with contextlib.suppress(DeliveryError):
                await self.channels[alert.channel].send(_delivery(alert), plan.config.subscribers[alert.subscriber])
            self.reached(Step.DELIVERY_SENT)
            self.reached(Step.DELIVERY_SETTLED)


class Forgetful:
    """A channel that writes each message under an identity of its own."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def compose(self, owed: Owed) -> Message:
        """Write the message."""
        return self._channel.compose(replace(owed, id=_fresh_id()))

    def __getattr__(self, name: str) -> Any:
        """Do all else as the channel does."""
        return getattr(self._channel, name)


def _forgetful(channel: Channel) -> Channel:
    return cast("Channel", Forgetful(channel))


def _fresh_id() -> str:
    return "a" + secrets.token_hex(15)


def _delivery(alert: Alert) -> Delivery:
    assert alert.message is not None, alert.fault
    return Delivery(
        id=alert.id,
        subscription=alert.subscription,
        subscriber=alert.subscriber,
        channel=alert.channel,
        message=alert.message,
        created=alert.created,
        attempt=1,
        token="",
    )


def naive(*, sends_first: bool) -> Round:
    """Return one round of a naive program."""

    async def round_(config: WatchConfig, clock: Clock, _: Replay | None = None) -> watching.Round:
        async with open_store(config.settings.database) as store, open_runtime(config, store, clock) as runtime:
            await store.sources.apply(config, clock())
            program = replace(runtime, watch=_naive_watch(runtime, sends_first=sends_first))
            polls, busy = await watching._visit_all(program, store, list(config.sources.values()), clock)
            deliveries, undelivered = await watching._deliver_all(program, store, clock)
        return watching.Round(
            polls=tuple(polls), busy=tuple(busy), deliveries=deliveries, undelivered=tuple(undelivered)
        )

    return round_


def _naive_watch(runtime: Runtime, *, sends_first: bool) -> NaiveWatch:
    parts: dict[str, Any] = dict(vars(runtime.watch))
    return NaiveWatch(**parts, sends_first=sends_first)


ROUNDS: Mapping[Worker, Round] = {
    Worker.PRODUCT: product,
    Worker.SENDS_FIRST: naive(sends_first=True),
    Worker.COMMITS_FIRST: naive(sends_first=False),
}
