"""The labelled streams: their form, on which the numbers of a matching rest."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import load_events

STREAMS = Path(__file__).parents[1] / "streams"
DECLARED = {"kabul-airport": STREAMS.parents[1] / "config/sample/events.yaml"}


def items_of(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (STREAMS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def labels_of(name: str) -> dict[str, Any]:
    labels: dict[str, Any] = json.loads((STREAMS / f"{name}.labels.json").read_text("utf-8"))
    return labels


@pytest.fixture(params=sorted(path.stem for path in STREAMS.glob("*.jsonl")))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_no_two_items_share_an_id_an_address_or_a_wording(name: str) -> None:
    items = items_of(name)
    assert items
    for key in ("id", "url", "title", "summary"):
        assert len({item[key] for item in items}) == len(items), key


def test_a_stream_is_in_time_order_and_says_its_zone(name: str) -> None:
    moments = [datetime.fromisoformat(item["published"]) for item in items_of(name)]
    assert moments == sorted(moments)
    assert all(moment.utcoffset() == timedelta(0) for moment in moments)


def test_every_address_is_of_a_reserved_name(name: str) -> None:
    assert all(item["url"].startswith(f"https://{item['outlet']}.example/") for item in items_of(name))


def test_the_labels_know_the_stream_and_only_it(name: str) -> None:
    labels = labels_of(name)
    assert labels["stream"] == [item["id"] for item in items_of(name)]
    events = load_events(DECLARED.get(name, STREAMS / f"{name}.events.yaml"))
    assert {event.id for event in events} == set(labels["events"])


def test_each_scored_item_has_one_label(name: str) -> None:
    labels = labels_of(name)
    for label in labels["events"].values():
        first, last = (labels["stream"].index(label[end]) for end in ("first", "last"))
        assert label["items"] == last + 1 - first
        positives, dropped = set(label["positives"]), set(label["dropped"])
        assert len(positives) == len(label["positives"])
        assert positives <= set(labels["stream"][first : last + 1])
        assert positives == set(label["stands_for"])
        assert positives.isdisjoint(dropped)
        assert set(label["kind"]).isdisjoint(positives | dropped)
        assert dropped.union(label["kind"]) <= set(labels["stream"])


def test_a_hurried_declaration_is_of_the_same_events() -> None:
    with_facets, title_only = (load_events(STREAMS / f"world.{kind}.yaml") for kind in ("events", "events-title-only"))
    for full, hurried in zip(with_facets, title_only, strict=True):
        assert (full.id, full.title, full.since, full.until) == (
            hurried.id,
            hurried.title,
            hurried.since,
            hurried.until,
        )
        assert full.all_of
        assert not hurried.all_of
        assert not hurried.aliases


def test_seeds_are_reports_of_the_stream_before_the_scored_ones() -> None:
    labels = labels_of("world")
    for event in load_events(STREAMS / "world.events.yaml"):
        first = labels["stream"].index(labels["events"][event.id]["first"])
        texts = {f"{item['title']}. {item['summary']}" for item in items_of("world")[:first]}
        assert len(event.seeds) == 2
        assert all(seed.text in texts for seed in event.seeds)


def test_some_reports_have_their_full_text() -> None:
    long = [item["content"] for item in items_of("world") if "content" in item]
    assert len(long) >= 10
    assert min(map(len, long)) >= 1200


@pytest.fixture(params=sorted(path.stem for path in (STREAMS / "novelty").glob("*.gold.jsonl")))
def event(request: pytest.FixtureRequest) -> str:
    return str(request.param).removesuffix(".gold")


def test_each_item_of_a_novelty_stream_tells_one_fact(event: str) -> None:
    items = items_of(f"novelty/{event}")
    gold = items_of(f"novelty/{event}.gold")
    assert [line["item"] for line in gold] == [item["id"] for item in items]
    assert len({item["id"] for item in items}) == len(items)
    assert len({line["fact"] for line in gold}) >= 12
    moments = [datetime.fromisoformat(item["published"]) for item in items]
    assert moments == sorted(moments)
    assert [declared.id for declared in load_events(STREAMS / f"novelty/{event}.events.yaml")] == [event]
