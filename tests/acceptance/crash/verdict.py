"""The check: what receivers show against what they are owed, and what the database holds after the last run."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

from tests.acceptance.crash.ledger import MARKER, Receipt
from tests.acceptance.crash.newsroom import Debt


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What receivers see, counted. A receiver shows each id once and takes every other one for another message.

    `raw_duplicates`: messages that came again under an id that was there. `visible_duplicates`: ids beyond the first
    for one debt. `lost`: debts without a message. `uncalled`: ids that no debt asks for. `most_bodies`: the most
    different bodies under one id.
    """

    owed: int
    delivered: int
    raw_duplicates: int
    visible_duplicates: int
    lost: int
    uncalled: int
    most_bodies: int

    @property
    def kept(self) -> bool:
        """Tell whether the promise held."""
        return not (self.lost or self.visible_duplicates or self.uncalled) and self.most_bodies <= 1

    @classmethod
    def sum(cls, parts: Sequence["Verdict"]) -> "Verdict":
        """Add up several trials."""
        whole = {field.name: sum(getattr(part, field.name) for part in parts) for field in fields(cls)}
        return cls(**whole | {"most_bodies": max(part.most_bodies for part in parts)})


def judge(debts: Iterable[Debt], receipts: Iterable[Receipt]) -> Verdict:
    """Compare what is owed with what was received. Pure."""
    owed, taken = list(debts), list(receipts)
    bodies: dict[tuple[str, str], set[str]] = defaultdict(set)
    shown: dict[tuple[str, str], set[str]] = defaultdict(set)
    for receipt in taken:
        bodies[receipt.receiver, receipt.id].add(receipt.digest)
        for marker in receipt.markers:
            shown[receipt.receiver, marker].add(receipt.id)
    ids = [set[str]().union(*(shown.pop((debt.receiver, marker), ()) for marker in debt.markers)) for debt in owed]
    due = [bool(some) for some, debt in zip(ids, owed, strict=True) if debt.due]
    return Verdict(
        owed=len(due),
        delivered=sum(due),
        raw_duplicates=len(taken) - len(bodies),
        visible_duplicates=sum(len(some) - 1 for some in ids if some),
        lost=due.count(False),
        uncalled=sum(map(len, shown.values())),
        most_bodies=max(map(len, bodies.values()), default=0),
    )


UNWANTED = {
    "rows that refer to nothing": "SELECT * FROM pragma_foreign_key_check",
    "alerts without a delivery": (
        "SELECT a.id FROM alerts a LEFT JOIN deliveries d ON d.id = a.delivery WHERE d.id IS NULL"
    ),
    "deliveries without an alert": (
        "SELECT d.id FROM deliveries d LEFT JOIN alerts a ON a.delivery = d.id WHERE a.id IS NULL"
    ),
    "deliveries not sent": "SELECT id, state FROM deliveries WHERE state <> 'sent'",
    "attempts miscounted": (
        "SELECT d.id FROM deliveries d WHERE d.attempts <> (SELECT count(*) FROM attempts WHERE delivery = d.id)"
    ),
    "leases left": (
        "SELECT id FROM sources WHERE lease_until IS NOT NULL"
        " UNION ALL SELECT id FROM deliveries WHERE lease_until IS NOT NULL"
    ),
    "sources in trouble": "SELECT id, fault_code FROM sources WHERE failures > 0",
    "updates without a first report": (
        "SELECT id FROM updates WHERE id NOT IN (SELECT \"update\" FROM reports WHERE role = 'first')"
    ),
    "items whose last revision is missing": (
        "SELECT i.id FROM items i WHERE i.revision <> (SELECT max(number) FROM revisions WHERE item = i.id)"
    ),
}
"""Selections that must find nothing, read from the file itself and not through the code under test."""


def audit(database: Path, revisions: Mapping[str, int], receipts: Iterable[Receipt]) -> list[str]:
    """Return what is wrong in the database. `revisions`: how many each article must have, by marker."""
    with closing(sqlite3.connect(database)) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        problems = [] if said == ["ok"] else [f"integrity_check: {said}"]
        for what, query in UNWANTED.items():
            found = connection.execute(query).fetchall()
            problems += [f"{what}: {found[:5]} ({len(found)})"] if found else []
        problems += _misstored(connection, revisions)
        problems += _unlike(connection, receipts)
    return problems


def _misstored(connection: sqlite3.Connection, revisions: Mapping[str, int]) -> list[str]:
    """Every article is one item, with as many revisions as it had forms."""
    items: dict[str, list[str]] = defaultdict(list)
    for item, title in connection.execute("SELECT item, title FROM revisions ORDER BY item, number"):
        found = MARKER.search(title)
        items[found.group() if found else title].append(item)
    problems = [f"{marker} is stored as {set(ids)}" for marker, ids in items.items() if len(set(ids)) != 1]
    stored = {marker: len(ids) for marker, ids in items.items()}
    wrong = {marker: (stored.get(marker), revisions.get(marker)) for marker in stored.keys() | revisions.keys()}
    return problems + [f"{marker}: {has} revisions, not {due}" for marker, (has, due) in wrong.items() if has != due]


def _unlike(connection: sqlite3.Connection, receipts: Iterable[Receipt]) -> list[str]:
    """The outbox and the receivers know the same messages: as many ids a receiver, each as often as rows."""
    rows = Counter(dict(connection.execute("SELECT subscriber, count(*) FROM deliveries GROUP BY subscriber")))
    seen = Counter(receiver for receiver, _ in {(one.receiver.partition(",")[0], one.id) for one in receipts})
    return [] if rows == seen else [f"the outbox holds {dict(rows)}, the receivers have {dict(seen)}"]


DUE = """
    SELECT (SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'dead'))
         + (SELECT count(*) FROM alerts WHERE release_at IS NOT NULL AND delivery IS NULL AND fault_code IS NULL)
"""


def still_due(database: Path) -> int:
    """Return how many deliveries wait, for an attempt or for an operator, and how many alerts for their digest."""
    return _counted(database, DUE)


def poisoned(database: Path) -> int:
    """Return how many deliveries were set aside because processes died over them, for an operator to replay."""
    return _counted(database, "SELECT count(*) FROM attempts WHERE fault_code = 'poison'")


def digests(database: Path) -> int:
    """Return how many digests there were."""
    return _counted(database, "SELECT count(*) FROM deliveries WHERE kind = 'digest'")


def _counted(database: Path, query: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute(query).fetchone()
    return int(count)
