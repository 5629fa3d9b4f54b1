"""Events as they are declared, or would be: a whole watch config, or a file with events alone."""

import os
from dataclasses import dataclass
from pathlib import Path

import typer

import config
from config.files import WHOLE_FILE
from storywatch.cli.options import print_problems
from storywatch.cli.output import MISUSE, TROUBLE, fail
from storywatch.errors import ConfigError
from storywatch.model import Event

CONFIG_VARIABLE = "STORYWATCH_CONFIG"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The events of a config, and the database that it names; None where it has events alone."""

    path: Path
    events: dict[str, Event]
    database: str | None


def read_declared(path: Path) -> Declared:
    """Read a watch config, or a file that holds nothing but events; or print every problem and end the command."""
    try:
        loaded = config.load(path, os.environ)
    except ConfigError as error:
        if path.is_file() and any(problem.key == WHOLE_FILE for problem in error.problems):
            return Declared(path=path, events=_events_alone(path), database=None)
        print_problems(error)
        raise typer.Exit(TROUBLE) from None
    return Declared(path=path, events=dict(loaded.events), database=loaded.settings.database)


def _events_alone(path: Path) -> dict[str, Event]:
    try:
        return {event.id: event for event in config.load_events(path)}
    except ConfigError as error:
        print_problems(error)
        raise typer.Exit(TROUBLE) from None


def live_database(asking: Path) -> str:
    """Return the database of the watch config that runs: STORYWATCH_CONFIG, or the one in this folder."""
    try:
        return config.load(Path(os.environ.get(CONFIG_VARIABLE, ".")), os.environ).settings.database
    except ConfigError as error:
        fail(
            f"{asking} holds events alone, so the database is that of the config that runs: "
            f"name it by {CONFIG_VARIABLE}, or for a backtest by --against ({error.problems[0]})",
            code=MISUSE,
        )
