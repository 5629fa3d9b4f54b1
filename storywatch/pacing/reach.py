"""How far back a document reaches: after an outage or a sleep not to the last poll, so that silence isn't learned."""

from dataclasses import replace
from datetime import datetime, timedelta

from storywatch.pacing.observing import Seen, usual_gap
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
    opened = min(_opened(seen, rhythm, now, seen.since), now - LEAST_REACH)
    if opened <= seen.since:
        return seen
    return replace(seen, since=opened, published=[moment for moment in seen.published if moment > opened])


def _opened(seen: Seen, rhythm: Rhythm, now: datetime, since: datetime) -> datetime:
    told = [moment for moment in seen.published if since < moment <= now]
    if told:
        return min(told)
    count, gap = len(seen.published) + seen.untimed, usual_gap(rhythm)
    return now - min(count * gap, now - since) if gap else since
