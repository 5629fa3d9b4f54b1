"""Leads through the play: opens everything, lets scene after scene happen, waits for what each one owes, sums up."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from storywatch.cli.demo.child import Child, DaemonLog, running_daemon
from storywatch.cli.demo.clock import StoryClock
from storywatch.cli.demo.ledger import Ledger
from storywatch.cli.demo.press import Newsroom, open_press
from storywatch.cli.demo.receivers import open_hook_room, open_mail_room
from storywatch.cli.demo.screen import Screen
from storywatch.cli.demo.script import Article, Edit, Scene, Story
from storywatch.cli.demo.stage import Stage, new_secret, write_config
from storywatch.cli.demo.summary import Summary, stored_counts, sum_up
from storywatch.cli.demo.timeline import write_timeline
from storywatch.model import WatchConfig

LOOK_SECONDS = 0.05
"""Time between two looks at what has come."""

PATIENCE_SECONDS = 20.0
"""How long a scene may take before the play is given up. It takes about two seconds, and the first one a few more."""

OVERTIME_SECONDS = 30.0
"""How much longer than asked the whole play may take."""

AFTERMATH_SECONDS = 2.0
"""How long the play waits at its end for what must not come: two more rounds of polls and deliveries."""


@dataclass(frozen=True, kw_only=True)
class Director:
    """The play in motion."""

    story: Story
    config: WatchConfig
    clock: StoryClock
    rooms: dict[str, Newsroom]
    ledger: Ledger
    daemon: Child
    log: DaemonLog
    screen: Screen
    patience: float

    async def play(self, seconds: float) -> int:
        """Play, spread over `seconds` or longer. Return how many scenes began: all, or up to the one that failed."""
        pause = seconds / len(self.story.scenes)
        deadline = time.monotonic() + seconds + OVERTIME_SECONDS
        for number, scene in enumerate(self.story.scenes, 1):
            began = time.monotonic()
            self._begin(scene)
            if not await self._all_came(scene, min(time.monotonic() + self.patience, deadline)):
                return number
            self._tell(scene, is_opening=number == 1)
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
        await asyncio.sleep(AFTERMATH_SECONDS)
        return len(self.story.scenes)

    def _begin(self, scene: Scene) -> None:
        """Let the scene's time come, then its news."""
        self.clock.leap(scene.at)
        self.daemon.leap(scene.at)
        for article in scene.articles:
            self.rooms[article.outlet].publish(article)
        for edit in scene.edits:
            self.rooms[self._edited(edit).outlet].correct(edit)

    async def _all_came(self, scene: Scene, deadline: float) -> bool:
        """Wait until all that appeared is stored and all that is owed has come. False when time is up."""
        while not (self._is_stored() and self._is_told(scene)):
            if self.daemon.ended or time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _is_told(self, scene: Scene) -> bool:
        return all(map(self.ledger.has_come, scene.articles)) and all(map(self.ledger.is_told, scene.edits))

    def _is_stored(self) -> bool:
        self.log.follow()
        return all(
            self.log.new[name] >= room.printed and self.log.revised[name] >= room.corrected
            for name, room in self.rooms.items()
        )

    def _tell(self, scene: Scene, *, is_opening: bool) -> None:
        self.screen.day(scene.at)
        if is_opening:
            self.screen.opening(items=len(scene.articles))
            return
        for article in scene.articles:
            self._tell_article(article)
        for edit in scene.edits:
            article = self._edited(edit)
            self.screen.edit(article, edit, self._name(article))

    def _tell_article(self, article: Article) -> None:
        call = self.ledger.call_of(article)
        if call is not None:
            self.screen.update(call)
        elif article.tells is not None:
            self.screen.confirmation(article, self._name(article))
        elif article.look_alike:
            self.screen.look_alike(article, self._name(article))

    def accidents(self) -> Iterator[str]:
        """Return what went wrong with the daemon, once it has stopped: sentences for people."""
        code = self.daemon.process.returncode
        if code != 0:
            yield f"the daemon ended with exit code {code}"

    def _edited(self, edit: Edit) -> Article:
        return self.story.article(edit.of)

    def _name(self, article: Article) -> str:
        return self.story.press(article.outlet).name


async def perform(
    story: Story, stage: Stage, screen: Screen, *, seconds: float, patience: float = PATIENCE_SECONDS
) -> Summary:
    """Play `story` on `stage`. The summary says what went wrong, if anything did. Cancelling it stops everything."""
    began = time.monotonic()
    async with _opened(story, stage, screen, patience) as director:
        played = await director.play(seconds)
    director.log.follow()
    ledger = replace(director.ledger, story=story.until(played))
    await write_timeline(stage, director.config.settings.database, story.event)
    return sum_up(
        ledger,
        director.log,
        director.rooms.values(),
        await stored_counts(director.config.settings.database, director.clock.now()),
        further=director.accidents(),
        seconds=time.monotonic() - began,
    )


@asynccontextmanager
async def _opened(story: Story, stage: Stage, screen: Screen, patience: float) -> AsyncIterator[Director]:
    """Open the outlets and the receivers, then start the daemon; close everything the other way round."""
    clock, secret = StoryClock(story.scenes[0].at), new_secret()
    async with AsyncExitStack() as stack:
        rooms = await stack.enter_async_context(open_press(story.outlets, clock.now))
        mails, port = await stack.enter_async_context(open_mail_room(stage.mails))
        hooks, hook = await stack.enter_async_context(open_hook_room(stage.calls, secret, clock.now))
        config = write_config(stage, rooms.values(), smtp_port=port, hook=hook, secret=secret)
        screen.title(config.events[story.event].title, [press.name for press in story.outlets])
        daemon = await stack.enter_async_context(running_daemon(stage.folder, stage.log))
        yield Director(
            story=story,
            config=config,
            clock=clock,
            rooms=rooms,
            ledger=Ledger(story=story, mails=mails.taken, calls=hooks.taken),
            daemon=daemon,
            log=DaemonLog(path=stage.log),
            screen=screen,
            patience=patience,
        )
