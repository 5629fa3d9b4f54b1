"""Short plays with the real daemon: one that ends well, and the negative controls."""

import asyncio
import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from storywatch.cli.demo.director import perform
from storywatch.cli.demo.screen import Screen
from storywatch.cli.demo.script import Story
from storywatch.cli.demo.stage import claimed_stage
from storywatch.cli.demo.summary import Summary
from tests.support.patience import PATIENCE, until
from tests.unit.demo.samples import STORY


async def _perform(story: Story, folder: Path, patience: float = PATIENCE) -> Summary:
    with claimed_stage(folder) as stage:
        return await perform(story, stage, Screen(Console(file=StringIO())), seconds=0, patience=patience)


def _telling(story: Story, slug: str, tells: int | None) -> Story:
    """Return the play with a wrong idea of one article."""
    scenes = tuple(
        replace(
            scene,
            articles=tuple(
                replace(article, tells=tells) if article.slug == slug else article for article in scene.articles
            ),
        )
        for scene in story.scenes
    )
    return replace(story, scenes=scenes)


async def test_two_scenes_are_told_once_each(tmp_path: Path) -> None:
    """The positive control of the others."""
    summary = await _perform(STORY.until(2), tmp_path / "demo")
    assert summary.problems == ()
    assert (summary.updates, summary.mails, summary.calls, summary.items) == (1, 1, 1, 8)


async def test_an_update_that_never_comes_fails_the_play(tmp_path: Path) -> None:
    """Negative control: an article that is not about the event is expected to be alerted."""
    wrong = _telling(STORY.until(1), "metro-more-trains", 1)
    summary = await _perform(wrong, tmp_path / "demo", patience=6)
    assert any("no mail came for update 1 of wamu" in problem for problem in summary.problems)
    assert any("no webhook came for update 1 of wamu" in problem for problem in summary.problems)


async def test_an_alert_that_nobody_is_owed_fails_the_play(tmp_path: Path) -> None:
    """Negative control: an article about the event is expected to be kept quiet."""
    wrong = _telling(STORY.until(2), "kabul-airport-gate-attack", None)
    summary = await _perform(wrong, tmp_path / "demo")
    assert any("a mail came that nobody was owed" in problem for problem in summary.problems)


async def test_a_play_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C cancels the play: the daemon stops in good order."""
    playing = asyncio.create_task(_perform(STORY, tmp_path / "demo"))
    log = tmp_path / "demo" / "daemon.log"
    await until(lambda: log.exists() and b'"started"' in log.read_bytes())
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert b'"stopped"' in log.read_bytes()
    assert not _processes_that_name(tmp_path)


def _processes_that_name(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in command:
                found.append(entry.name)
    return found
