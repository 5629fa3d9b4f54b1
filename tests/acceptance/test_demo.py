"""`storywatch demo`, the real command: the whole story in half a minute of its own, on loopback alone."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config.shipped import starter_files
from tests.support.patience import PATIENCE, SLOWNESS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one run of the command left."""

    code: int
    said: str
    cpu_seconds: float
    folder: Path

    def mails(self) -> list[EmailMessage]:
        """Return the mails in the order of arrival."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.folder / "mails").glob("*.eml"))
        ]

    def calls(self) -> list[dict[str, Any]]:
        """Return the webhook bodies in the order of arrival."""
        return [json.loads(path.read_bytes()) for path in sorted((self.folder / "webhook-calls").glob("*.json"))]


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "storywatch", *arguments]


def _environment() -> dict[str, str]:
    unset = {name: value for name, value in os.environ.items() if not name.startswith("STORYWATCH_")}
    return {**unset, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the demo once, from a folder that is not the checkout."""
    folder = tmp_path_factory.mktemp("demo")
    before = _cpu_seconds()
    run = subprocess.run(
        _command("demo", "--seconds", "30"),
        cwd=folder,
        env=_environment(),
        capture_output=True,
        timeout=10 * PATIENCE,
        check=False,
    )
    return Played(
        code=run.returncode,
        said=run.stdout.decode() + run.stderr.decode(),
        cpu_seconds=_cpu_seconds() - before,
        folder=folder / "demo-output",
    )


def test_it_ends_well_and_has_little_to_do(played: Played) -> None:
    """Exit code 0 means that it checked itself. Beside its work it only waits for the story's clock."""
    assert played.code == 0, played.said
    assert played.cpu_seconds < 10 * SLOWNESS
    assert "11 updates" in played.said
    assert "0 duplicates" in played.said


def test_every_report_came_by_mail_once(played: Played) -> None:
    """Eleven first reports, three confirmations and an edit, each under an identity of its own."""
    identities = [mail["Message-ID"] for mail in played.mails()]
    assert len(identities) == len(set(identities)) == 15
    bodies = [str(mail.get_body(("plain",))) for mail in played.mails()]
    assert sum("Corroboration: one more outlet" in body for body in bodies) == 3
    assert sum("WHAT CHANGED" in body for body in bodies) == 1
    assert all(mail["To"] == "The editor <editor@storywatch.example>" for mail in played.mails())


def test_every_update_came_by_webhook_once_in_order(played: Played) -> None:
    """The receiver takes no call without a valid signature."""
    revised = [call for call in played.calls() if call["type"] == "update.revised"]
    calls = [call for call in played.calls() if call not in revised]
    assert [call["data"]["change"]["kind"] for call in revised] == ["edit"]
    assert [call["data"]["sequence"] for call in calls] == list(range(1, 12))
    assert {call["type"] for call in calls} == {"update.reported"}
    assert len({call["data"]["alert"] for call in calls}) == 11
    assert all(call["data"]["matched"] for call in calls)


def test_the_times_are_the_storys_own(played: Played) -> None:
    """From August 2021 to April 2023, each seen within minutes of its publication."""
    data = [call["data"] for call in played.calls()]
    assert (data[0]["published"], data[-1]["published"]) == ("2021-08-26T16:05:00Z", "2023-04-28T18:12:00Z")
    for one in data:
        waited = datetime.fromisoformat(one["first_seen"]) - datetime.fromisoformat(one["published"])
        assert 0 <= waited.total_seconds() < 3600


def test_the_sample_event_was_used_as_it_ships(played: Played) -> None:
    """Not a copy that was made to fit."""
    assert (played.folder / "events.yaml").read_text("utf-8") == starter_files()["events.yaml"]


def test_sources_were_polled_politely_and_conditionally(played: Played) -> None:
    """Most polls found nothing new, and none failed."""
    lines = [json.loads(line) for line in (played.folder / "daemon.log").read_text("utf-8").splitlines()]
    outcomes = [line["outcome"] for line in lines if line["event"] == "poll"]
    assert outcomes.count("unchanged") > 50
    assert outcomes.count("revised") == 1
    assert "failed" not in outcomes
    # asyncio may add that it does not know a parser's process that was ended: harmless.
    assert [line["event"] for line in lines if not line["event"].startswith("Unknown child")][-1] == "stopped"


def test_the_timeline_tells_the_story(played: Played) -> None:
    """Dated, numbered, with the outlets in parentheses; as a page too."""
    text = (played.folder / "timeline.md").read_text("utf-8")
    assert text.count("\n**1. 26 August 2021.**") == 1
    assert "\n**11. 28 April 2023.**" in text
    first = text[text.index("**1. ") : text.index("**2. ")]
    assert all(f"[{outlet}](<https://" in first for outlet in ("Al Jazeera", "Khaama Press", "New York Times"))
    assert "WAMU changed its report." in text
    assert "<title>" in (played.folder / "timeline.html").read_text("utf-8")


def test_the_terminal_told_it_too_in_80_plain_columns(played: Played) -> None:
    """Every update with what, where and why; no escape sequence where no terminal is."""
    assert "\x1b" not in played.said
    assert max(map(len, played.said.splitlines())) <= 80
    told = " ".join(played.said.split())
    for call in played.calls():
        assert " ".join(call["data"]["headline"].split()[:5]) in told
    assert played.said.count("why ") >= 11
    assert "after 143 days of silence" in played.said


def test_the_commands_that_it_names_work_afterwards(played: Played) -> None:
    """The database stays, with eleven updates and 28 items."""
    for command, count in (("updates", 11), ("items", 28)):
        run = subprocess.run(
            _command(command, "--config", str(played.folder), "--limit", "100", "--json"),
            env=_environment(),
            capture_output=True,
            timeout=4 * PATIENCE,
            check=True,
        )
        assert len(run.stdout.splitlines()) == count


def test_a_folder_that_is_not_a_demos_is_refused(tmp_path: Path) -> None:
    """Misuse, with a remedy, before anything is touched."""
    (tmp_path / "thesis.txt").write_text("years of work")
    run = subprocess.run(
        _command("demo", "--folder", str(tmp_path)),
        env=_environment(),
        capture_output=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert run.returncode == 2
    assert b"--folder" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
