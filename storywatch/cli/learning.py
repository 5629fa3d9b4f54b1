"""`backfill`, and what other commands need of it: matching that knows what is stored, behind progress bars."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scheduler.learning import Learning
from storage import open_store
from storywatch.cli.compose import learning_of, utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, fail, out, print_json, progress_bar
from storywatch.cli.running import finished
from storywatch.importing import Imported
from storywatch.model import WatchConfig
from storywatch.ports import Clock


def backfill(
    events: Annotated[
        list[str] | None,
        typer.Argument(metavar="EVENT", help="Ids; by default all whose past was not matched yet."),
    ] = None,
    config: ConfigOption = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Match the stored items against events, so that each has a history. Nobody is alerted."""
    configure(level=logging.WARNING if json else logging.ERROR)
    loaded = read_config(config)
    unknown = [name for name in events or () if name not in loaded.events]
    if unknown:
        fail(f"no such event: {', '.join(unknown)}; `storywatch events` lists them", code=MISUSE)
    for imported in finished(_backfill(loaded, list(dict.fromkeys(events or ())))):
        _print(imported, as_json=json)


async def _backfill(config: WatchConfig, events: Sequence[str], clock: Clock = utc_now) -> Sequence[Imported]:
    async with open_store(config.settings.database) as store:
        await store.sources.apply(config, clock())
        learning = learning_of(store, clock, config.events.values())
        await recall(learning)
        return await import_past(learning, events)


async def recall(learning: Learning) -> None:
    """Learn all that is stored."""
    with progress_bar() as progress:
        bar = progress.add_task("recalling", total=None)
        await learning.recollection.recall(lambda items: progress.advance(bar, items))


async def import_past(learning: Learning, events: Sequence[str] = ()) -> Sequence[Imported]:
    """Match what is stored against these events, by default against those that are new."""
    wanted = events or await learning.importing.pending()
    with progress_bar() as progress:
        bars = {event: progress.add_task(event, total=None) for event in wanted}

        def heard(event: str, done: int, total: int) -> None:
            progress.update(bars[event], completed=done, total=total)

        return [imported async for imported in learning.importing.run(wanted, heard)]


def _print(imported: Imported, *, as_json: bool) -> None:
    if as_json:
        print_json(import_object(imported))
        return
    found = f"{imported.items} items, {imported.matches} matched, {imported.updates} updates"
    out.print(f"{imported.event}: {found}", markup=False)


def import_object(imported: Imported) -> dict[str, object]:
    """Return what `--json` says of one event."""
    return {
        "event": imported.event,
        "items": imported.items,
        "matched": imported.matches,
        "updates": imported.updates,
    }
