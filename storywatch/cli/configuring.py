"""`init` and `check`: the watch config."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import config as config_room
from storywatch.cli.options import ConfigOption, JsonOption, print_problems
from storywatch.cli.output import TROUBLE, fail, out, print_json
from storywatch.errors import ConfigError
from storywatch.model import WatchConfig


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it; made if absent.")]) -> None:
    """Write a commented starter config."""
    try:
        written = config_room.write_starter(folder)
    except (ConfigError, OSError) as error:
        fail(str(error))
    for path in written:
        out.print(f"wrote {path}", markup=False)
    out.print(f"\nNext: edit them, then [bold]storywatch check --config {escape(str(folder))}[/bold]")


def check(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """Check the watch config and print every problem with its file, line and remedy."""
    try:
        found = config_room.load_with_warnings(config, os.environ)
    except ConfigError as error:
        if json:
            print_json({"ok": False, "problems": error.problems, "warnings": []})
        else:
            print_problems(error)
        raise typer.Exit(TROUBLE) from None
    counts = _counts(found.config)
    if json:
        print_json({"ok": True, "problems": [], "warnings": found.warnings, **counts})
        return
    for warning in found.warnings:
        out.print(f"warning: {warning}", markup=False)
    out.print(
        "The watch config is sound: "
        + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        + "."
    )


def _counts(loaded: WatchConfig) -> dict[str, int]:
    return {
        "outlets": len(loaded.outlets),
        "enabled_sources": sum(source.enabled for source in loaded.sources.values()),
        "events": len(loaded.events),
        "subscribers": len(loaded.subscribers),
    }
