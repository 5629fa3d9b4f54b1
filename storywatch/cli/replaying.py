"""`replay`: a stream of items through the real intake, matching and updates."""

import gzip
import json as json_module
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, cast

import typer

import config
from storywatch.cli.options import JsonOption, print_problems
from storywatch.cli.output import TROUBLE, err, fail, out, print_json, progress_bar
from storywatch.errors import ConfigError
from storywatch.replay import Decision, Replay, StreamItem

KEYS = frozenset({"id", "published", "outlet", "lang", "title", "summary", "content", "url"})


class StreamError(Exception):
    """A line of the stream can't be used."""


def replay(
    stream: Annotated[Path, typer.Argument(metavar="STREAM.jsonl[.gz]", exists=True, dir_okay=False)],
    *,
    events: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="YAML with the `events` to match.")],
    json: JsonOption = False,
) -> None:
    """Show what a stream of items would have alerted, and why."""
    try:
        declared = config.load_events(events)
    except ConfigError as error:
        print_problems(error)
        raise typer.Exit(TROUBLE) from None
    passing = Replay.of(declared)
    for event, told in passing.understood():
        err.print(f"{event}: {told}", style="dim", markup=False)
    alerts = count = 0
    try:
        for line in _with_progress(stream):
            count += 1
            for decision in passing.decide(line):
                alerts += decision.alert
                _print(decision, line, as_json=json)
    except StreamError as error:
        fail(str(error))
    err.print(f"{count} items, {len(declared)} events, {alerts} alerts")


def _print(decision: Decision, line: StreamItem, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "item": decision.item,
                "event": decision.event,
                "alert": decision.alert,
                "score": decision.score,
                "threshold": decision.threshold,
                "ground": decision.ground,
                "update": decision.update,
                "reasons": decision.reasons,
            }
        )
    elif decision.alert:
        out.print(f"[bold]{decision.event}[/bold] {decision.score:.2f} ", end="")
        out.print(f"{line.published:%Y-%m-%d} " if line.published else "", line.title or line.summary, markup=False)
        out.print(f"    {'; '.join(decision.reasons)}", style="dim", markup=False)


def _with_progress(path: Path) -> Iterator[StreamItem]:
    """Read the stream behind a progress bar that counts its bytes."""
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar())
        raw = stack.enter_context(progress.open(path, "rb", description="replaying"))
        lines = stack.enter_context(gzip.open(raw)) if path.suffix == ".gz" else raw
        yield from stream_of(cast("IO[bytes]", lines), path)


def stream_of(lines: IO[bytes], path: Path) -> Iterator[StreamItem]:
    """Yield the items of a stream. Raises StreamError for a line that is none."""
    try:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _item(line, f"{path}:{number}")
    except (OSError, EOFError) as error:
        raise StreamError(f"{path}: can't be read: {error}") from error


def _item(line: bytes, place: str) -> StreamItem:
    try:
        texts = _texts(json_module.loads(line))
        return StreamItem(
            id=texts["id"],
            outlet=texts.get("outlet") or "unknown",
            published=_moment(texts["published"]) if texts.get("published") else None,
            title=texts.get("title") or "",
            summary=texts.get("summary") or "",
            content=texts.get("content") or "",
            url=texts.get("url"),
            language=texts.get("lang"),
        )
    except (ValueError, TypeError, RecursionError) as error:
        wanted = "an object with the texts id, published, outlet, lang, title, summary, content, url"
        raise StreamError(f"{place}: not a stream item: {error}; expected {wanted}") from error


def _texts(value: object) -> dict[str, str]:
    """Return what an object says; null says nothing. Raises TypeError for what is no text, ValueError without an id."""
    if not isinstance(value, dict):
        raise TypeError("it is no object")
    said = {name: value[name] for name in KEYS & value.keys() if value[name] is not None}
    said["id"] = str(said.get("id", ""))  # a number will do
    if not said["id"]:
        raise ValueError("it has no id")
    wrong = sorted(name for name, text in said.items() if not isinstance(text, str))
    if wrong:
        raise TypeError(f"{wrong[0]} is no text")
    return said


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
