"""What the scorer of the developers' set says of decisions. It is a program of its own and knows nothing of ours."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.tracking.devset import FOLDER
from bench.tracking.passing import Pair

SCORER = FOLDER.parents[1] / "tools" / "score_matching.py"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """What a system decided of an item and a story. `score`: any number, the higher the surer; None if it has none."""

    story: str
    item: str
    alert: bool
    score: float | None = None


def absent() -> str | None:
    """Say what the measurement lacks, None if nothing."""
    missing = [str(path) for path in (FOLDER, SCORER) if not path.exists()]
    return f"{' and '.join(missing)} absent: set STORYWATCH_TEST_DATA to the data's folder" if missing else None


def alerts_of(pairs: Iterable[Pair]) -> list[Alert]:
    """Return what the matcher decided, with the scores that `replay` prints."""
    return [Alert(story=pair.story, item=pair.item, alert=pair.accepted, score=pair.score) for pair in pairs]


def scored(alerts: Iterable[Alert], declarations: str) -> dict[str, Any]:
    """Let the scorer judge what was decided of the stories that one of the two files declares."""
    with TemporaryDirectory() as folder:
        decisions = Path(folder) / "decisions.jsonl"
        decisions.write_text("".join(map(_line, alerts)), encoding="utf-8")
        files = (FOLDER / "labels.json", FOLDER / declarations, decisions)
        ran = subprocess.run([sys.executable, SCORER, *files, "--json"], capture_output=True, check=True, text=True)
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def _line(decided: Alert) -> str:
    said = {"item": decided.item, "event": decided.story, "alert": decided.alert, "score": decided.score}
    return json.dumps(said) + "\n"
