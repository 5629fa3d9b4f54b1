"""The developers' set of running stories, as `../shared/data/matching/README.md` describes it."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import config
from storywatch.cli.replaying import stream_of
from storywatch.model import Event, Item
from storywatch.replay import Replay
from tests.support.corpus import corpus_path

FOLDER = corpus_path("matching")


@dataclass(frozen=True, kw_only=True, eq=False)
class Story:
    """An event with its labels. `places`: of the first and the last scored item in the stream."""

    event: Event
    positives: frozenset[str]
    ignored: frozenset[str]
    places: range

    @property
    def weeks(self) -> float:
        """How many weeks the event is watched."""
        since, until = self.event.since, self.event.until
        return max(1.0, (until - since).days / 7) if since and until else 1.0


@dataclass(frozen=True, kw_only=True)
class DevSet:
    """The stream in order, each item with its id there, and the stories."""

    items: Sequence[tuple[str, Item]]
    stories: Sequence[Story]


def load(declarations: str, folder: Path = FOLDER) -> DevSet:
    """Read the stream and the stories as one of the two files declares them."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    place = {item: number for number, item in enumerate(labels["stream"])}
    stories = []
    for event in config.load_events(folder / declarations):
        said = labels["events"][event.id]
        stories.append(
            Story(
                event=event,
                positives=frozenset(said["positives"]),
                ignored=frozenset([*said["dropped"], *(seed.id for seed in event.seeds if seed.id)]),
                places=range(place[said["first"]], place[said["last"]] + 1),
            )
        )
    return DevSet(items=tuple(_items(folder / "stream.jsonl.gz")), stories=tuple(stories))


def _items(path: Path) -> Iterator[tuple[str, Item]]:
    """Take the stream in as a replay does."""
    intake = Replay.of(())
    with gzip.open(path) as lines:
        for line in stream_of(cast("IO[bytes]", lines), path):
            yield from ((line.id, item) for item in intake.take_in(line))
