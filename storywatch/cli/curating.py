"""`merge`, `split` and `mark`: putting updates right by hand."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from storage import Store, open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, read_config
from storywatch.cli.output import out
from storywatch.cli.running import finished
from storywatch.model import UpdateMark

UpdateArgument = Annotated[str, typer.Argument(help="Id, its beginning, or EVENT/NUMBER.", show_default=False)]


class Mark(StrEnum):
    """What `mark` takes."""

    IMPORTANT = "important"
    DISPUTED = "disputed"
    HIDDEN = "hidden"
    NONE = "none"


def merge(
    update: UpdateArgument,
    into: Annotated[str, typer.Argument(help="The update that takes its reports.", show_default=False)],
    config: ConfigOption = Path(),
) -> None:
    """Merge an update into another one of the same event that tells the same. Nobody is alerted."""

    async def done(store: Store) -> str:
        one, other = await store.updates.find(update), await store.updates.find(into)
        count = await store.updates.merge(one, other)
        return f"{count} report{'' if count == 1 else 's'} of {one} now belong{'s' if count == 1 else ''} to {other}."

    _do(config, done)


def split(
    update: UpdateArgument,
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Ids of its reports that tell something else.")],
    config: ConfigOption = Path(),
) -> None:
    """Split reports off an update into one of their own. Nobody is alerted."""

    async def done(store: Store) -> str:
        opened = await store.updates.split(await store.updates.find(update), set(items), utc_now())
        return f"They are update {opened} now."

    _do(config, done)


def mark(
    update: UpdateArgument,
    word: Annotated[Mark, typer.Argument(metavar="MARK", help="important, disputed, hidden or none.")],
    config: ConfigOption = Path(),
) -> None:
    """Mark an update as important, disputed or hidden, as the timeline shows it; none takes the mark away."""

    async def done(store: Store) -> str:
        one = await store.updates.find(update)
        await store.updates.mark(one, None if word is Mark.NONE else UpdateMark(word.value))
        return f"{one} is marked {word.value}." if word is not Mark.NONE else f"{one} has no mark."

    _do(config, done)


def _do(path: Path, work: Callable[[Store], Awaitable[str]]) -> None:
    url = read_config(path).settings.database

    async def worked() -> str:
        async with open_store(url) as store:
            return await work(store)

    out.print(finished(worked()), markup=False)
