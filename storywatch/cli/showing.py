"""`demo`: the main job on the sample event, played by local servers."""

import asyncio
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from storywatch.cli.output import TROUBLE, err, fail
from storywatch.errors import StorywatchError

INTERRUPTED = 130


def demo(
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where everything is kept; an earlier demo there is replaced.")
    ] = Path("demo-output"),
    *,
    seconds: Annotated[int, typer.Option(min=30, max=600, help="About how long the play takes.")] = 36,
) -> None:
    """Play the sample story: local servers as outlets, the real daemon, real mails and webhook calls. No network."""
    # Only this command needs these.
    from rich.console import Console  # noqa: PLC0415

    from storywatch.cli.demo.director import perform  # noqa: PLC0415
    from storywatch.cli.demo.screen import Screen  # noqa: PLC0415
    from storywatch.cli.demo.script import load_story  # noqa: PLC0415
    from storywatch.cli.demo.stage import StageError, claimed_stage  # noqa: PLC0415

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an ASCII terminal shows a ? for what it lacks
    screen = Screen(Console(highlight=False))
    try:
        with claimed_stage(folder) as stage:
            summary = asyncio.run(perform(load_story(), stage, screen, seconds=seconds))
    except StageError as error:
        fail(str(error), code=2)
    except StorywatchError as error:
        fail(str(error))
    except KeyboardInterrupt:
        err.print(f"\nStopped. What came until then is in {folder}.", markup=False)
        raise typer.Exit(INTERRUPTED) from None
    screen.summary(summary, stage)
    if summary.problems:
        raise typer.Exit(TROUBLE)
