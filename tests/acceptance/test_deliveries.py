"""`deliveries` and `status` as an operator has them, with real receivers: what fails, is sent again, and is told."""

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.crash import town as world
from tests.acceptance.crash.installation import write_config
from tests.acceptance.crash.newsroom import DESK, WIRE, Newsroom
from tests.acceptance.crash.town import Mood, Town
from tests.support.process import Ran, storywatch


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Open a town with three stories whose wire is gone."""
    with world.running(Town(Newsroom(Random(1)), lambda: Mood.GONE)) as opened:
        for _ in range(3):
            opened.newsroom.report()
        write_config(tmp_path, opened)
        yield opened


async def run(folder: Path, *words: str) -> Ran:
    """Run a command on the installation."""
    return await storywatch(*words, "--config", folder)


def change(folder: Path, statement: str) -> None:
    """Change the database."""
    with closing(sqlite3.connect(folder / "storywatch.db")) as database, database:
        database.execute(statement)


def calls(town: Town) -> list[str]:
    """Return the ids of the wire's calls, in their order."""
    return [receipt.id for receipt in town.ledger.receipts if receipt.receiver == WIRE]


async def test_a_receiver_that_is_gone_gets_one_call_and_later_all_in_order(town: Town, tmp_path: Path) -> None:
    """The mails fail too, in their own way, and hold up nobody."""
    first = await run(tmp_path, "poll")
    assert first.code == 1
    assert len(calls(town)) == 1
    town.newsroom.report()
    await run(tmp_path, "poll")
    assert len(calls(town)) == 1

    status = await run(tmp_path, "status")
    assert status.code == 1
    assert "1 endpoint is switched off, 4 deliveries wait" in status.err
    assert f"webhook:http://127.0.0.1:{town.hook_port} {WIRE} is switched off since" in " ".join(status.out.split())
    told = (await run(tmp_path, "status", "--json")).only
    assert (told["endpoints_disabled"], told["deliveries_held"], told["running"]) == (1, 4, False)
    assert len(told["trouble"]) == 1

    town.moods = lambda: Mood.GOOD
    enabled = (await run(tmp_path, "deliveries", "enable", WIRE, "--json")).only
    assert (enabled["waiting"], enabled["revived"]) == (4, 0)
    again = await run(tmp_path, "deliveries", "enable", WIRE)
    assert (again.code, "is switched off" in again.err) == (1, True)
    await run(tmp_path, "poll")
    listed = (await run(tmp_path, "deliveries", "list", "--endpoint", WIRE, "--json")).lines
    assert calls(town)[0] == calls(town)[1]
    assert len(set(calls(town))) == 4
    created = {row["id"]: row["created"] for row in listed}
    assert [created[one] for one in calls(town)[1:]] == sorted(created.values())
    assert {row["state"] for row in listed} == {"sent"}
    assert (await run(tmp_path, "status")).code == 0


async def test_what_was_given_up_is_sent_again_with_the_same_bytes(town: Town, tmp_path: Path) -> None:
    """Counted first, then made due; what was sent stays, unless it is named."""
    town.moods = lambda: Mood.GOOD
    await run(tmp_path, "poll")
    before = len(town.ledger.receipts)
    change(tmp_path, f"UPDATE deliveries SET state = 'dead' WHERE subscriber = '{DESK}'")
    assert "given up in the last 7 days" in (await run(tmp_path, "status")).err

    dry = (await run(tmp_path, "deliveries", "replay", "--failed", "--dry-run", "--json")).only
    assert dry == {"chosen": 3, "dead": 3, "waiting": 0, "sent": 0, "replayed": 0}
    dead = (await run(tmp_path, "deliveries", "--state", "dead", "--json")).lines
    assert {row["state"] for row in dead} == {"dead"}
    done = await run(tmp_path, "deliveries", "replay", "--endpoint", DESK)
    assert done.out.startswith("3 due again")
    await run(tmp_path, "poll")
    assert len(town.ledger.receipts) == before + 3
    sent = (await run(tmp_path, "deliveries", "replay", dead[0]["id"], "--json")).only
    assert (sent["sent"], sent["replayed"]) == (1, 1)
    await run(tmp_path, "poll")
    ids = {(one.receiver, one.id): set[str]() for one in town.ledger.receipts}
    for one in town.ledger.receipts:
        ids[one.receiver, one.id].add(one.digest)
    assert {len(bodies) for bodies in ids.values()} == {1}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("replay",), "say what to send again"),
        (("replay", "nope"), "no such delivery: nope"),
        (("replay", "--failed", "--state", "dead"), "--state is for lists"),
        (("list", "a1"), "a list takes no ids"),
        (("enable",), "enable ADDRESS"),
        (("--since", "yesterday"), "--since yesterday"),
        (("--since", "999999d"), "--since 999999d"),
    ],
)
async def test_misuse_is_told_with_what_to_write(town: Town, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    """And nothing is changed."""
    ran = await run(tmp_path, "deliveries", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


async def test_nothing_stored_while_work_is_due_is_told(town: Town, tmp_path: Path) -> None:
    """While another process is there; if nobody works, nothing stalls."""
    town.moods = lambda: Mood.GOOD
    await run(tmp_path, "poll")
    change(tmp_path, "UPDATE sources SET next_poll_at = '2026-01-01', last_poll_at = '2026-01-01'")
    change(tmp_path, "UPDATE attempts SET at = '2026-01-01'")
    assert (await run(tmp_path, "status")).code == 0
    with (tmp_path / "storywatch.db.lock").open("ab") as mark:
        fcntl.flock(mark, fcntl.LOCK_SH)
        stalled = await run(tmp_path, "status", "--json")
    assert stalled.code == 1
    [trouble] = json.loads(stalled.out)["trouble"]
    assert trouble.startswith("nothing was stored since 2026-01-01 00:00Z")
