"""Who decides when to poll next: what the engine drives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storywatch.pacing.arrays import Floats
from storywatch.pacing.simulation.tracks import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Polled:
    """One poll in the simulation, in seconds since 1970.

    `news`: when the new items were published; `history`: that and all before. `since`: the last poll that succeeded.
    `held`: seconds for which the answer forbids another. `refused`: it brought nothing but that.
    """

    number: int
    now: float
    since: float | None
    news: Floats
    history: Floats
    matched: int
    held: float
    refused: bool


class Scheme(Protocol):
    """Decides about all tracks. Keeps what it learns."""

    refreshed_every: float
    """Seconds between two calls of `refresh`; 0: never."""

    def begin(self, tracks: Sequence[Track]) -> None:
        """Meet the tracks, before any poll."""

    def first(self, number: int, dice: float) -> float:
        """Return seconds before the first poll of a track."""

    def after(self, polled: Polled, dice: float) -> float:
        """Return seconds until the next poll is wanted; floors are the engine's."""

    def refresh(self, now: float) -> None:
        """Work out anew what holds for all."""

    def held_up(self, number: int, now: float) -> float:
        """Return the seconds for which a poll that is due must wait for a hard limit; 0: it is made, and counted."""

    def hastened(self, now: float) -> Sequence[tuple[int, float]]:
        """Return the tracks whose waiting polls are wanted earlier now, and when."""
