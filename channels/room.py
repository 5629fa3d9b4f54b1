"""How much room the words of a message have. What would be too big is written again with less of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from channels.text import cut, cut_bytes, plain
from storywatch.errors import ComposeError

_T = TypeVar("_T")
_SHORTEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A share of the usual limits: 1 for all of them, 2 for a half, and so on."""

    share: int = 1

    def line(self, text: str, limit: int) -> str:
        """Return one clean line of at most `limit` characters, of which this is the share."""
        return cut(plain(text), self._least(limit))

    def packed(self, text: str, limit: int) -> str:
        """Return the same with the limit in bytes of UTF-8."""
        return cut_bytes(plain(text), self._least(limit))

    def few(self, things: Sequence[_T], most: int) -> tuple[_T, ...]:
        """Return the first of these things: at most so many, of which this is the share, and one at least."""
        return tuple(things[: max(1, most // self.share)])

    def _least(self, limit: int) -> int:
        return max(limit // self.share, min(limit, _SHORTEST))


WHOLE = Room()
_ROOMS = (WHOLE, Room(share=2), Room(share=4), Room(share=8), Room(share=16))


def fitting(write: Callable[[Room], bytes], too_big: str) -> bytes:
    """Return the first writing that is not too big, from the longest on. `too_big`: the code of the fault that says so.

    Raises ComposeError: the last one's, or at once any other.
    """
    for room in _ROOMS[:-1]:
        try:
            return write(room)
        except ComposeError as error:
            if error.fault.code != too_big:
                raise
    return write(_ROOMS[-1])
