"""The work queue inside one process: `scheduler.queue`."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
import structlog

from scheduler.queue import MOST_SLOW, LocalQueue
from tests.support.patience import PATIENCE, soon

LONG = timedelta(seconds=4 * PATIENCE)
AT_ONCE = timedelta(milliseconds=20)


class Work:
    """A handler that waits to be let go, and counts what runs."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.running: Counter[str] = Counter()
        self.go = asyncio.Event()

    async def __call__(self, key: str) -> None:
        """Work on a key."""
        self.started.append(key)
        self.running[key] += 1
        assert self.running[key] == 1, f"{key} runs twice"
        try:
            await self.go.wait()
            self.ended.append(key)
        except asyncio.CancelledError:
            self.cancelled.append(key)
            raise
        finally:
            self.running[key] -= 1


async def settle() -> None:
    """Let what can run run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_key_has_one_unfinished_job() -> None:
    """Offered again while it runs it is not taken; afterwards it is."""
    work = Work()
    queue = LocalQueue("poll", work, room=9)
    assert await queue.offer(["a.example", "a.example", "b.example"]) == 2
    await settle()
    assert await queue.offer(["a.example", "c.example"]) == 1
    await settle()
    assert work.started == ["a.example", "b.example", "c.example"]
    work.go.set()
    await queue.idle()
    assert await queue.offer(["a.example"]) == 1
    await queue.idle()
    assert work.ended.count("a.example") == 2


async def test_no_more_is_taken_than_there_is_room() -> None:
    """The rest is offered again at the next tick."""
    work = Work()
    queue = LocalQueue("poll", work, room=2)
    assert queue.free == 2
    assert await queue.offer(["a", "b", "c", "d"]) == 2
    assert queue.free == 0
    assert await queue.offer(["c"]) == 0
    work.go.set()
    await queue.idle()
    assert queue.free == 2
    assert await queue.offer(["c", "d"]) == 2
    await queue.idle()
    assert work.ended == ["a", "b", "c", "d"]


async def test_a_handler_that_fails_is_logged_and_frees_its_key() -> None:
    """The row is still due: the next offer tries again."""
    tries = 0

    async def broken(key: str) -> None:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError(key)

    queue = LocalQueue("poll", broken, room=1)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            assert await queue.offer(["a.example"]) == 1
            await queue.idle()
    assert tries == 2
    assert [(line["event"], line["queue"], line["key"], line["log_level"]) for line in logs] == [
        ("job_failed", "poll", "a.example", "error")
    ] * 2


async def test_one_failure_stops_nothing_else() -> None:
    """Other keys run on."""
    work = Work()

    async def picky(key: str) -> None:
        if key == "bad":
            raise ZeroDivisionError
        await work(key)

    queue = LocalQueue("poll", picky, room=3)
    with structlog.testing.capture_logs():
        await queue.offer(["good", "bad", "better"])
        await settle()
        work.go.set()
        await queue.idle()
    assert sorted(work.ended) == ["better", "good"]


async def test_a_drained_queue_lets_its_work_end_and_takes_no_more() -> None:
    """Nothing is cancelled when there is time enough."""
    work = Work()
    queue = LocalQueue("poll", work, room=2)
    await queue.offer(["a"])
    await settle()
    draining = asyncio.create_task(queue.drain(LONG))
    await settle()
    assert await queue.offer(["b"]) == 0
    assert queue.free == 0
    assert not draining.done()
    work.go.set()
    assert await draining == 0
    assert (work.ended, work.cancelled) == (["a"], [])


async def test_a_drained_queue_cancels_what_is_late() -> None:
    """And counts it; the leases of its rows run out by themselves."""
    work = Work()
    queue = LocalQueue("poll", work, room=3)
    await queue.offer(["a", "b"])
    await settle()
    assert await queue.drain(AT_ONCE) == 2
    assert sorted(work.cancelled) == ["a", "b"]
    assert not work.ended


async def test_an_idle_queue_is_drained_at_once() -> None:
    """Twice does no harm."""
    queue = LocalQueue("poll", Work(), room=1)
    async with soon():
        assert await queue.drain(LONG) == 0
        assert await queue.drain(LONG) == 0
        await queue.idle()


@pytest.mark.parametrize("room", [1, 3])
async def test_every_key_gets_its_turn(room: int) -> None:
    """When each tick offers all keys again, as the daemon does."""
    seen: Counter[str] = Counter()

    async def quick(key: str) -> None:
        await asyncio.sleep(0)
        seen[key] += 1

    queue = LocalQueue("poll", quick, room)
    due = [f"host{number}" for number in range(7)]
    while due:
        await queue.offer(due)
        await queue.idle()
        due = [key for key in due if key not in seen]
    assert set(seen.values()) == {1}


async def test_slow_work_gives_its_place_to_others() -> None:
    """It waits for somebody; the control without patience keeps it."""
    work = Work()
    queue = LocalQueue("poll", work, room=2, patience=0.01)
    patient = LocalQueue("poll", work, room=2, patience=PATIENCE)
    assert await queue.offer(["a", "b", "c"]) == await patient.offer(["x", "y", "z"]) == 2
    await asyncio.sleep(0.05)
    assert (queue.free, patient.free) == (2, 0)
    assert await queue.offer(["c", "d"]) == 2
    work.go.set()
    await queue.idle()
    await patient.idle()


async def test_however_slow_they_are_there_is_an_end() -> None:
    """A town of hanging servers must not fill the memory."""
    work = Work()
    queue = LocalQueue("poll", work, room=2, patience=0.0)
    taken = 0
    for number in range(100):
        taken += await queue.offer([f"host{number}"])
        await asyncio.sleep(0.001)
    assert taken == 2 * MOST_SLOW == queue.busy
    work.go.set()
    await queue.idle()
