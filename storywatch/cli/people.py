"""`readers` and `suppressions`: who subscribed by an own hand, and which addresses nothing is sent to."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from channels.addresses import usable_address
from storage import open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, JsonOption, LimitOption, read_config
from storywatch.cli.output import MISUSE, fail, out, print_rows
from storywatch.cli.running import finished
from storywatch.model import LeftBy, Suppression, SuppressionReason, WatchConfig, address_key


class Action(StrEnum):
    """What to do with suppressions."""

    LIST = "list"
    ADD = "add"
    LIFT = "lift"


def readers(
    config: ConfigOption = Path(),
    *,
    remove: Annotated[
        str | None, typer.Option(metavar="WHO", help="Id or mail address of a reader who gets nothing more.")
    ] = None,
    gone: Annotated[bool, typer.Option("--all", help="Also who left, or never confirmed.")] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the readers, who subscribed by an own hand; or remove one."""
    loaded = read_config(config)
    if remove is None:
        finished(_list_readers(loaded, limit, gone=gone, as_json=json))
    else:
        finished(_remove(loaded, remove))


async def _list_readers(config: WatchConfig, limit: int, *, gone: bool, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        rows = await store.queries.readers(limit, gone=gone)
    columns = ("created", "email", "subscriptions", "confirmed_at", *(("left_at",) if gone else ()), "id")
    print_rows(rows, columns, empty="No readers.", as_json=as_json)


async def _remove(config: WatchConfig, who: str) -> None:
    async with open_store(config.settings.database) as store:
        reader = await store.people.find(who) or await store.people.find_address(who)
        if reader is None:
            fail(f"no such reader: {who}; `storywatch readers --all` lists them", code=MISUSE)
        await store.people.leave(address_key(reader.email), "", LeftBy.OPERATOR, utc_now())
    out.print(f"removed  {reader.email}: nothing more is sent there, by the watch config either", markup=False)


def suppressions(
    action: Annotated[Action, typer.Argument(metavar="[ACTION]", help="What to do: list, add or lift.")] = Action.LIST,
    address: Annotated[str | None, typer.Argument(help="The mail address to add or lift.", show_default=False)] = None,
    config: ConfigOption = Path(),
    *,
    lifted: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why an address is added, for the list.")] = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the mail addresses that nothing is sent to, because they bounce or complain; add or lift one."""
    loaded = read_config(config)
    if (action is Action.LIST) != (address is None):
        fail("write `storywatch suppressions add ADDRESS` or `lift ADDRESS`; a list takes no address", code=MISUSE)
    if action is Action.ADD:
        _check_address(str(address))
    if address is None:
        finished(_list_suppressions(loaded, limit, lifted=lifted, as_json=json))
    elif action is Action.ADD:
        finished(_add(loaded, address, reason or ""))
    else:
        finished(_lift(loaded, address))


def _check_address(address: str) -> None:
    """What is no address was mistyped, and the right one would still get mails."""
    try:
        usable_address(address)
    except ValueError:
        fail(f"{address} is no mail address such as name@example.org; correct it", code=MISUSE)


async def _list_suppressions(config: WatchConfig, limit: int, *, lifted: bool, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        rows = await store.queries.suppressions(limit, lifted=lifted)
    columns = ("at", "address", "reason", "evidence", *(("lifted_at",) if lifted else ()))
    print_rows(rows, columns, empty="No suppressed addresses.", as_json=as_json)


async def _add(config: WatchConfig, address: str, reason: str) -> None:
    suppression = Suppression(address=address, reason=SuppressionReason.OPERATOR, at=utc_now(), evidence=reason)
    async with open_store(config.settings.database) as store:
        await store.bounces.suppress(suppression)
    out.print(f"suppressed  {address_key(address)}", markup=False)


async def _lift(config: WatchConfig, address: str) -> None:
    async with open_store(config.settings.database) as store:
        if not await store.bounces.lift(address, utc_now()):
            fail(f"not suppressed: {address}; `storywatch suppressions` lists those that are", code=MISUSE)
    out.print(f"lifted  {address_key(address)}: what came back before counts no more", markup=False)
