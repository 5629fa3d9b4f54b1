"""Jobs at fixed intervals: `scheduler.jobs`, on the real clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import structlog

from scheduler.jobs import FixedJobs
from storywatch.errors import StorageError
from tests.support.patience import PATIENCE, soon

TICK = timedelta(milliseconds=20)


@pytest.fixture
async def jobs() -> AsyncIterator[FixedJobs]:
    """Have jobs that end with the test."""
    fixed = FixedJobs()
    yield fixed
    fixed.stop()
    await asyncio.sleep(0)


class Job:
    """A job that counts its runs, and can be told to fail or to be slow."""

    __name__ = "job"

    def __init__(self, *errors: Exception, slow: float = 0.0) -> None:
        self.runs = 0
        self.ran = asyncio.Condition()
        self.at_once = 0
        self.most_at_once = 0
        self.ends = 0
        self._errors = list(errors)
        self._slow = slow

    async def __call__(self) -> None:
        """Run."""
        async with self.ran:
            self.runs += 1
            self.ran.notify_all()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self._slow)
            if self._errors:
                raise self._errors.pop(0)
            self.ends += 1
        finally:
            self.at_once -= 1


async def runs(job: Job, count: int) -> None:
    """Wait until the job has run so often."""
    async with soon(), job.ran:
        await job.ran.wait_for(lambda: job.runs >= count)


async def test_a_job_runs_at_once_and_again(jobs: FixedJobs) -> None:
    """The first time without waiting for its interval."""
    often, rarely = Job(), Job()
    jobs.every(TICK, often)
    jobs.every(timedelta(hours=1), rarely)
    jobs.start()
    await runs(often, 4)
    assert rarely.runs == 1


async def test_a_job_that_fails_is_logged_and_runs_again(jobs: FixedJobs) -> None:
    """A trouble of the database in one line with its reason, a bug with its traceback."""
    job = Job(StorageError("the disk is full: free some space"), ZeroDivisionError())
    with structlog.testing.capture_logs() as logs:
        jobs.every(TICK, job)
        jobs.start()
        await runs(job, 4)
    assert [(line["event"], line["job"]) for line in logs] == [("job_failed", "job")] * 2
    assert logs[0]["reason"] == "the disk is full: free some space"
    assert "exc_info" not in logs[0]
    assert logs[1]["exc_info"]


async def test_a_slow_job_never_overlaps_itself(jobs: FixedJobs) -> None:
    """What it missed is made up once."""
    job = Job(slow=0.1)
    jobs.every(TICK, job)
    jobs.start()
    await runs(job, 3)
    assert job.most_at_once == 1


@pytest.mark.parametrize(("patience", "ends"), [(timedelta(seconds=PATIENCE), 1), (timedelta(), 0)])
async def test_a_stopped_clock_starts_nothing(
    jobs: FixedJobs, caplog: pytest.LogCaptureFixture, patience: timedelta, ends: int
) -> None:
    """A job that runs is left to end, as long as there is patience; either way nobody calls it an error."""
    job = Job(slow=0.05)
    fixed = FixedJobs()
    fixed.every(TICK, job)
    fixed.start()
    await runs(job, 1)
    fixed.stop()
    await fixed.drain(patience)
    assert (job.runs, job.at_once, job.ends) == (1, 0, ends)
    await asyncio.sleep(0.1)
    assert job.runs == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    jobs.start()


async def test_jobs_go_on_when_the_clock_is_set_back() -> None:
    """APScheduler plans by the wall clock: what it planned before the step lies an hour ahead after it."""
    wall = time.time()
    step = 0.0
    jobs = FixedJobs(wall=lambda: wall + time.monotonic() + step)
    job = Job()
    jobs.every(timedelta(hours=1), job)
    jobs.start()
    try:
        await runs(job, 1)
        await asyncio.sleep(0.05)
        assert job.runs == 1, "control: without a step it runs once an hour"
        step = -3600.0
        await runs(job, 2)
    finally:
        jobs.stop()
        await asyncio.sleep(0)
