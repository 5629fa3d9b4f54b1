"""`explain-poll`: when a source is polled next, and why then."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.latency import DAYS
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, fail, print_json
from storywatch.cli.poll_report import print_poll
from storywatch.cli.running import finished
from storywatch.explaining_polls import PollExplained, explained
from storywatch.latency import Quantiles, ledger, quantiles
from storywatch.model import Source


def explain_poll(
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    config: ConfigOption = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Explain when a source is polled next and why then: its rhythm, what a poll costs and gains, what holds it."""
    loaded = read_config(config)
    declared = loaded.sources.get(source)
    if declared is None:
        fail(f"no such source: {source}; `storywatch sources` lists them", code=MISUSE)
    told = finished(_explained(loaded.settings.database, declared))
    if told is None:
        fail(f"{source} was never polled and is not planned yet: `storywatch run` or `storywatch poll` does it")
    if json:
        print_json(poll_object(told))
    else:
        print_poll(told, utc_now())


async def _explained(url: str, source: Source) -> PollExplained | None:
    now = utc_now()
    since = now - timedelta(days=DAYS)
    async with open_store(url) as store:
        stand = await store.paces.known(source.id)
        if stand is None:
            return None
        sights = await store.latency.sights(source.id, since)
        passages = await store.latency.since(since)
    told = ledger(passages).sources.get(source.id)
    return explained(stand, source, now, sights=quantiles(sights) if sights else None, told=told)


def poll_object(told: PollExplained) -> Mapping[str, Any]:
    """Return the object that `explain-poll` prints. Rates are items an hour; prices and waiting are item-seconds."""
    return {
        "source": told.source.id,
        "outlet": told.source.outlet,
        "url": told.url,
        "steered_by": told.steered,
        "why": told.why,
        "last_poll_at": told.last_poll_at,
        "next_poll_at": told.next_poll_at,
        "rhythm": {
            "working_days": list(told.working),
            "weekend": list(told.weekend),
            "minutes": list(told.minutes),
            "items_a_day": told.items_a_day,
            "items_seen": told.items_seen,
            "watched": told.watched,
        },
        "pause": told.wait.pause,
        "bound": told.wait.capped_by,
        "cost": {"price": told.price, "weighed": told.wait.cost, "budget": told.budget, "left": told.left},
        "gain": {"waiting": told.gain.waited, "items": told.gain.items},
        "weight": {"weight": told.weight, "likelier": told.likelier, "chance": told.chance},
        "polls": {"ever": told.polls, "a_day": told.polls_a_day},
        "floors": [asdict(floor) for floor in told.floors],
        "latency": {"seen": _spans(told.sights), "told": _spans(told.told)},
    }


def _spans(spans: Quantiles | None) -> Mapping[str, Any] | None:
    if spans is None:
        return None
    return {"count": spans.count, "p50": spans.p50.total_seconds(), "p95": spans.p95.total_seconds()}
