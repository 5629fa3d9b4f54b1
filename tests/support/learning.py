"""A watch that learns, on a real store: the network and the channels are fakes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import load_events
from storage import Store
from storywatch.cli.compose import learning_of
from storywatch.matching import Matcher
from storywatch.model import ChannelKind, Event, Item, Match, ParsedItem, WatchConfig
from storywatch.ports import Fetcher
from storywatch.replay import StreamItem
from storywatch.watch import Plan, PollResult, Watch
from tests.contract.working import claimed
from tests.support.fakes import FakeChannel, FakeClock, FakeFetcher
from tests.support.samples import a_config, a_source, brought

STREAMS = Path(__file__).parents[1] / "streams"

Verdict = tuple[str, str, bool, float, float, str]
"""Title, event, whether it was accepted, score, threshold, ground."""


def world(length: int | None = None) -> list[StreamItem]:
    """Return the items of a labelled stream as one outlet would publish them, a minute between two at the least.

    Every ninth item follows the revision of one that is twenty items old.
    """
    lines = [json.loads(line) for line in (STREAMS / "world.jsonl").read_text("utf-8").splitlines()][:length]
    items: list[StreamItem] = []
    for number, line in enumerate(lines):
        items.append(_published(line, line["title"]))
        if number >= 20 and not number % 9:
            items.append(_published(lines[number - 20], f"{lines[number - 20]['title']} (corrected)"))
    first = items[0].published or datetime(2020, 1, 1, tzinfo=UTC)
    return [
        replace(item, published=max(item.published or first, first) + timedelta(minutes=number))
        for number, item in enumerate(_in_order(items))
    ]


def _in_order(items: Sequence[StreamItem]) -> Iterable[StreamItem]:
    """Date a revision like the item before it."""
    latest = items[0].published
    for item in items:
        latest = max(latest, item.published) if latest and item.published else latest
        yield replace(item, published=latest)


def _published(line: dict[str, str], title: str) -> StreamItem:
    published = datetime.fromisoformat(line["published"])
    return StreamItem(id=line["id"], outlet="nyt", published=published, title=title, summary=line.get("summary", ""))


def world_config() -> WatchConfig:
    """Return a watch of the stream's events, one source."""
    events = tuple(load_events(STREAMS / "world.events.yaml"))
    return a_config(events=events, sources=(a_source(),))


def verdicts(item: Item, matches: Iterable[Match]) -> list[Verdict]:
    """Return what was decided, for comparison with another pass over the same stream."""
    title = item.revision.title
    return [
        (title, match.event, match.accepted, match.score, match.threshold, match.ground)
        for match in sorted(matches, key=lambda match: match.event)
    ]


class Noting(Matcher):
    """A matcher that writes down what it is told."""

    def __init__(self, events: Iterable[Event]) -> None:
        super().__init__(events)
        self.said: list[Verdict] = []

    def tell(self, item: Item, matches: Sequence[Match]) -> None:
        """Learn, and write it down."""
        self.said.extend(verdicts(item, matches))
        super().tell(item, matches)


@dataclass
class LearningDesk:
    """A process that watches."""

    store: Store
    config: WatchConfig
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2020, 1, 1, tzinfo=UTC)))
    matcher: Noting = field(default_factory=lambda: Noting([]))

    def __post_init__(self) -> None:
        self.learning = learning_of(self.store, self.clock, matcher=self.matcher)
        self.recollection = self.learning.recollection
        self.recollection.declare(self.config.events.values())
        self.plan = Plan(config=self.config, matcher=self.matcher, turn=self.recollection.turn)
        self.channel = FakeChannel()

    async def start(self) -> "LearningDesk":
        """Begin as the daemon does."""
        await self.store.sources.apply(self.config, self.clock())
        self.found = await self.recollection.recall()
        return self

    async def poll(self, *items: ParsedItem, fetcher: Fetcher | None = None, source: str = "nyt-world") -> PollResult:
        """Poll a source that answers with these items."""
        watch = Watch(
            sources=self.store.sources,
            fetcher=fetcher or FakeFetcher(brought(*items)),
            channels=dict.fromkeys(ChannelKind, self.channel),
            clock=self.clock,
            dice=lambda: 0.0,
            recollection=self.recollection,
        )
        return await watch.poll(await claimed(self.store, source, self.clock()), self.plan)

    async def follow(self, stream: Sequence[StreamItem], at_once: int = 7) -> None:
        """Poll a source that publishes a stream, some items at a time, the newest first as feeds do."""
        for start in range(0, len(stream), at_once):
            part = stream[start : start + at_once]
            self.clock.now = (part[-1].published or self.clock.now) + timedelta(seconds=1)
            await self.poll(*reversed([as_parsed(line) for line in part]))


def as_parsed(line: StreamItem) -> ParsedItem:
    """Return a line as its feed would give it."""
    return ParsedItem(guid=line.id, title=line.title, summary=line.summary, published=line.published)
