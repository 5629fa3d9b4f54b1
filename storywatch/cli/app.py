"""The command line. Exit codes: 0 ok, 1 found trouble, 2 misuse."""

from typing import Annotated

import typer

from storywatch import __version__
from storywatch.cli import configuring, listing, reading, replaying, showing, watching

app = typer.Typer(
    name="storywatch",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Follow running news stories: poll the outlets, match their items to your events, alert on what is new.",
    epilog="Exit codes: 0 ok, 1 found trouble, 2 misuse.",
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's callback
    if asked:
        typer.echo(f"storywatch {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


app.command("init")(configuring.init)
app.command("check")(configuring.check)
app.command("run")(watching.run)
app.command("poll")(watching.poll)
app.command("fetch")(reading.fetch)
app.command("parse")(reading.parse)
app.command("replay")(replaying.replay)
app.command("status")(listing.status)
app.command("sources")(listing.sources)
app.command("items")(listing.items)
app.command("events")(listing.events)
app.command("updates")(listing.updates)
app.command("alerts")(listing.alerts)
app.command("deliveries")(listing.deliveries)
app.command("demo")(showing.demo)
