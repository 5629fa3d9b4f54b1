"""`opml`: lists of feeds from and for feed readers."""

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import config as config_room
from config import FeedList, Imported
from storywatch.cli.clock import utc_now
from storywatch.cli.options import JsonOption, read_config
from storywatch.cli.output import MISUSE, err, fail, print_json
from storywatch.errors import ConfigError

STANDARD_INPUT = Path("-")


class Action(StrEnum):
    """Which way the feeds go."""

    IMPORT = "import"
    EXPORT = "export"


def opml(
    action: Annotated[
        Action, typer.Argument(metavar="ACTION", help="`import` prints YAML, `export` prints OPML.", show_default=False)
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.opml]", help="What to import; - is standard input.", show_default=False),
    ] = None,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            exists=True,
            envvar="STORYWATCH_CONFIG",
            help="The watch config: import leaves out what it has already, export needs it.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take feeds over from a feed reader's OPML, or hand the watched ones to it."""
    if action is Action.EXPORT:
        _export(file, config or Path(), as_json=json)
    elif file is None:
        fail("import needs a file: storywatch opml import FILE.opml", code=MISUSE)
    else:
        _import(file, config, as_json=json)


def _export(file: Path | None, config: Path, *, as_json: bool) -> None:
    if file is not None or as_json:
        fail("export prints OPML on standard output; it takes neither a file nor --json", code=MISUSE)
    typer.echo(config_room.write_opml(read_config(config), utc_now()), nl=False)


def _import(file: Path, config: Path | None, *, as_json: bool) -> None:
    content = _content(file)
    watched = read_config(config) if config else None
    try:
        listed = config_room.read_opml(content, file)
    except ConfigError as error:
        fail(str(error))
    imported = config_room.import_feeds(listed.feeds, watched)
    if as_json:
        print_json(import_object(listed, imported))
    else:
        typer.echo(config_room.outlets_yaml(imported.outlets, file).encode(), nl=False)
        for feed, source in imported.known:
            err.print(f"known     {feed.name}: the watch config has it as {source}", markup=False)
        for left_out in listed.left_out:
            err.print(f"left out  {left_out.name}: {left_out.reason}", markup=False)
    if not listed.feeds:
        fail(f"{file} lists no feed that can be watched")


def import_object(listed: FeedList, imported: Imported) -> dict[str, Any]:
    """Return the object that `opml import` prints."""
    return {
        "outlets": imported.outlets,
        "known": [{"name": feed.name, "source": source} for feed, source in imported.known],
        "left_out": [asdict(one) for one in listed.left_out],
    }


def _content(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", code=MISUSE)
