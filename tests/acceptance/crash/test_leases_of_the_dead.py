"""A process that dies holds leases; the next one need not wait for them to run out."""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storywatch.steps import Step
from tests.acceptance.crash.children import Nursery, open_nursery
from tests.acceptance.crash.installation import write_config
from tests.acceptance.crash.newsroom import ARCHIVE, FEEDS
from tests.acceptance.crash.orders import Order, Worker
from tests.acceptance.crash.town import Town
from tests.acceptance.crash.verdict import judge

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Start a nursery."""
    with open_nursery(tmp_path_factory.mktemp("nursery") / "log") as opened:
        yield opened


@pytest.fixture(autouse=True)
def news(town: Town, tmp_path: Path) -> None:
    """Write the config and publish three stories."""
    write_config(tmp_path, town, digests=False)
    for _ in range(3):
        town.newsroom.report()


def run(nursery: Nursery, folder: Path, kill: str | None = None) -> dict[str, Any]:
    """Run once at the true time: within the lease of whoever died a moment ago."""
    order = Order(worker=Worker.PRODUCT, config=str(folder), kill=kill, ahead=0, seed=1)
    report: dict[str, Any] = json.loads(nursery.run(order).report or "{}")
    return report


def test_sources_of_the_dead_are_polled_at_once(nursery: Nursery, town: Town, tmp_path: Path) -> None:
    """The kernel drops the lock of a killed process, and the next one finds itself alone."""
    run(nursery, tmp_path, str(Step.POLL_SAVED))
    report = run(nursery, tmp_path)
    assert report["busy"] == []
    assert report["deliveries"]["sent"] == len(town.newsroom.debts(digests=False))


def test_deliveries_of_the_dead_are_sent_at_once(nursery: Nursery, town: Town, tmp_path: Path) -> None:
    """Also when they were sent already and only not settled."""
    run(nursery, tmp_path, f"{Step.DELIVERY_SENT}:2")
    report = run(nursery, tmp_path)
    town.ledger.note_files(ARCHIVE, (tmp_path / "archive").glob("*.eml"))
    assert set(report["deliveries"]) == {"sent"}
    assert judge(town.newsroom.debts(digests=False), town.ledger.receipts).kept


def test_leases_are_kept_while_another_process_lives(nursery: Nursery, town: Town, tmp_path: Path) -> None:
    """The negative control: with somebody else on the database nobody can tell whose leases they are."""
    run(nursery, tmp_path, str(Step.POLL_SAVED))
    with (tmp_path / "storywatch.db.lock").open("ab") as mark:
        fcntl.flock(mark, fcntl.LOCK_SH)
        report = run(nursery, tmp_path)
    assert report["busy"]
    assert set(report["busy"]) <= set(FEEDS)
