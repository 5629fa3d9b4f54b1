"""The long crash loop: `python -m bench.crash --kills 500`. It fails if the promise broke or a control kept it."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from tests.acceptance.crash.campaign import Outcome, campaign
from tests.acceptance.crash.children import open_lanes
from tests.acceptance.crash.orders import Worker
from tests.acceptance.crash.tables import tables

TOLD_EVERY = 100
"""Kills of the product between two lines on how far it is."""


@dataclass
class Progress:
    """Says how far it is. A trial counts when it has ended, for only then is it judged. Several threads may tell."""

    began: float
    trials: list[Outcome] = field(default_factory=list)
    told: int = 0
    lock: Lock = field(default_factory=Lock)

    def __call__(self, trial: Outcome) -> None:
        """Note a trial."""
        if trial.worker is Worker.PRODUCT:
            with self.lock:
                self.trials.append(trial)
                self._tell(Outcome.sum(self.trials))

    def _tell(self, whole: Outcome) -> None:
        kills = whole.kills.total()
        if kills // TOLD_EVERY > self.told // TOLD_EVERY:
            self.told = kills
            verdict, faults = whole.verdict, whole.problems or ()
            print(
                f"{time.monotonic() - self.began:.0f} s: {kills} kills in {whole.runs} runs, {verdict.owed} owed,"
                f" {verdict.delivered} delivered, {verdict.lost} lost, {verdict.visible_duplicates} shown twice,"
                f" {len(faults)} faults in the database",
                flush=True,
            )


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="of the product (default 500)")
    parser.add_argument("--control-kills", type=int, default=50, help="of each control (default 50)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    kills = dict.fromkeys(Worker, given.control_kills) | {Worker.PRODUCT: given.kills}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, open_lanes(Path(folder)) as lanes:
        outcomes = campaign(lanes, Path(folder), kills, given.seed, Progress(began))
    print(tables(outcomes))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s")
    for problem in (problem for outcome in outcomes for problem in outcome.problems or ()):
        print(problem)
    wrong = [one.worker for one in outcomes if one.problems or one.verdict.kept is not (one.worker is Worker.PRODUCT)]
    if wrong:
        sys.exit(f"not as expected: {'; '.join(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])
