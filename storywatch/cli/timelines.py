"""`timeline`: an event's running story as a document."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from channels.whole import write_whole
from dashboard.timeline import TimelineFormat, rendered
from storage import open_store
from storywatch.cli.options import ConfigOption, read_config
from storywatch.cli.output import TROUBLE, fail
from storywatch.cli.running import finished
from storywatch.timeline import Timeline


def timeline(
    event: Annotated[str, typer.Argument(help="Id of the event.", show_default=False)],
    config: ConfigOption = Path(),
    *,
    form: Annotated[TimelineFormat, typer.Option("--format", help="md, html, json or atom.")] = TimelineFormat.MD,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only updates that came in on this day (UTC) or later."),
    ] = None,
    hidden: Annotated[bool, typer.Option("--all", help="Also updates that are marked as hidden.")] = False,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Where an Atom feed will be published, for its link to itself.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write into this file, whole or not at all.")
    ] = None,
) -> None:
    """Write an event's running story: dated, numbered updates with the outlets that report each."""
    told = finished(_told(read_config(config).settings.database, event, since, hidden=hidden))
    document = rendered(told, form, address=address)
    if output is None:
        typer.echo(document, nl=False)
        return
    try:
        write_whole(output, document.encode())
    except OSError as error:
        fail(f"{output} can't be written: {error.strerror}", code=TROUBLE)


async def _told(database: str, event: str, since: datetime | None, *, hidden: bool) -> Timeline:
    async with open_store(database) as store:
        return await store.timelines.of(event, since=since.replace(tzinfo=UTC) if since else None, hidden=hidden)
