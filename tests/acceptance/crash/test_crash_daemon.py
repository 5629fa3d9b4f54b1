"""The daemon: killed while it is busy, and told to stop while an outlet takes its time."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.crash.children import command, environ
from tests.acceptance.crash.installation import write_config
from tests.acceptance.crash.ledger import Ledger, Receipt
from tests.acceptance.crash.newsroom import ARCHIVE, DESK, FEEDS, OUTLETS, Newsroom
from tests.acceptance.crash.town import Town
from tests.acceptance.crash.verdict import Verdict, audit, judge
from tests.support.corpus import ROOT
from tests.support.patience import FOR_EVER, PATIENCE

pytestmark = pytest.mark.crash

AMPLE = 240.0
"""A `shutdown_timeout` that nobody needs: who used it up would outlive everybody's patience."""


def wait_until(true: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float = PATIENCE) -> None:
    """Wait while the daemon lives."""
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, f"the daemon ended with {process.returncode}"
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.005)


def stop(process: "subprocess.Popen[bytes]") -> float:
    """Tell the daemon to stop and return the seconds that it took. It must end well, and soon."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    return time.monotonic() - began


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A town, and an installation of the product in a folder."""

    town: Town
    folder: Path

    @contextmanager
    def daemon(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run `storywatch run`; its words go to a log beside the config, and to whoever reads of a failure."""
        log = self.folder / "daemon.log"
        with (
            log.open("ab") as words,
            subprocess.Popen(
                command("run", "--config", self.folder, "--log-format", "json"),
                cwd=ROOT,
                env=environ(),
                stdout=words,
                stderr=words,
            ) as process,
        ):
            try:
                yield process
            except AssertionError as error:
                error.add_note(log.read_text()[-3000:])
                raise
            finally:
                process.kill()

    @property
    def verdict(self) -> Verdict:
        """Judge what everybody has by now, the archive's files included."""
        return judge(self.town.newsroom.debts(digests=False), self._receipts())

    def all_told(self) -> bool:
        """Tell whether nobody waits for anything."""
        return not self.verdict.lost

    def audit(self) -> list[str]:
        """Look into the database."""
        return audit(self.folder / "storywatch.db", self.town.newsroom.revisions(), self._receipts())

    def _receipts(self) -> list[Receipt]:
        archived = Ledger()
        archived.note_files(ARCHIVE, (self.folder / "archive").glob("*.eml"))
        return [*self.town.ledger.receipts, *archived.receipts]


@pytest.fixture
def scene(town: Town, tmp_path: Path) -> Scene:
    """Set the scene; the test writes the config."""
    return Scene(town=town, folder=tmp_path)


def publish(newsroom: Newsroom, stories: int) -> None:
    """Publish stories, each with a repeat."""
    for _ in range(stories):
        newsroom.report()
        newsroom.repeat()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_daemon_killed_while_it_is_busy_loses_nothing(seed: int, scene: Scene) -> None:
    """Three kills at moments that nobody chose: during the first visits, and twice among the deliveries."""
    dice = Random(seed)
    scene.town.slow_mail = 0.03
    publish(scene.town.newsroom, 20)
    write_config(scene.folder, scene.town, digests=False)
    taken = scene.town.ledger.receipts
    for busy in (lambda: bool(scene.town.visits), lambda: len(taken) >= 5, lambda: len(taken) >= 25):
        with scene.daemon() as process:
            wait_until(busy, process)
            time.sleep(dice.uniform(0, 0.2))
            assert process.poll() is None
            process.kill()
            process.wait(PATIENCE)
        assert not scene.all_told(), "everything was sent: the kill came too late to mean anything"
    with scene.daemon() as process:
        wait_until(scene.all_told, process)
        stop(process)
    assert scene.verdict.kept, scene.verdict
    assert scene.audit() == []


def test_a_visit_that_ends_in_time_is_stored_before_the_daemon_stops(scene: Scene) -> None:
    """SIGTERM lets the outlet finish its answer."""
    publish(scene.town.newsroom, 4)
    write_config(scene.folder, scene.town, digests=False, shutdown_timeout=f"{AMPLE:g}s")
    scene.town.slow_feeds = dict.fromkeys(FEEDS, 1.5)
    with scene.daemon() as process:
        wait_until(lambda: len(scene.town.waiting) == len(OUTLETS), process)
        stop(process)
    visits = scene.town.visits
    assert len(rows(scene.folder, "items")) > 0
    scene.town.slow_feeds = {}
    with scene.daemon() as process:
        wait_until(scene.all_told, process)
        stop(process)
    assert scene.town.visits - visits < len(FEEDS), "what was stored is not visited again so soon"
    assert scene.verdict.kept, scene.verdict
    assert scene.audit() == []


def test_a_visit_that_takes_too_long_is_cut_off_and_made_again(scene: Scene) -> None:
    """SIGTERM waits no longer than the settings allow."""
    publish(scene.town.newsroom, 4)
    write_config(scene.folder, scene.town, digests=False, shutdown_timeout="1s")
    scene.town.slow_feeds = dict.fromkeys(FEEDS, FOR_EVER)
    with scene.daemon() as process:
        wait_until(lambda: len(scene.town.waiting) == len(OUTLETS), process)
        assert stop(process) >= 1
    assert rows(scene.folder, "items") == []
    scene.town.slow_feeds = {}
    with scene.daemon() as process:
        wait_until(scene.all_told, process)
        stop(process)
    assert scene.verdict.kept, scene.verdict
    assert scene.audit() == []


def test_a_daemon_told_to_stop_sends_no_further_mail(scene: Scene) -> None:
    """It ends the mails that are under way, however many wait, and leaves those to the next start."""
    scene.town.slow_mail = 0.3
    publish(scene.town.newsroom, 40)
    write_config(scene.folder, scene.town, digests=False, shutdown_timeout=f"{AMPLE:g}s")
    with scene.daemon() as process:
        wait_until(lambda: DESK in {receipt.receiver for receipt in scene.town.ledger.receipts}, process)
        stop(process)
    assert not scene.all_told()
    scene.town.slow_mail = 0.0
    with scene.daemon() as process:
        wait_until(scene.all_told, process)
        stop(process)
    assert scene.verdict.kept, scene.verdict
    assert scene.verdict.raw_duplicates == 0, "a mail was cut off in the middle"
    assert scene.audit() == []


def rows(folder: Path, table: str) -> list[tuple[object, ...]]:
    """Return the ids in a table."""
    with closing(sqlite3.connect(folder / "storywatch.db")) as connection:
        return connection.execute(f"SELECT id FROM {table}").fetchall()
