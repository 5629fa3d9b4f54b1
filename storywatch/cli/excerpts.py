"""Places in a text, with the words around them, and bars: what `explain` draws. It needs no colour."""

import re
from textwrap import wrap

from rich.text import Text

from storywatch.cli.output import one_line

AROUND = 28
"""Characters of the text that are shown on each side of a place."""

BAR = 10
"""Signs of the longest bar."""

_SPACE = re.compile(r"\s+")


def excerpt(text: str, start: int, end: int, around: int = AROUND) -> Text:
    """Return what stands at a place, in brackets and bold, with the words around it. All of it is one line."""
    before, behind = text[max(0, start - around - 20) : start], text[end : end + around + 20]
    shown = Text(_left_of(before, around, whole=start <= around))
    shown.append(f"[{_flat(text[start:end])}]", style="bold")
    shown.append(_right_of(behind, around, whole=len(text) - end <= around))
    return shown


def _left_of(text: str, most: int, *, whole: bool) -> str:
    flat = _flat(text).lstrip()
    if whole or len(flat) <= most:
        return flat
    kept = flat[-most:]
    return "…" + (kept if " " not in kept else kept[kept.index(" ") :])


def _right_of(text: str, most: int, *, whole: bool) -> str:
    flat = _flat(text).rstrip()
    if whole or len(flat) <= most:
        return flat
    kept = flat[:most]
    return (kept if " " not in kept else kept[: kept.rindex(" ") + 1]) + "…"


def _flat(text: str) -> str:
    return one_line(_SPACE.sub(" ", text))


def bar(points: float, most: float) -> str:
    """Draw a signed bar around a middle: minus signs to the left, plus signs to the right."""
    length = min(BAR, round(BAR * abs(points) / most)) if most else 0
    left = ("-" * length if points < 0 else "").rjust(BAR)
    right = ("+" * length if points > 0 else "").ljust(BAR)
    return f"{left}|{right}"


def hanging(text: str, width: int, indent: int) -> list[str]:
    """Break a text into lines, those behind the first indented."""
    return wrap(text, max(width, indent + 20), subsequent_indent=" " * indent, break_on_hyphens=False) or [""]
