"""Where a moment lies in the day, the week and the hour, all in UTC. Moments are seconds since 1970 here."""

HOUR = 3600.0
DAY = 86400.0
SLOT = 300.0
HOURS = 48
"""The hours of a working day, then those of a day of the weekend."""
SLOTS = 12
_THURSDAY = 3
"""1 January 1970, counted from Monday."""


def hour_key(moment: float) -> int:
    """Return the UTC hour of a moment, plus 24 on Saturdays and Sundays."""
    weekend = (int(moment // DAY) + _THURSDAY) % 7 > 4
    return int(moment % DAY // HOUR) + 24 * weekend


def slot(moment: float) -> int:
    """Return the five minutes of the hour in which a moment lies, 0 to 11."""
    return int(moment % HOUR // SLOT)
