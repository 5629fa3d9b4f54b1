"""The loop: publish, run, kill, restart, until enough were killed; then run in peace until nothing is due, and judge.

The same for every program, so that only the program can make the difference.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from storywatch.steps import Step
from tests.acceptance.crash import town as world
from tests.acceptance.crash.children import SIDE_BY_SIDE, Lanes, Nursery
from tests.acceptance.crash.installation import write_config
from tests.acceptance.crash.newsroom import ARCHIVE, Newsroom
from tests.acceptance.crash.orders import Order, Replay, Worker
from tests.acceptance.crash.town import Moods, Town
from tests.acceptance.crash.verdict import Verdict, audit, digests, judge, poisoned, still_due

LOST_REPLIES = 0.15
MOST_LAST_ROUNDS = 40
QUIET_NIGHTS = 0.3
TRIAL_KILLS = 50
AHEAD = (0.0, 0.0, 7.0, 60.0, 400.0, 2400.0)
"""Seconds by which the clock may move between two runs. Often not at all: then only a freed lease lets the next run
go on."""

TIMES = {
    Step.POLL_CLAIMED: (1, 2, 3, 4),
    Step.POLL_FETCHED: (1, 2, 3, 4),
    Step.POLL_PARSED: (1, 1, 2),
    Step.POLL_SAVED: (2, 3, 4, 4),
    Step.POLL_COMMITTED: (2, 3, 4, 4),
    Step.DIGEST_COMPOSED: (1,),
    Step.DIGEST_COMMITTED: (1,),
    Step.DELIVERY_CLAIMED: (1, 2, 3),
    Step.DELIVERY_SENT: (1, 2, 3),
    Step.DELIVERY_SETTLED: (1, 2, 3),
}
"""At the how-manieth time that a run reaches a step it may be killed. Unchanged feeds are saved first, news last."""

TO_A_DIGEST = 301.0
"""Seconds after which the next digest is due, whatever the time: without one no run would get to its steps."""

REPLAYS = {Replay.FAILED: 0.05, Replay.SENT: 0.05}
"""How often an operator sends what failed again, or what was sent, before a run."""

ANY_MOMENT = "any moment"
"""A kill after so many seconds, which may hit between two steps, such as in the middle of a commit."""

LONGEST_LIFE = 0.5


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one trial showed. `kills`: by step; those at any moment come on top of what was asked for."""

    worker: Worker
    kills: Counter[str]
    runs: int
    verdict: Verdict
    problems: list[str] | None
    """What is wrong in the database; None for a control, which has no outbox to look into."""
    replays: Counter[str] = field(default_factory=Counter)
    poisoned: int = 0
    """Deliveries that were set aside because five processes died over them, and that an operator sent again."""
    digests: int = 0

    @classmethod
    def sum(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """Add up the trials of one program."""
        (worker,) = {part.worker for part in parts}
        return cls(
            worker=worker,
            kills=sum((part.kills for part in parts), Counter()),
            runs=sum(part.runs for part in parts),
            verdict=Verdict.sum([part.verdict for part in parts]),
            problems=None if worker is not Worker.PRODUCT else [one for part in parts for one in part.problems or ()],
            replays=sum((part.replays for part in parts), Counter()),
            poisoned=sum(part.poisoned for part in parts),
            digests=sum(part.digests for part in parts),
        )


def campaign(
    lanes: Lanes, folder: Path, kills: Mapping[Worker, int], seed: int, done: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Kill each program so often, in trials of a few dozen kills, each in a town of its own.

    `done` hears of each trial that ends, from the thread that made it.
    """

    def trial(worker: Worker, number: int, size: int) -> Outcome:
        nursery = lanes.get()
        try:
            outcome = Trial(nursery, folder / f"{worker.name}-{number}", worker, seed + 10 * number).run(size)
        finally:
            lanes.put(nursery)
        done(outcome)
        return outcome

    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        begun = {
            worker: [threads.submit(trial, worker, *part) for part in enumerate(_parts(wanted))]
            for worker, wanted in kills.items()
        }
        return [Outcome.sum([one.result() for one in trials]) for trials in begun.values()]


def _parts(kills: int) -> list[int]:
    return [min(TRIAL_KILLS, kills - begun) for begun in range(0, kills, TRIAL_KILLS)] or [0]


@dataclass
class Trial:
    """One program in one town, from an empty database to the verdict. The seed decides news, kills and replies."""

    nursery: Nursery
    folder: Path
    worker: Worker
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    replays: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    ahead: float = 0.0
    """Seconds that the children's clock is ahead of the true time."""

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self.newsroom = Newsroom(random.Random(self.seed + 1))
        self.town = Town(self.newsroom, Moods(random.Random(self.seed + 2), LOST_REPLIES))

    @property
    def database(self) -> Path:
        """The file that every run of the trial uses."""
        return self.folder / "storywatch.db"

    def run(self, kills: int, *, rounds_in_peace: int = 0) -> Outcome:
        """Work so long in peace, kill so often, finish in peace, and judge."""
        with world.running(self.town):
            write_config(self.folder, self.town)
            for _ in range(rounds_in_peace):
                self._work(None)
            self._loop(kills)
            self._finish()
        self.town.ledger.note_files(ARCHIVE, (self.folder / "archive").glob("*.eml"))
        return self._outcome()

    def _loop(self, kills: int) -> None:
        """Go through all steps, and any moment, again and again in changing order. Now and then a quiet night follows.

        In a quiet night nothing is published and nobody is killed: what the dead forgot does not come by again.
        """
        while self._at_steps() < kills:
            for kill in self._dice.sample([*Step, ANY_MOMENT], len(Step) + 1):
                if self._at_steps() < kills:
                    self._work(kill)
                if self._dice.random() < QUIET_NIGHTS:
                    self._attempt(None)

    def _at_steps(self) -> int:
        return self.kills.total() - self.kills[ANY_MOMENT]

    def _finish(self) -> None:
        """Run in peace, a day later each time, until nothing is due; an operator sends again what was given up."""
        for _ in range(MOST_LAST_ROUNDS):
            self._attempt(None, Replay.FAILED)
            if not self._has_outbox or not still_due(self.database):
                return
            self.ahead += 86_400
        raise AssertionError(f"deliveries still wait after {MOST_LAST_ROUNDS} days in peace")

    def _work(self, kill: str | None) -> None:
        self.newsroom.work()
        self._attempt(kill)

    def _attempt(self, kill: str | None, replay: Replay | None = None) -> None:
        """Run once. A run that the kill did not reach has ended well, and then everything published is stored."""
        order = self._order(kill)
        death = self.nursery.run(replace(order, replay=replay) if replay else order)
        self.runs += 1
        self.replays[order.replay or replay or ""] += 1
        if death.status == 0:
            report = json.loads(death.report)
            assert not report["busy"], f"a dead process still holds {report['busy']}"
            assert not report["failed"], report["failed"]
            self.newsroom.note_known()
        elif kill is not None:
            self.kills[kill] += 1

    def _order(self, kill: str | None) -> Order:
        self.ahead += self._dice.choice(AHEAD)
        if kill in (Step.DIGEST_COMPOSED, Step.DIGEST_COMMITTED):
            self.ahead += TO_A_DIGEST
        whole = Order(
            worker=self.worker,
            config=str(self.folder),
            ahead=self.ahead,
            seed=self._dice.getrandbits(32),
            replay=self._replay(),
        )
        if kill is None:
            return whole
        if kill == ANY_MOMENT:
            return replace(whole, kill_after=self._dice.uniform(0, LONGEST_LIFE))
        return replace(whole, kill=f"{kill}:{self._dice.choice(TIMES[Step(kill)])}")

    def _replay(self) -> Replay | None:
        drawn = self._dice.random()
        for replay, share in REPLAYS.items():
            if drawn < share:
                return replay
            drawn -= share
        return None

    @property
    def _has_outbox(self) -> bool:
        return self.worker is Worker.PRODUCT

    def _outcome(self) -> Outcome:
        receipts = self.town.ledger.receipts
        return Outcome(
            worker=self.worker,
            kills=self.kills,
            runs=self.runs,
            verdict=judge(self.newsroom.debts(digests=self._has_outbox), receipts),
            problems=audit(self.database, self.newsroom.revisions(), receipts) if self._has_outbox else None,
            replays=self.replays,
            poisoned=poisoned(self.database),
            digests=digests(self.database),
        )
