"""`run` and `poll`: the daemon, and one round of its work."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scheduler.releases import RELEASES_AT_ONCE, release
from scheduler.work import DELIVERY_LEASE, DeliveryWork, PollWork, Runtime
from storage import Store, open_store
from storywatch.cli.compose import learning_of, open_runtime, run_daemon, utc_now
from storywatch.cli.learning import import_past, recall
from storywatch.cli.log import LogFormat, configure
from storywatch.cli.options import ConfigOption, JsonOption, print_problems, read_config
from storywatch.cli.output import MISUSE, TROUBLE, fail, out, print_json, progress_bar
from storywatch.cli.reading import fault_object
from storywatch.cli.running import finished
from storywatch.errors import ConfigError
from storywatch.model import DeliveryState, Source, WatchConfig
from storywatch.pacemaking import Pacemaking
from storywatch.ports import Clock
from storywatch.twins import twins
from storywatch.urls import host_of
from storywatch.watch import PollOutcome, PollResult

LANES_AT_ONCE = 100


def run(
    config: ConfigOption = Path(),
    *,
    log_format: Annotated[LogFormat, typer.Option(help="How log lines look.")] = LogFormat.AUTO,
) -> None:
    """Watch until stopped: SIGTERM or Ctrl-C ends it gracefully, SIGHUP or a saved file reloads the config."""
    configure(log_format)
    try:
        finished(run_daemon(config))
    except ConfigError as error:
        print_problems(error)
        raise typer.Exit(TROUBLE) from None


def poll(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Ids; by default all that are enabled and don't wait for gaps."),
    ] = None,
    config: ConfigOption = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Poll sources once through the whole pipeline, send what is owed, and exit."""
    configure(level=logging.WARNING if json else logging.ERROR)
    loaded = read_config(config)
    wanted = _wanted(loaded, sources or ())
    round_ = finished(_poll(loaded, wanted))
    _print_round(round_, as_json=json)
    if round_.found_trouble:
        raise typer.Exit(TROUBLE)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round of polls and deliveries did. `undelivered` says what kept messages from their receivers."""

    polls: tuple[PollResult, ...]
    busy: tuple[str, ...]
    deliveries: Counter[str]
    undelivered: tuple[str, ...]

    @property
    def found_trouble(self) -> bool:
        """Tell whether anything failed."""
        failed = any(result.outcome is PollOutcome.FAILED for result in self.polls)
        well = self.deliveries[DeliveryState.SENT.value] + self.deliveries[DeliveryState.CANCELLED.value]
        return failed or bool(self.busy) or self.deliveries.total() != well


def _wanted(config: WatchConfig, names: Sequence[str]) -> list[Source]:
    unknown = [name for name in names if name not in config.sources]
    if unknown:
        fail(f"no such source: {', '.join(unknown)}; `storywatch check` reads the config that names them", code=MISUSE)
    if names:
        return [config.sources[name] for name in dict.fromkeys(names)]
    repeated = twins(config.sources.values())
    wanted = (source for source in config.sources.values() if source.enabled and not source.gaps_only)
    return [source for source in wanted if source.id not in repeated]


async def _poll(config: WatchConfig, wanted: Sequence[Source], clock: Clock = utc_now) -> Round:
    async with open_store(config.settings.database) as store:
        learning = learning_of(store, clock, config.events.values())
        async with open_runtime(config, store, clock, learning=learning) as runtime:
            await store.sources.apply(config, clock())
            await recall(learning)
            await import_past(learning)
            await Pacemaking(paces=store.paces, clock=clock).renew()
            polls, busy = await _visit_all(runtime, store, wanted, clock)
            await learning.recollection.save()
            await _release_all(runtime)
            deliveries, undelivered = await _deliver_all(runtime, store, clock)
    order = [source.id for source in wanted]
    return Round(
        polls=tuple(sorted(polls, key=lambda result: order.index(result.source))),
        busy=tuple(busy),
        deliveries=deliveries,
        undelivered=tuple(undelivered),
    )


async def _visit_all(
    runtime: Runtime, store: Store, wanted: Iterable[Source], clock: Clock
) -> tuple[list[PollResult], list[str]]:
    """Poll every wanted source: hosts side by side, the sources of one host one after the other."""
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in wanted:
        by_host[host_of(source.url)].append(source)
    work = PollWork(sources=store.sources, clock=clock, current=lambda: runtime)
    room = asyncio.Semaphore(runtime.plan.config.settings.concurrent_hosts)
    polls: list[PollResult] = []
    busy: list[str] = []
    with progress_bar() as progress:
        bar = progress.add_task("polling", total=sum(map(len, by_host.values())))

        async def visit_host(sources: Sequence[Source]) -> None:
            async with room:
                for source in sources:
                    claim = await store.sources.claim_named(source.id, now=clock(), lease=runtime.poll_lease)
                    result = await work.poll(claim) if claim else None
                    if result is None:
                        busy.append(source.id)
                    else:
                        polls.append(result)
                    progress.advance(bar)

        await asyncio.gather(*map(visit_host, by_host.values()))
    return polls, busy


async def _release_all(runtime: Runtime) -> None:
    """Make deliveries of what was gathered and is due."""
    gathering, config = runtime.gathering, runtime.plan.config
    await gathering.bring_forward(config)
    done: set[str] = set()
    while due := set(await gathering.due(RELEASES_AT_ONCE)) - done:
        for subscription in sorted(due):
            await release(gathering, config, subscription)
        done |= due


async def _deliver_all(runtime: Runtime, store: Store, clock: Clock) -> tuple[Counter[str], list[str]]:
    """Send what is due now; what fails is due later and stays for the daemon or the next call."""
    work = DeliveryWork(outbox=store.outbox, clock=clock, current=lambda: runtime)
    states: Counter[str] = Counter()
    faults: list[str] = []
    now = clock()

    async def send_lane(lane: str) -> None:
        # What is due stays what was due at first; the lease counts from the moment of the claim all the same.
        while claimed := await store.outbox.claim_deliveries(
            lane, now=now, lease=clock() - now + DELIVERY_LEASE, limit=1
        ):
            settlement = await work.deliver(claimed[0])
            states[settlement.state.value if settlement else "busy"] += 1
            if settlement and settlement.fault:
                faults.append(f"{claimed[0].message.address}: {settlement.fault.message}")

    while lanes := await store.outbox.due_lanes(now, LANES_AT_ONCE):
        await asyncio.gather(*map(send_lane, lanes))
    return states, faults


def _print_round(round_: Round, *, as_json: bool) -> None:
    if as_json:
        polls = [_poll_object(result) for result in round_.polls]
        print_json({"polls": polls, "busy": round_.busy, "deliveries": dict(round_.deliveries)})
        return
    for result in round_.polls:
        counts = f"{result.items} items, {result.new} new, {result.revised} revised, {result.alerts} alerts"
        told = result.fault.message if result.fault else counts
        out.print(f"{result.outcome.value:<10}{result.source}: {told}", markup=False)
    for name in round_.busy:
        out.print(f"busy      {name}: another process polls it now", markup=False)
    for fault in dict.fromkeys(round_.undelivered):
        out.print(f"not sent  {fault}", markup=False)
    out.print("deliveries: " + (", ".join(f"{count} {state}" for state, count in round_.deliveries.items()) or "none"))


def _poll_object(result: PollResult) -> dict[str, Any]:
    return {
        "source": result.source,
        "outcome": result.outcome.value,
        "items": result.items,
        "new": result.new,
        "revised": result.revised,
        "matched": result.matched,
        "updates": result.updates,
        "alerts": result.alerts,
        "error": fault_object(result.fault),
    }
