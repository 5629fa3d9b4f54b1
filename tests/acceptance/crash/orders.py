"""What the rig tells the nursery, and what it hears: one line of JSON each. Standard library only, see nursery."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Replay(StrEnum):
    """What an operator sends again."""

    FAILED = "failed"
    SENT = "sent"


class Worker(StrEnum):
    """Which program a child runs."""

    PRODUCT = "storywatch"
    SENDS_FIRST = "control: send, commit, fresh id"
    COMMITS_FIRST = "control: commit, send, fresh id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One run: of which program, under which config folder, killed at which step (`STEP:N`) or after how many seconds.

    `ahead`: seconds that the child's clock is ahead of the true time. `seed`: for its dice. `replay`: what an operator
    sends again before it works.
    """

    worker: Worker
    config: str
    ahead: float
    seed: int
    kill: str | None = None
    kill_after: float | None = None
    replay: Replay | None = None

    @property
    def may_be_killed(self) -> bool:
        """Tell whether the run need not end by itself."""
        return self.kill is not None or self.kill_after is not None

    def line(self) -> str:
        """Return the order as a line."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, line: str) -> "Order":
        """Read a line."""
        given = json.loads(line)
        return cls(**{**given, "worker": Worker(given["worker"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Death:
    """How a run ended. `status`: the exit code, or minus the number of the signal (as in subprocess).

    `report`: what a run that was not killed did. `left_behind`: processes of its own that outlive it for long.
    """

    status: int
    seconds: float
    report: str
    left_behind: int

    def line(self) -> str:
        """Return it as a line."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, line: str) -> "Death":
        """Read a line."""
        return cls(**json.loads(line))
