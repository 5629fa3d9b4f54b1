"""The check itself: every way in which the promise can break shows."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.crash.campaign import Trial
from tests.acceptance.crash.children import open_nursery
from tests.acceptance.crash.ledger import Receipt
from tests.acceptance.crash.newsroom import ARCHIVE, DESK, WIRE, Debt
from tests.acceptance.crash.orders import Worker
from tests.acceptance.crash.verdict import audit, judge

pytestmark = pytest.mark.crash

DEBTS = [
    Debt(receiver=DESK, markers=frozenset({"Mark00001", "Mark00002"})),
    Debt(receiver=WIRE, markers=frozenset({"Mark00001"})),
]


def receipt(receiver: str = DESK, message_id: str = "a1", marker: str = "Mark00001", digest: str = "x") -> Receipt:
    """Return one receipt."""
    return Receipt(receiver=receiver, id=message_id, markers=frozenset(marker.split()), digest=digest)


PAID = [receipt(), receipt(WIRE)]


def test_paid_debts_keep_the_promise_and_a_repeated_id_shows_once() -> None:
    """A receiver folds what comes again under the same id."""
    verdict = judge(DEBTS, [*PAID, receipt()])
    assert verdict.kept
    assert (verdict.owed, verdict.delivered, verdict.raw_duplicates) == (2, 2, 1)


@pytest.mark.parametrize(
    ("receipts", "broken"),
    [
        ([receipt()], "lost"),
        ([*PAID, receipt(message_id="a2")], "visible_duplicates"),
        ([*PAID, receipt(message_id="a2", marker="Mark00002")], "visible_duplicates"),
        ([*PAID, receipt(WIRE, message_id="a2", marker="Mark00002")], "uncalled"),
        ([*PAID, receipt(ARCHIVE)], "uncalled"),
    ],
)
def test_each_breach_shows(receipts: list[Receipt], broken: str) -> None:
    """A message that is missing, one too many, and one that nobody asked for."""
    verdict = judge(DEBTS, receipts)
    assert getattr(verdict, broken) == 1
    assert not verdict.kept


def test_two_bodies_under_one_id_show() -> None:
    """Even if everything else is right."""
    verdict = judge(DEBTS, [*PAID, receipt(digest="y")])
    assert verdict.most_bodies == 2
    assert not verdict.kept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Run the product in peace for a while."""
    folder = tmp_path_factory.mktemp("peace")
    with open_nursery(folder / "log") as nursery:
        trial = Trial(nursery, folder / "trial", Worker.PRODUCT, 7)
        outcome = trial.run(0, rounds_in_peace=6)
    assert outcome.problems == []
    assert outcome.verdict.kept
    return trial


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM alerts WHERE id = (SELECT max(id) FROM alerts)", "deliveries without an alert"),
        ("UPDATE alerts SET delivery = NULL", "alerts without a delivery"),
        ("UPDATE deliveries SET state = 'waiting' WHERE id = (SELECT max(id) FROM deliveries)", "deliveries not sent"),
        ("UPDATE deliveries SET attempts = attempts + 1", "attempts miscounted"),
        ("UPDATE sources SET lease_until = '2026-01-01'", "leases left"),
        ("UPDATE sources SET failures = 1, fault_code = 'dns'", "sources in trouble"),
        ("UPDATE reports SET role = 'corroboration'", "updates without a first report"),
        ("DELETE FROM revisions WHERE number = (SELECT max(number) FROM revisions)", "whose last revision is missing"),
        ("DELETE FROM revisions WHERE item = (SELECT max(item) FROM revisions)", "revisions, not"),
        ("UPDATE revisions SET item = item || 'x' WHERE number = 2", "is stored as"),
        ("DELETE FROM items", "rows that refer to nothing"),
        ("UPDATE deliveries SET subscriber = 'desk'", "the outbox holds"),
    ],
)
def test_each_fault_in_the_database_shows(finished: Trial, tmp_path: Path, damage: str, told: str) -> None:
    """One damage each, to a copy of a sound database."""
    copy = tmp_path / "damaged.db"
    shutil.copy(finished.database, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(damage)
    problems = audit(copy, finished.newsroom.revisions(), finished.town.ledger.receipts)
    assert [problem for problem in problems if told in problem]
