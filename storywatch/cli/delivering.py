"""`deliveries`: what was sent, what waits and what failed; send it again, and switch endpoints on again."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import Store, open_store
from storage.replays import Choice, Enabled
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, JsonOption, LimitOption, read_config
from storywatch.cli.output import MISUSE, TROUBLE, fail, one_line, out, print_json, print_rows
from storywatch.cli.running import finished
from storywatch.model import DeliveryState

COLUMNS = ("id", "created", "channel", "address", "state", "attempts", "next_attempt_at")
_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Act(StrEnum):
    """What is done with deliveries."""

    LIST = "list"
    REPLAY = "replay"
    ENABLE = "enable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the options say of the deliveries that are meant."""

    names: tuple[str, ...]
    failed: bool
    state: DeliveryState | None
    endpoint: str | None
    since: datetime | None
    sent: bool

    @property
    def narrows(self) -> bool:
        """Tell whether anything was said at all."""
        return bool(self.names or self.failed or self.state or self.endpoint or self.since or self.sent)

    @property
    def choice(self) -> Choice:
        """What `replay` takes."""
        return Choice(ids=self.names, since=self.since, endpoint=self.endpoint, sent=self.sent)


def deliveries(
    act: Annotated[Act, typer.Argument(metavar="[list|replay|enable]", help="What to do.")] = Act.LIST,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]", help="Of replay: these deliveries. Of enable: the address.", show_default=False),
    ] = None,
    config: ConfigOption = Path(),
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only what was given up or waits for a retry.")] = False,
    state: Annotated[DeliveryState | None, typer.Option(help="Only of this state.", show_default=False)] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="A", help="Only to this address, subscriber or lane.", show_default=False)
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="T", help="Only decided since: 2026-11-28T10:00, or 90m, 36h, 3d ago.", show_default=False
        ),
    ] = None,
    sent: Annotated[bool, typer.Option("--sent", help="Of replay: also what was sent.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Of replay: only count.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Of replay: don't ask.")] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the deliveries; send failed ones again (replay), or switch an endpoint on again (enable)."""
    wanted = Wanted(
        names=tuple(dict.fromkeys(names or ())),
        failed=failed,
        state=state,
        endpoint=endpoint,
        since=_moment(since, utc_now()) if since else None,
        sent=sent,
    )
    url = read_config(config).settings.database
    if act is Act.LIST:
        _list(url, wanted, limit, as_json=json)
    elif act is Act.REPLAY:
        _replay(url, wanted, dry_run=dry_run, yes=yes, as_json=json)
    else:
        _enable(url, wanted, as_json=json)


def _list(url: str, wanted: Wanted, limit: int, *, as_json: bool) -> None:
    if wanted.names or wanted.sent:
        fail("a list takes no ids and no --sent; `storywatch deliveries replay ID` sends again", code=MISUSE)

    async def asked(store: Store) -> Any:
        return await store.queries.deliveries(
            limit, failed=wanted.failed, state=wanted.state, endpoint=wanted.endpoint, since=wanted.since
        )

    rows = _in_store(url, asked)
    print_rows(rows, COLUMNS, empty="No deliveries yet." if not wanted.narrows else "None.", as_json=as_json)
    faults = {} if as_json else {f"{row['address']}: {row['fault_message']}": None for row in rows if row["fault_code"]}
    for fault in faults:
        out.print(one_line(fault), style="yellow", markup=False)


def _replay(url: str, wanted: Wanted, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    if wanted.state is not None:
        fail("--state is for lists; replay takes what failed, and with --sent also what was sent", code=MISUSE)
    if not wanted.narrows:
        fail("say what to send again: ids, --failed, --since, --endpoint or --sent", code=MISUSE)
    now = utc_now()

    async def counted(store: Store) -> Mapping[str, int]:
        unknown = await store.replays.unknown(wanted.names) if wanted.names else ()
        if unknown:
            fail(f"no such delivery: {', '.join(unknown)}; `storywatch deliveries` lists the ids", code=MISUSE)
        return await store.replays.count(wanted.choice, now)

    counts: Mapping[str, int] = _in_store(url, counted)
    replays = not dry_run and bool(counts) and (yes or _agreed(counts))
    done = _in_store(url, lambda store: store.replays.replay(wanted.choice, now)) if replays else 0
    if as_json:
        print_json(replay_object(counts, done))
    elif not replays:
        out.print(f"{_told(counts)}. Nothing was changed.")
    else:
        out.print(f"{done} due again, with their ids and bytes: the daemon or `storywatch poll` sends them.")


def _agreed(counts: Mapping[str, int]) -> bool:
    """Ask, where somebody can answer."""
    return not sys.stdin.isatty() or typer.confirm(f"{_told(counts)}. Send them again?")


def _told(counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{sum(counts.values())} chosen" + (f": {listed}" if listed else "")


def replay_object(counts: Mapping[str, int], replayed: int) -> Mapping[str, int]:
    """Return the object that `deliveries replay` prints. `counts`: what was chosen, by state."""
    states = (DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.SENT)
    by_state = {state.value: counts.get(state.value, 0) for state in states}
    return {"chosen": sum(counts.values()), **by_state, "replayed": replayed}


def _enable(url: str, wanted: Wanted, *, as_json: bool) -> None:
    names = (*wanted.names, *([wanted.endpoint] if wanted.endpoint else []))
    if len(names) != 1:
        fail("write `storywatch deliveries enable ADDRESS`: an address, a subscriber or a lane", code=MISUSE)
    enabled: Sequence[Enabled] = _in_store(url, lambda store: store.replays.enable(names[0], utc_now()))
    if not enabled:
        fail(f"no endpoint of {names[0]} is switched off; `storywatch status` lists those that are", code=TROUBLE)
    for one in enabled:
        if as_json:
            print_json(one)
        else:
            told = f"{one.lane} is switched on: {one.waiting} wait, {one.revived} of them had been given up"
            out.print(one_line(told), markup=False)


def _in_store(url: str, ask: Any) -> Any:
    """Open the database, do one thing, close it."""

    async def done() -> Any:
        async with open_store(url) as store:
            return await ask(store)

    return finished(done())


def _moment(text: str, now: datetime) -> datetime:
    """Read a moment, in UTC where it names no zone, or how long ago it was; or end the command."""
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        fail(f"--since {text}: write a time such as 2026-11-28T10:00, or a while ago such as 36h", code=MISUSE)
