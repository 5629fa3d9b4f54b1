"""The same through the real command line, as an operator has it: killed at each step once, then left in peace."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from storywatch.steps import Step
from tests.acceptance.crash.children import command, environ
from tests.acceptance.crash.installation import write_config
from tests.acceptance.crash.newsroom import ARCHIVE
from tests.acceptance.crash.town import Town
from tests.acceptance.crash.verdict import audit, judge
from tests.support.corpus import ROOT
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.crash


def poll(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run `storywatch poll`."""
    return subprocess.run(
        command("poll", "--config", folder, "--json"),
        cwd=ROOT,
        env=environ(**variables),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )


def test_a_command_killed_at_each_step_loses_nothing(town: Town, tmp_path: Path) -> None:
    """Eight processes die, the ninth ends well, and then everybody has everything once.

    The steps of a digest come with its time; the loop meets them.
    """
    write_config(tmp_path, town, digests=False)
    for step in (step for step in Step if step not in (Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED)):
        town.newsroom.report()
        town.newsroom.repeat()
        killed = poll(tmp_path, STORYWATCH_KILL_AT=step.value)
        assert killed.returncode == -signal.SIGKILL, (step, killed.stderr)

    last = poll(tmp_path)
    assert last.returncode == 0, last.stderr
    said = json.loads(last.stdout)
    assert said["busy"] == []
    assert set(said["deliveries"]) == {"sent"}

    town.ledger.note_files(ARCHIVE, (tmp_path / "archive").glob("*.eml"))
    verdict = judge(town.newsroom.debts(digests=False), town.ledger.receipts)
    assert verdict.kept, verdict
    assert audit(tmp_path / "storywatch.db", town.newsroom.revisions(), town.ledger.receipts) == []


def test_an_unknown_step_is_refused(town: Town, tmp_path: Path) -> None:
    """Rather than never reached, which would look like a crash survived."""
    write_config(tmp_path, town, digests=False)
    assert poll(tmp_path, STORYWATCH_KILL_AT="poll.savde").returncode > 0
