"""The use case of one poll: visit a source, take in what it says, decide who must hear, commit it all at once."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch import alarms, intake, pacing, planning, pushing, steering
from storywatch.alerting import alerts_for
from storywatch.errors import Fault
from storywatch.matching import Matcher
from storywatch.model import (
    Alarm,
    ChannelKind,
    Item,
    Match,
    Outlet,
    Source,
    Visit,
    VisitOutcome,
    WatchConfig,
)
from storywatch.ordering import by_publication
from storywatch.pasts import Pasts
from storywatch.ports import Channel, Claim, Clock, Dice, Fetcher, PollRecord, PollTransaction, PushReader, Sources
from storywatch.push import Push
from storywatch.recalling import Recollection
from storywatch.steps import Reached, Step, ignore
from storywatch.telling import Judged, Judging, Placing, Told, notice_for
from storywatch.verification import structural_fault


class PollOutcome(StrEnum):
    """How a poll ended, seen from what is stored."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class PollResult:
    """What one poll did, for the log and the operator.

    `untold`: why notices of alarms could not be written. `retry_after`: the pause that a successful answer asked for.
    """

    source: str
    outcome: PollOutcome
    items: int = 0
    new: int = 0
    revised: int = 0
    matched: int = 0
    updates: int = 0
    alerts: int = 0
    set_aside: int = 0
    raised: tuple[Alarm, ...] = ()
    ended: tuple[Alarm, ...] = ()
    untold: tuple[Fault, ...] = ()
    retry_after: timedelta | None = None
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A watch config with its events compiled, swapped whole at a reload.

    The matcher goes from plan to plan with what it has learned. Who lets it learn holds `turn`, until that is stored.
    """

    config: WatchConfig
    matcher: Matcher
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, config: WatchConfig) -> "Plan":
        """Compile a config."""
        return cls(config=config, matcher=Matcher(config.events.values()))

    @asynccontextmanager
    async def learning(self) -> AsyncIterator[None]:
        """Let the matcher learn; it forgets what it was told inside if the block fails."""
        async with self.turn:
            with self.matcher.memory.attempt():
                yield


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Polls claimed sources. Holds the effects; every decision is a pure function called from here."""

    sources: Sources
    fetcher: Fetcher
    channels: Mapping[ChannelKind, Channel]
    clock: Clock
    dice: Dice
    recollection: Recollection | None = None
    pasts: Pasts = field(default_factory=Pasts)
    reached: Reached = ignore

    async def poll(self, claim: Claim, plan: Plan) -> PollResult:
        """Poll one source. Raises `LeaseLost` when another worker took it meanwhile; nothing was stored then."""
        source = plan.config.sources[claim.source]
        self.reached(Step.POLL_CLAIMED)
        until = pacing.must_wait(claim.state, source, claim.hold, self.clock())
        if until is not None:
            return await self._postpone(claim, source, until)
        outlet = plan.config.outlets[source.outlet]
        began = self.clock()
        visit = checked(await self.fetcher.visit(source, outlet, claim.state), source)
        if source.verify and claim.state.last_success_at is None:
            visit = verified(visit, source, outlet)
        return await self.take_in(visit, claim, plan, began)

    async def take_in(self, visit: Visit, claim: Claim, plan: Plan, began: datetime) -> PollResult:
        """Decide about what a visit brought and commit all of it. Raises `LeaseLost` like `poll`."""
        await self._listen(visit)
        return await self.pasts.around(lambda: self._take_in_visit(visit, claim, plan, began))

    async def _take_in_visit(self, visit: Visit, claim: Claim, plan: Plan, began: datetime) -> PollResult:
        source, settings = plan.config.sources[claim.source], plan.config.settings
        async with AsyncExitStack() as learning, self.sources.poll(claim) as transaction:
            record = await self._decide(visit, claim, source, plan, transaction=transaction, learning=learning)
            record = await pushing.after_poll(
                record, visit, transaction, source=source, settings=settings.push, began=began, now=self.clock()
            )
            await transaction.save(record)
            self.reached(Step.POLL_SAVED)
        self.reached(Step.POLL_COMMITTED)
        return summary(source, visit, record)

    async def take_push(self, claim: Claim, push: Push, reader: PushReader, plan: Plan) -> PollResult:
        """Take in what a hub pushed, as a poll takes in a document. Raises `LeaseLost` like `poll`.

        What can't be read changes nothing but frees the source: it is for a poll then.
        """
        source = plan.config.sources[claim.source]
        outlet, elements = plan.config.outlets[source.outlet], claim.state.validators.elements
        polled = replace(source, url=pacing.address(source, claim.state))
        visit = await pushing.read(push, reader, polled, outlet, elements)
        await self._listen(visit)
        return await self.pasts.around(lambda: self._take_in_push(visit, claim, push, plan))

    async def _take_in_push(self, visit: Visit, claim: Claim, push: Push, plan: Plan) -> PollResult:
        source = plan.config.sources[claim.source]
        async with AsyncExitStack() as learning, self.sources.poll(claim) as transaction:
            record = PollRecord(state=claim.state)
            if visit.document is not None:
                decided = await self._decide(visit, claim, source, plan, transaction=transaction, learning=learning)
                record = await pushing.after_push(decided, claim, push, transaction)
            await transaction.save(record)
            self.reached(Step.POLL_SAVED)
        self.reached(Step.POLL_COMMITTED)
        return summary(source, visit, record)

    async def _postpone(self, claim: Claim, source: Source, until: datetime) -> PollResult:
        """Put a poll off that the outlet does not want yet: no visit, and no failure either."""
        planned = claim.state.next_poll_at
        # A plan for later than anybody can ask for was made while the clock was wrong, and counts as due.
        later = max(until, planned) if planned <= self.clock() + pacing.LONGEST_PLAN else until
        async with self.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=replace(claim.state, next_poll_at=later)))
        message = f"not visited: the outlet asked for a pause until {until:%Y-%m-%d %H:%M:%S}Z"
        fault = Fault(code="held", message=message, retry_after=until - self.clock())
        return PollResult(source=source.id, outcome=PollOutcome.FAILED, fault=fault)

    async def _listen(self, visit: Visit) -> None:
        """Let what people taught meanwhile count for what a visit brought."""
        if visit.document is not None and self.recollection is not None:
            await self.recollection.listen()

    async def _decide(
        self,
        visit: Visit,
        claim: Claim,
        source: Source,
        plan: Plan,
        *,
        transaction: PollTransaction,
        learning: AsyncExitStack,
    ) -> PollRecord:
        now = self.clock()
        taken = await self._take_in(visit, source, plan.config.outlets[source.outlet], transaction)
        items = {item.id: item for item in (*taken.new, *taken.revised)}
        if items:
            await learning.enter_async_context(plan.learning())
        judged = await judge(items.values(), plan)
        told = await self._place(judged.matches, items, taken.revised, plan, transaction)
        brought_news = bool(taken.new or taken.revised)
        gap = alarms.is_gap(visit, claim.state, taken, source)
        learned = steering.after_visit(
            visit,
            claim.state,
            claim.learned,
            claim.pace,
            source,
            taken=taken,
            matches=judged.matches,
            gap=gap,
            now=now,
        )
        state = pacing.after(
            visit, claim.state, source, pause=learned.pause, brought_news=brought_news, now=now, dice=self.dice()
        )
        record = PollRecord(
            state=state,
            learned=learned,
            hold=pacing.host_hold(visit, state, source, now),
            new=taken.new,
            revised=taken.revised,
            sightings=taken.sightings,
            matches=judged.matches,
            misses=judged.misses,
            updates=told.updates,
            reports=told.reports,
            changes=told.changes,
            alerts=await alerts_for(told.developments, plan.config, self.channels, transaction, now),
            set_aside=(*(visit.document.set_aside if visit.document else ()), *judged.poisonous),
        )
        poll = alarms.Poll(
            source=source,
            outlet=plan.config.outlets[source.outlet],
            visit=visit,
            before=claim.state,
            after=state,
            taken=taken,
            set_aside=record.set_aside,
            refill=alarms.refill_sources(source, plan.config.sources.values()) if gap else (),
            now=now,
        )
        return await self._with_alarms(record, poll, plan.config, transaction)

    async def _with_alarms(
        self, record: PollRecord, poll: alarms.Poll, config: WatchConfig, transaction: PollTransaction
    ) -> PollRecord:
        """Add the alarms that begin and end with this poll, and who must hear of them."""
        raised, kinds = alarms.begun(poll), alarms.over(poll)
        ending = await transaction.open_alarms(kinds) if kinds else ()
        ended = tuple(replace(alarm, ended=poll.now) for alarm in ending)
        open_now = {kind: since for kind, since in poll.before.alarms.items() if kind not in kinds}
        open_now |= {alarm.kind: alarm.raised for alarm in raised}
        owed = (owed for alarm in (*raised, *ended) for owed in planning.owed_notices(alarm, config))
        return replace(
            record,
            state=replace(record.state, alarms=open_now),
            refill=poll.refill,
            raised=raised,
            ended=ended,
            notices=tuple(notice_for(one, self.channels[one.subscription.channel]) for one in owed),
        )

    async def _take_in(
        self, visit: Visit, source: Source, outlet: Outlet, transaction: PollTransaction
    ) -> intake.Intake:
        if visit.document is None:
            return intake.Intake()
        found = intake.identify(visit.document.items, source, outlet)
        known = await transaction.known(outlet.id, source.id, (key for one in found for key in one.keys))
        taken = intake.take(found, known, source, self.clock())
        if not taken.revised:
            return taken
        return intake.with_differences(taken, await transaction.revisions(item.id for item in taken.revised))

    async def _place(
        self,
        matches: Sequence[Match],
        items: Mapping[str, Item],
        revised: Sequence[Item],
        plan: Plan,
        transaction: PollTransaction,
    ) -> Told:
        """Place every matched item, oldest publication first, so that the first report is the first.

        A revised item that an event has as a report is looked at even if it matches no more: it may be a retraction.
        """
        by_event: dict[str, dict[str, Match | None]] = defaultdict(dict)
        reported = await transaction.reported(item.id for item in revised) if revised else {}
        for item, events in reported.items():
            for event in events & plan.config.events.keys():
                by_event[event][item] = None
        for match in matches:
            by_event[match.event][match.item] = match
        told = Told()
        # Always in the same order, so that two polls that hold several events can't wait for each other.
        for event in sorted(by_event):
            history, last = await transaction.history(event), await transaction.last_number(event)
            shown = await transaction.differences(event, by_event[event].keys() & reported.keys())
            past = await self.pasts.of(plan.config.events[event], history, last)
            placing = Placing(event, past, shown)
            for one in sorted((items[name] for name in by_event[event]), key=by_publication):
                told += placing.add(one, by_event[event][one.id])
                await asyncio.sleep(0)
            self.pasts.keep(plan.config.events[event], past)
        return told


