"""What is known of one source's rhythm between polls, and what the last one told of it."""

from dataclasses import dataclass, field
from datetime import timedelta

from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.visits import UNLEARNED


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """`weight`: by which the next poll was planned. `pause`: what the rhythm calls for, before floors.

    `new`, `matched`: the items of the last poll that heat or cool the fleet.
    """

    rhythm: Rhythm = field(default_factory=Rhythm)
    weight: float = 1.0
    pause: timedelta = UNLEARNED
    new: float = 0.0
    matched: float = 0.0
