"""`init` and `check`: the watch config."""

import os
from pathlib import Path
from typing import Annotated

import typer

import config as config_room
from storywatch.cli.options import ConfigOption, JsonOption, print_problems
from storywatch.cli.output import TROUBLE, fail, out, print_json
from storywatch.errors import ConfigError


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it; made if absent.")]) -> None:
    """Write a commented starter config."""
    try:
        written = config_room.write_starter(folder)
    except (ConfigError, OSError) as error:
        fail(str(error))
    for path in written:
        out.print(f"wrote {path}")
    out.print(f"\nNext: edit them, then [bold]storywatch check --config {folder}[/bold]")


def check(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """Check the watch config and print every problem with its file, line and remedy."""
    problems: tuple[object, ...] = ()
    try:
        loaded = config_room.load(config, os.environ)
    except ConfigError as error:
        problems = error.problems
        if json:
            print_json({"ok": False, "problems": problems})
        else:
            print_problems(error)
        raise typer.Exit(TROUBLE) from None
    enabled = sum(source.enabled for source in loaded.sources.values())
    counts = {
        "outlets": len(loaded.outlets),
        "sources": enabled,
        "events": len(loaded.events),
        "subscribers": len(loaded.subscribers),
    }
    if json:
        print_json({"ok": True, "problems": [], **counts})
    else:
        out.print("The watch config is sound: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