async def judge(items: Iterable[Item], plan: Plan) -> Judged:
    """Match every item, each knowing the ones published before it.

    A first document may have thousands of items, so that after each others have their turn. Who wants to write waits.
    """
    judging = Judging(plan.matcher, plan.config.events)
    for item in sorted(items, key=by_publication):
        judging.add(item)
        await asyncio.sleep(0)
    return judging.judged()


def checked(visit: Visit, source: Source) -> Visit:
    """Turn a document without items into a failure where that can't be right.

    It can't where the operator said that this source is never empty, or where all its items were dropped.
    """
    document = visit.document
    if document is None or document.items or document.known or not (source.empty_is_error or document.dropped):
        return visit
    fault = Fault(code="empty", message="the source answered with a valid document that has no items")
    if document.dropped:
        message = f"none of the {document.dropped} items in the document has an id, a link or any text"
        fault = Fault(code="nothing_readable", message=message)
    return _refused(visit, fault)


def verified(visit: Visit, source: Source, outlet: Outlet) -> Visit:
    """Turn a first document that can't be the source's into a failure, before anything of it is stored."""
    fault = structural_fault(visit, source, outlet)
    if fault is None:
        return visit
    return _refused(visit, fault)


def _refused(visit: Visit, fault: Fault) -> Visit:
    """Return the visit as one that failed; the pauses that its answer asked for hold all the same."""
    return Visit(
        outcome=VisitOutcome.FAILED,
        fault=replace(fault, retry_after=visit.retry_after),
        status=visit.status,
        final_url=visit.final_url,
        crawl_delay=visit.crawl_delay,
    )


def summary(source: Source, visit: Visit, record: PollRecord) -> PollResult:
    """Sum up a poll."""
    return PollResult(
        source=source.id,
        outcome=_outcome(visit, record),
        items=len(visit.document.items) + visit.document.known if visit.document else 0,
        new=len(record.new),
        revised=len(record.revised),
        matched=len(record.matches),
        updates=len(record.updates),
        alerts=len(record.alerts),
        set_aside=len(record.set_aside),
        raised=record.raised,
        ended=record.ended,
        retry_after=visit.retry_after,
        untold=tuple(notice.fault for notice in record.notices if notice.fault),
        fault=visit.fault,
    )


def _outcome(visit: Visit, record: PollRecord) -> PollOutcome:
    if visit.outcome is VisitOutcome.FAILED:
        return PollOutcome.FAILED
    if record.new:
        return PollOutcome.NEW
    return PollOutcome.REVISED if record.revised else PollOutcome.UNCHANGED
