"""The event of the sample config on a labelled stream of its follow-ups and of look-alikes: `tests/streams`."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import config
from storywatch.cli.replaying import stream_of
from storywatch.replay import Replay, StreamItem

ROOT = Path(__file__).parents[1]
STREAM = ROOT / "tests" / "streams" / "kabul-airport.jsonl"
EVENT = "kabul-airport-attack"


def taken() -> Mapping[str, StreamItem]:
    """Return the items that the sample event takes, as it ships."""
    replay = Replay.of(config.load_events(ROOT / "config" / "sample" / "events.yaml"))
    with STREAM.open("rb") as lines:
        passing = list(stream_of(lines, STREAM))
    return {line.id: line for line in passing if any(decided.alert for decided in replay.decide(line))}


def main() -> None:
    """Print what was matched of each part of the story, what was missed, and what was wrongly taken."""
    labels = json.loads(STREAM.with_suffix(".labels.json").read_text("utf-8"))["events"][EVENT]
    with STREAM.open("rb") as lines:
        every = {line.id: line for line in stream_of(lines, STREAM)}
    found = taken()
    parts: dict[str, list[str]] = defaultdict(list)
    for item in labels["positives"]:
        parts[labels["stands_for"].get(item, "later")].append(item)
    print(f"{'part of the story':<24}{'reports':>8}{'matched':>9}")
    for part, items in sorted(parts.items()):
        print(f"{part:<24}{len(items):>8}{sum(item in found for item in items):>9}")
        for item in items:
            if item not in found:
                print(f"    missed: {every[item].published:%Y-%m-%d} {every[item].title}")
    wrong = [item for item in found if item in labels["kind"]]
    others = [item for item in found if item not in {*labels["positives"], *labels["dropped"], *labels["kind"]}]
    print(f"\nwrongly taken: {len(wrong)} of {len(labels['kind'])} look-alikes, {len(others)} other items")
    for item in (*wrong, *others):
        print(f"    {labels['kind'].get(item, 'other news')}: {every[item].published:%Y-%m-%d} {every[item].title}")
    hits = sum(item in found for item in labels["positives"])
    print(f"precision {hits / (hits + len(wrong) + len(others)):.3f}, recall {hits / len(labels['positives']):.3f}")
