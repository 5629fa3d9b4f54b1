"""Kill -9 at every step, again and again: nothing is lost, nothing shows twice. And programs without an outbox fail it.

`python -m bench.crash --kills 500` runs the same loop for longer.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from storywatch.steps import Step
from tests.acceptance.crash.campaign import ANY_MOMENT, Trial, campaign
from tests.acceptance.crash.children import Lanes, open_lanes
from tests.acceptance.crash.orders import Worker
from tests.acceptance.crash.tables import tables

pytestmark = pytest.mark.crash

KILLS = int(os.environ.get("STORYWATCH_CRASH_KILLS", "120"))
CONTROL_KILLS = 24
SEED = 20210826


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    """Start the nurseries."""
    with open_lanes(tmp_path_factory.mktemp("nurseries")) as opened:
        yield opened


def test_no_kill_loses_an_alert_or_shows_one_twice(lanes: Lanes, tmp_path: Path, show: list[str]) -> None:
    """The promise, and its negative controls: whoever sends outside of an outbox breaks it under the same kills."""
    kills = dict.fromkeys(Worker, CONTROL_KILLS) | {Worker.PRODUCT: KILLS}
    outcomes = campaign(lanes, tmp_path, kills, SEED)
    show.append(tables(outcomes))
    product, sends_first, commits_first = outcomes

    assert sum(product.kills[step] for step in Step) >= KILLS
    assert min(product.kills[step] for step in (*Step, ANY_MOMENT)) >= KILLS // 20, "a step was hardly hit"
    assert product.verdict.raw_duplicates, "no acknowledgement was lost: the receivers proved nothing"
    assert product.problems == []
    assert product.verdict.kept, product.verdict
    assert product.verdict.delivered == product.verdict.owed

    assert sends_first.verdict.visible_duplicates
    assert commits_first.verdict.lost
    assert not sends_first.verdict.kept
    assert not commits_first.verdict.kept


@pytest.mark.parametrize("worker", [Worker.SENDS_FIRST, Worker.COMMITS_FIRST])
def test_without_kills_the_controls_keep_the_promise_too(lanes: Lanes, tmp_path: Path, worker: Worker) -> None:
    """So it is the kills that break them, not the rig."""
    nursery = lanes.get()
    try:
        outcome = Trial(nursery, tmp_path, worker, SEED).run(0, rounds_in_peace=8)
    finally:
        lanes.put(nursery)
    assert outcome.verdict.owed >= 10
    assert outcome.verdict.kept, outcome.verdict
