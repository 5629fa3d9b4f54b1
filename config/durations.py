"""Durations as operators write them: a whole number and a unit, such as `90s`, `15m`, `2h`, `1d`."""

import re
from datetime import timedelta

PATTERN = r"^[0-9]{1,6}[smhd]$"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Return the duration. Raises ValueError when the text is none."""
    if not re.fullmatch(PATTERN, text, re.ASCII):
        raise ValueError(f"{text!r} is not a duration such as 15m")
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
