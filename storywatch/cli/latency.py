"""`latency`: how long news takes from its publication to the reader."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.naming import check_event
from storywatch.cli.options import ConfigOption, JsonOption, LimitOption, read_config
from storywatch.cli.output import print_rows
from storywatch.cli.running import finished
from storywatch.latency import Ledger, Passage, Quantiles, ledger

DAYS = 30
"""So far back `status` looks."""


def latency(
    event: Annotated[str | None, typer.Argument(help="Only this event's.", show_default=False)] = None,
    config: ConfigOption = Path(),
    *,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back to look.")] = DAYS,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List how long each update took to be seen, matched and delivered, by subscription, newest first."""
    url = read_config(config).settings.database
    told = finished(_passages(url, days, event))[:limit]
    rows = [latency_row(passage) if json else _spans_of(passage) for passage in told]
    columns = ("update", "published", "source", "channel", "seen", "matched", "delivered")
    print_rows(rows, columns, empty=f"Nothing was told in the last {days} days.", as_json=json)


async def _passages(url: str, days: int, event: str | None) -> Sequence[Passage]:
    async with open_store(url) as store:
        if event is not None:
            await check_event(store, event)
        return await store.latency.since(utc_now() - timedelta(days=days), event)


def ledger_object(told: Ledger) -> dict[str, Any]:
    """Return the ledger as JSON has it, in seconds."""
    return {
        "sources": {name: _spans(spans) for name, spans in told.sources.items()},
        "channels": {name: _spans(spans) for name, spans in told.channels.items()},
    }


def ledger_rows(told: Sequence[Passage]) -> list[dict[str, Any]]:
    """Return a line for each source and channel, for people."""
    found = ledger(told)
    named = [(f"{name}: published to seen", spans) for name, spans in found.sources.items()]
    named += [(f"{name}: seen to delivered", spans) for name, spans in found.channels.items()]
    return [
        {"latency": name, "updates": spans.count, "half within": brief(spans.p50), "95 % within": brief(spans.p95)}
        for name, spans in named
    ]


def brief(span: timedelta) -> str:
    """Word a duration in its largest unit, such as `1.4 min`."""
    seconds = span.total_seconds()
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def _spans(spans: Quantiles) -> dict[str, Any]:
    return {"count": spans.count, "p50": spans.p50.total_seconds(), "p95": spans.p95.total_seconds()}


def latency_row(passage: Passage) -> dict[str, Any]:
    """Return a passage as JSON has it."""
    return {
        "update": passage.update,
        "event": passage.event,
        "source": passage.source,
        "channel": passage.channel,
        "published": passage.published,
        "seen": passage.seen,
        "matched": passage.matched,
        "delivered": passage.delivered,
    }


def _spans_of(passage: Passage) -> dict[str, Any]:
    return {
        "update": passage.update,
        "published": passage.published,
        "source": passage.source,
        "channel": passage.channel,
        "seen": _brief(passage.to_sight),
        "matched": _brief(passage.to_match),
        "delivered": _brief(passage.to_delivery),
    }


def _brief(span: timedelta | None) -> str | None:
    return None if span is None else brief(span)
