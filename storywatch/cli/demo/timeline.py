"""The running story at the end of the play, from the database, as `storywatch timeline` writes it."""

from dashboard.timeline import TimelineFormat, rendered
from storage import open_store
from storywatch.cli.demo.stage import Stage
from storywatch.errors import NotStoredError


async def write_timeline(stage: Stage, database: str, event: str) -> None:
    """Write the event's story into the folder: a page to look at, and Markdown to paste."""
    async with open_store(database) as store:
        try:
            told = await store.timelines.of(event)
        except NotStoredError:
            return  # a daemon that never got so far; the summary says what is missing
    stage.timeline.write_text(rendered(told, TimelineFormat.HTML), "utf-8")
    stage.timeline.with_suffix(".md").write_text(rendered(told, TimelineFormat.MD), "utf-8")
