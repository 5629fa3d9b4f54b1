"""What happened at a source, to be polled once more: when it published, what matched, and how its server behaved."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing.arrays import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How a server holds its visitors back.

    `max_age`: seconds for which each answer holds. `refuses`: the share of polls that it answers with a Retry-After of
    `retry_after` seconds and nothing else.
    """

    max_age: float = 0.0
    refuses: float = 0.0
    retry_after: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Track:
    """A source's items in the order in which they could be seen.

    `published`: when, in seconds since 1970, ascending. `seen_from`: when each stood in the document, if later.
    `matched`: which of them match a live event.
    """

    source: str
    published: Floats
    seen_from: Floats | None = None
    matched: NDArray[np.bool_] | None = None
    outlet: str = ""
    host: str = ""
    manners: Manners = field(default_factory=Manners)
