"""What becomes known, and who is owed to hear of it and when: the last step of each transaction that brings news."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from storywatch import openings, planning, timing
from storywatch.developments import Development
from storywatch.model import Alert, ChannelKind, Owed, WatchConfig
from storywatch.ports import Channel, TellingTransaction
from storywatch.telling import alert_for
from storywatch.wishes import keys_of


async def alerts_for(
    developments: Sequence[Development],
    config: WatchConfig,
    channels: Mapping[ChannelKind, Channel],
    transaction: TellingTransaction,
    now: datetime,
) -> tuple[Alert, ...]:
    """Plan who must hear of what, and when, and compose what is told at once.

    Thousands may have to hear of one report, so that after each others have their turn.
    """
    if not developments:
        return ()
    opened = {one.update.id for one in developments if one.update}
    known = await transaction.known_updates({one.report.update for one in developments} - opened)
    events = {one.report.event for one in developments}
    audience = await transaction.audience(events, keys_of(events, config))
    planned = planning.owed(developments, known, config, audience)
    owed = await _by_their_first(planned, developments, config, transaction)
    days = timing.capped_days((one.subscription for one in owed), now)
    sent = await transaction.sent_within(days) if days else {}
    alerts = []
    for timed in timing.timed(owed, sent):
        alerts.append(alert_for(timed, channels[timed.owed.subscription.channel]))
        await asyncio.sleep(0)
    return tuple(alerts)


async def _by_their_first(
    planned: Sequence[Owed],
    developments: Sequence[Development],
    config: WatchConfig,
    transaction: TellingTransaction,
) -> tuple[Owed, ...]:
    """Let what is told late be told by its first report, of this transaction or a stored one."""
    here = openings.fresh(developments)
    stored = openings.told_late(planned) - here.keys()
    found = await transaction.openings(stored) if stored else {}
    return openings.by_their_first(planned, {**found, **here}, config)
