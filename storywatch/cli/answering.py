"""`feedback`: answers whether items belong to events."""

import getpass
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import Store, open_store
from storywatch.answering import Answered, answer, answer_in_words, revoke
from storywatch.cli.clock import utc_now
from storywatch.cli.naming import declared_event, stored_item
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, TROUBLE, fail, one_line, out, print_json, print_rows
from storywatch.cli.running import finished
from storywatch.errors import NotStoredError
from storywatch.model import Feedback, Item, WatchConfig
from storywatch.updates import headline

NOBODY = "operator"


class YesNo(StrEnum):
    """Whether an item belongs."""

    YES = "yes"
    NO = "no"


def feedback(
    item: Annotated[
        str | None, typer.Argument(metavar="[ITEM]", help="Id, the beginning of one, or address.", show_default=False)
    ] = None,
    event: Annotated[str | None, typer.Argument(help="Id of the event.", show_default=False)] = None,
    answer: Annotated[
        YesNo | None, typer.Argument(metavar="[yes|no]", help="Whether the item belongs to it.", show_default=False)
    ] = None,
    config: ConfigOption = Path(),
    *,
    withdraw: Annotated[bool, typer.Option("--revoke", help="Let the answer count no longer.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the answers, as without arguments.")] = False,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so; by default your login name.")] = None,
    json: JsonOption = False,
) -> None:
    """Say whether an item belongs to an event, which later decisions learn from; or list what was said."""
    loaded = read_config(config)
    if listing or item is None:
        if withdraw or answer is not None or (item is not None and event is None):
            fail("a list takes no answer; without --list write `storywatch feedback ITEM EVENT yes`", code=MISUSE)
        finished(_list(loaded, as_json=json))
    elif event is None or (answer is None) != withdraw:
        fail("write `storywatch feedback ITEM EVENT yes` or `no`, or --revoke in place of the answer", code=MISUSE)
    else:
        declared_event(event, loaded.events, config)
        belongs = None if answer is None else answer is YesNo.YES
        finished(_take(loaded, item, event, belongs=belongs, by=by or _login(), as_json=json))


async def _take(config: WatchConfig, text: str, event: str, *, belongs: bool | None, by: str, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        item = await stored_item(store, text)
        if belongs is None:
            await _revoke(store, item, event, as_json=as_json)
        else:
            given = Feedback(event=event, item=item.id, belongs=belongs, given=utc_now(), by=by)
            await _answer(store, item, given, as_json=as_json)


async def _answer(store: Store, item: Item, given: Feedback, *, as_json: bool) -> None:
    try:
        answered = await answer(store.feedbacks, store.memories, given)
    except NotStoredError:  # the item is there, and the config declares the event
        fail(f"{given.event} is not taken up yet: a running daemon or `storywatch poll` does that; then answer again")
    if as_json:
        print_json(answer_object(answered, item))
        return
    out.print(f"{'yes' if given.belongs else 'no'}, {given.event}: ", end="", style="bold", markup=False)
    out.print(one_line(headline(item)), markup=False)
    out.print(f"  It {answer_in_words(answered)}.", markup=False)


def answer_object(answered: Answered, item: Item) -> Mapping[str, Any]:
    """Return the object that `feedback` prints for a new answer."""
    verdict = answered.verdict
    before = {"matched": verdict.accepted, "score": verdict.score, "threshold": verdict.threshold} if verdict else None
    return {**_row(answered.feedback, item), "verdict": before, "changes": answer_in_words(answered)}


async def _revoke(store: Store, item: Item, event: str, *, as_json: bool) -> None:
    now = utc_now()
    standing = [one for one in await store.feedbacks.all(event) if one.item == item.id]
    if not await revoke(store.feedbacks, event, item.id, now):
        fail(f"nothing was said of {item.id} and {event}; `storywatch feedback` lists the answers", code=TROUBLE)
    if as_json:
        print_json({**_row(standing[0], item), "revoked": now})
        return
    out.print(f"revoked, {event}: ", end="", style="bold", markup=False)
    out.print(one_line(headline(item)), markup=False)
    out.print("  The answer counts no longer from the next poll on; the list still shows it.")


async def _list(config: WatchConfig, *, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        given = await store.feedbacks.all(revoked=True)
        items = await store.archive.by_id({one.item for one in given})
    rows = [_row(one, items[one.item]) for one in reversed(given)]
    columns = ("given", "event", "answer", "by", "item", "title")
    empty = "No answers yet: `storywatch feedback ITEM EVENT yes` gives one."
    print_rows(rows if as_json else _readable(rows), columns, empty=empty, as_json=as_json)


def _row(given: Feedback, item: Item) -> Mapping[str, Any]:
    return {
        "item": given.item,
        "event": given.event,
        "answer": "yes" if given.belongs else "no",
        "by": given.by,
        "given": given.given,
        "revoked": given.revoked,
        "title": headline(item),
        "url": item.url,
    }


def _readable(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Shorten ids to what finds an item, and say what is revoked where the answer stands."""
    return [
        {
            **row,
            "item": row["item"][:10],
            "title": one_line(row["title"]),
            "answer": f"{row['answer']}, revoked" if row["revoked"] else row["answer"],
        }
        for row in rows
    ]


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return NOBODY
