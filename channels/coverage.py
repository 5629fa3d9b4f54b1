"""Who reports an update, in words: outlets and independent origins, counted apart."""

from collections.abc import Mapping

from channels.news import outlet_name
from channels.room import Room
from channels.text import counted
from storywatch.model import Coverage

MOST_OUTLETS = 8


def coverage_in_words(coverage: Coverage | None, names: Mapping[str, str], room: Room) -> str | None:
    """Word it such as `5 outlets, 2 origins: NYT, CNN and 3 more`; None of one outlet alone, or if nobody counted."""
    outlets = tuple(dict.fromkeys(coverage.outlets)) if coverage else ()
    if coverage is None or len(outlets) < 2:
        return None
    shown = room.few(outlets, MOST_OUTLETS)
    rest = f" and {len(outlets) - len(shown)} more" if len(outlets) > len(shown) else ""
    told = ", ".join(outlet_name(outlet, names, room) for outlet in shown)
    return f"{reach(coverage)}: {told}{rest}"


def reach(coverage: Coverage) -> str:
    """Word the counts alone, such as `5 outlets, 2 origins`."""
    return f"{counted(len(set(coverage.outlets)), 'outlet')}, {counted(len(set(coverage.origins)), 'origin')}"
