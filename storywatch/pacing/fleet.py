"""All sources together, as arrays: what is worked out over them every three hours."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storywatch.pacing.arrays import Floats
from storywatch.pacing.rhythm import LAYOUT, Rhythm, is_sound

_FRESH = Rhythm().to_bytes()


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A source as the fleet sees it. `source`: its id, by which a refresh tells whether sources came or went.

    `rhythm`: its bytes, None before its first poll. `fixed`: the pause that it has whatever the price is, if it has
    one.
    """

    rhythm: bytes | None
    source: str = ""
    outlet: str = ""
    host: str = ""
    fixed: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fleet:
    """Stacked rhythms (of `LAYOUT`), with outlets, hosts, fixed pauses and floors in seconds (0: none)."""

    rhythms: NDArray[Any]
    outlets: NDArray[np.str_]
    hosts: NDArray[np.str_]
    fixed: Floats
    floors: Floats
    identity: int
    """A checksum of who they are."""

    @classmethod
    def of(cls, members: Iterable[Member]) -> "Fleet":
        """Stack them up. A rhythm that can't be read counts as a fresh one."""
        listed = list(members)
        blobs = [one.rhythm if one.rhythm and is_sound(one.rhythm) else _FRESH for one in listed]
        rhythms = np.frombuffer(b"".join(blobs), dtype=LAYOUT)
        return cls(
            rhythms=rhythms,
            outlets=np.array([one.outlet for one in listed], dtype=np.str_),
            hosts=np.array([one.host for one in listed], dtype=np.str_),
            fixed=np.array([one.fixed.total_seconds() if one.fixed else 0.0 for one in listed]),
            identity=zlib.crc32("".join(sorted(f"{one.source}\n" for one in listed)).encode()),
            floors=rhythms["floor"].astype(float),
        )

    def __len__(self) -> int:
        return len(self.rhythms)

    @property
    def polls(self) -> int:
        """How many polls there ever were."""
        return int(self.rhythms["polls"].sum(dtype=np.int64))


def stacked(rhythms: Sequence[Rhythm]) -> Fleet:
    """Return a fleet of rhythms alone."""
    return Fleet.of(Member(rhythm=one.to_bytes()) for one in rhythms)
