"""What polls and pushes mean for each other, inside the transaction of either; `storywatch.push` decides."""

import secrets
from dataclasses import replace
from datetime import datetime

from storywatch import callbacks, push, steering
from storywatch.errors import VisitError
from storywatch.model import Outlet, PushSettings, Source, Visit, VisitOutcome
from storywatch.pacing.visits import UNLEARNED
from storywatch.ports import Claim, PollRecord, PollTransaction, PushReader
from storywatch.push import Push


def draw_id() -> str:
    """Draw the id of a subscription: 16 bytes that nobody can guess."""
    return secrets.token_hex(callbacks.ID_CHARS // 2)


async def after_poll(
    record: PollRecord,
    visit: Visit,
    transaction: PollTransaction,
    *,
    source: Source,
    settings: PushSettings | None,
    began: datetime,
    now: datetime,
) -> PollRecord:
    """Add what a poll means for the source's subscriptions to hubs, and what these mean for the next poll."""
    if settings is None or visit.outcome is VisitOutcome.FAILED:
        return record
    before = await transaction.pushes(source.id)
    after = push.after_visit(
        before,
        visit,
        source.id,
        found=len(record.new),
        began=began,
        made_for=callbacks.made_for(settings),
        new_id=draw_id(),
        now=now,
    )
    normal = source.every or (record.learned.pause if record.learned else UNLEARNED)
    floor = now + push.poll_floor(push.of_source(after), normal, now)
    state = replace(record.state, next_poll_at=max(record.state.next_poll_at, floor))
    return replace(record, state=state, pushes=tuple(one for one in after if one not in before))


async def after_push(record: PollRecord, claim: Claim, pushed: Push, transaction: PollTransaction) -> PollRecord:
    """Turn the record of a poll into that of a push, which shows the news and nothing else.

    When the source is polled next, what makes that conditional, and the alarms stay as they were. Of its rhythm it
    teaches what a poll does.
    """
    state = claim.state
    stored = [one for one in await transaction.pushes(state.source) if one.id == pushed.subscription]
    news = bool(record.new or record.revised)
    return replace(
        record,
        state=replace(state, last_new_at=record.state.last_new_at, newest_at=record.state.newest_at),
        learned=record.learned and steering.after_push(record.learned, claim.learned.rhythm),
        set_aside=record.set_aside if state.last_poll_at else (),
        hold=None,
        refill=(),
        raised=(),
        ended=(),
        notices=(),
        pushes=tuple(push.after_push(one, pushed.promised_at, brought_news=news) for one in stored),
    )


async def read(pushed: Push, reader: PushReader, source: Source, outlet: Outlet, elements: bytes) -> Visit:
    """Return a push as a visit that brought some of a document. What can't be read is its fault."""
    try:
        document = await reader.read(pushed, source, outlet, elements)
    except VisitError as error:
        return Visit(outcome=VisitOutcome.FAILED, fault=error.fault)
    return Visit(outcome=VisitOutcome.OK, document=document, partial=True)
