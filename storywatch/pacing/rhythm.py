"""Rhythm: what is learned of when a source publishes. One small value a source, stored as bytes."""

import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from storywatch.pacing.arrays import Numbers
from storywatch.pacing.times import HOURS, SLOTS

_PLAIN = (
    "matches",
    "expected",
    "hot",
    "shown",
    "recent",
    "awaited",
    "proof",
    "lately",
    "foreseen",
    "window",
)
VERSION = 1
LAYOUT = np.dtype(
    [
        ("version", "u1"),
        ("at", "<f8"),
        ("polls", "<u4"),
        ("items", "<f4", (HOURS,)),
        ("exposure", "<f4", (HOURS,)),
        ("phase", "<f4", (SLOTS,)),
        *((name, "<f4") for name in _PLAIN),
        ("floor", "<f4"),
        ("crc", "<u4"),
    ]
)
"""How a rhythm is stored, little-endian; `crc` is the CRC-32 of what stands before it. `at` is 0 before any poll."""
_SCALARS = struct.Struct("<11f")
_SIZE = LAYOUT.itemsize
_CRC_AT = LAYOUT.fields["crc"][1] if LAYOUT.fields else 0


def _zeros(count: int) -> Numbers:
    return np.zeros(count, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rhythm:
    """When a source publishes, counted so that what is two weeks old counts half.

    `items`, `exposure`: items and watched seconds by `times.hour_key`; `phase`: items by five minutes of the hour.
    `at`: the last poll that is counted in. `matches`, `expected`: items that matched, and how many would have if the
    source were like all others; `hot`, `shown`: items that matched and all items of the last hours. `recent`,
    `awaited`: items that came in the last minutes, and that were to come; `proof`: how much better the rate with them
    foretells what comes, in nats. `lately`, `foreseen`: the same of about a day. `floor`: seconds for which the
    publisher's answers usually hold us. `window`: items of its document, 0 if unknown. `polls`: all there
    ever were.
    """

    items: Numbers = field(default_factory=lambda: _zeros(HOURS))
    exposure: Numbers = field(default_factory=lambda: _zeros(HOURS))
    phase: Numbers = field(default_factory=lambda: _zeros(SLOTS))
    at: datetime | None = None
    matches: float = 0.0
    expected: float = 0.0
    hot: float = 0.0
    shown: float = 0.0
    recent: float = 0.0
    awaited: float = 0.0
    proof: float = 0.0
    lately: float = 0.0
    foreseen: float = 0.0
    floor: timedelta = timedelta()
    window: float = 0.0
    polls: int = 0

    def to_bytes(self) -> bytes:
        """Return it as bytes of `LAYOUT`."""
        head = struct.pack("<BdI", VERSION, self.at.timestamp() if self.at else 0.0, self.polls)
        arrays = b"".join(part.astype("<f4").tobytes() for part in (self.items, self.exposure, self.phase))
        body = head + arrays + _SCALARS.pack(*(getattr(self, name) for name in _PLAIN), self.floor.total_seconds())
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def of_bytes(cls, stored: bytes) -> "Rhythm":
        """Read what `to_bytes` wrote. What can't be read is forgotten: the source is learned anew."""
        if not is_sound(stored):
            return cls()
        record = np.frombuffer(stored, dtype=LAYOUT)[0]
        return cls(
            items=record["items"].copy(),
            exposure=record["exposure"].copy(),
            phase=record["phase"].copy(),
            at=datetime.fromtimestamp(float(record["at"]), UTC) if record["at"] else None,
            floor=timedelta(seconds=float(record["floor"])),
            polls=int(record["polls"]),
            **{name: float(record[name]) for name in _PLAIN},
        )


def is_sound(stored: bytes) -> bool:
    """Tell whether these are the bytes of a rhythm, whole and of this version."""
    return (
        len(stored) == _SIZE
        and stored[0] == VERSION
        and struct.unpack_from("<I", stored, _CRC_AT)[0] == zlib.crc32(stored[:_CRC_AT])
    )


def single(number: float) -> float:
    """Return a number as it will be after it was stored, so that a restart changes nothing."""
    return struct.unpack("<f", struct.pack("<f", number))[0]  # type: ignore[no-any-return]  # a float by its format
