"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

import config
from storywatch.cli.output import MISUSE, TROUBLE, err, fail
from storywatch.errors import ConfigError
from storywatch.model import PageRules, SourceKind, WatchConfig

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        exists=True,
        envvar="STORYWATCH_CONFIG",
        help="The folder with the watch config (or one YAML file).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ItemsOption = Annotated[
    str | None,
    typer.Option("--items", metavar="SELECTOR", help="Of a page: its entries, or links, by CSS or XPath."),
]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="SELECTOR", help="Of a page: the part to read, by CSS or XPath."),
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Print at most so many, newest first.")]


def read_config(path: Path) -> WatchConfig:
    """Load the watch config, or print every problem and end the command."""
    return read_loaded(path).config


def read_loaded(path: Path) -> "config.Loaded":
    """Load the watch config with what is known of its files, or print every problem and end the command."""
    try:
        return config.load_with_warnings(path, os.environ)
    except ConfigError as error:
        print_problems(error)
        raise typer.Exit(TROUBLE) from None


def page_rules(kind: SourceKind | None, items: str | None, region: str | None) -> tuple[SourceKind | None, PageRules]:
    """Return the kind to read as, which the options of pages decide, and how to read a page; or end the command."""
    if items and region:
        fail("--items is for a listing and --region for a watched page; keep one of them", code=MISUSE)
    if items or region:
        if kind not in (None, SourceKind.PAGE):
            fail("--items and --region are for pages only", code=MISUSE)
        kind = SourceKind.PAGE
    return kind, PageRules(items=items, region=region)


def print_problems(error: ConfigError) -> None:
    """Print every problem on a line of its own, in the form that editors jump to."""
    for problem in error.problems:
        typer.echo(str(problem), err=True)
    count = len(error.problems)
    err.print(f"[bold red]{count} problem{'s' if count != 1 else ''}[/bold red] in the watch config")
