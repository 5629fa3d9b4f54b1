"""How far back a document reaches: after an outage or a sleep not to the last poll, so that silence isn't learned."""

from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.pacing.observing import LONGEST_INTERVAL, Seen, usual_gap
from storywatch.pacing.rhythm import Rhythm

LEAST_REACH = timedelta(hours=1)
"""What all of a document shares, such as the minute that it was made, opens no shorter interval."""


def within_reach(seen: Seen, rhythm: Rhythm, now: datetime) -> Seen:
    """Return what a poll brought, by the interval that its document tells of.

    If all of it is new, it reaches back to its oldest item, which opens the interval and isn't counted. If nobody says
    when its items came, it reaches back for as long as so many usually take.
    """
    if not seen.all_new or seen.since is None or seen.backlog:
        return seen
    told = [moment for moment in seen.published if seen.since < moment <= now]
    opened = min(min(told) if told else _usually_since(seen, rhythm, now), now - LEAST_REACH)
    if opened <= seen.since:
        return seen
    later = [moment for moment in seen.published if moment > opened]
    return replace(seen, since=opened, published=later if told else seen.published)


def _usually_since(seen: Seen, rhythm: Rhythm, now: datetime) -> datetime:
    gap = usual_gap(rhythm)
    return now - min((len(seen.published) + seen.untimed) * gap, LONGEST_INTERVAL) if gap else now - LONGEST_INTERVAL
