"""What operators name on the command line: stored items and declared events."""

from collections.abc import Mapping
from pathlib import Path

from config.nearest import did_you_mean
from storage import Store
from storywatch.cli.output import MISUSE, err, fail, one_line, shown
from storywatch.errors import NotStoredError
from storywatch.model import Event, Item
from storywatch.updates import headline


async def stored_item(store: Store, text: str) -> Item:
    """Return the item that is meant by an id, the beginning of one, or an address; or end the command."""
    found = await store.archive.find_item(text)
    if not found and not text.strip():
        fail("which item? Name it by its id, the beginning of one, or its address: `storywatch items`", code=MISUSE)
    if not found:
        fail(f"no stored item: {text}; `storywatch items` lists them, and `storywatch poll` stores more", code=MISUSE)
    if len(found) > 1:
        err.print(f"{len(found)} items or more answer to that:", markup=False)
        for item in found:
            told = f"  {item.id}  {shown(item.first_seen)}  {item.outlet}  {headline(item)}"
            err.print(one_line(told), markup=False)
        fail(f"which one is {text}? Name it by its id", code=MISUSE)
    return found[0]


async def check_event(store: Store, name: str) -> None:
    """Raise `NotStoredError` for an event that the database doesn't know."""
    if name not in {row["id"] for row in await store.queries.events()}:
        raise NotStoredError(f"no such event: {name}; `storywatch events` lists them")


def declared_event(name: str, events: Mapping[str, Event], path: Path) -> Event:
    """Return a declared event, or end the command."""
    if name not in events:
        fail(f"no such event in {path}: {name}{did_you_mean(name, events)}; it declares {some_of(events)}", code=MISUSE)
    return events[name]


def some_of(events: Mapping[str, Event], most: int = 8) -> str:
    """List ids, the first few."""
    listed = ", ".join(list(events)[:most]) or "no events"
    return f"{listed} and {len(events) - most} more" if len(events) > most else listed
