"""The use case of one poll: visit a source, take in what it says, decide who must hear, commit it all at once."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from storywatch import callbacks, intake, pacing, planning, push, updates
from storywatch.errors import ComposeError, Fault, VisitError
from storywatch.matching import Matcher
from storywatch.model import (
    Alert,
    ChannelKind,
    Item,
    Match,
    Outlet,
    Owed,
    Report,
    Source,
    Update,
    Visit,
    VisitOutcome,
    WatchConfig,
)
from storywatch.ports import (
    Channel,
    Claim,
    Clock,
    Dice,
    Draw,
    Fetcher,
    PollRecord,
    PollTransaction,
    PushReader,
    Sources,
)
from storywatch.push import Push
from storywatch.steps import Reached, Step, ignore


class PollOutcome(StrEnum):
    """How a poll ended, seen from what is stored."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class PollResult:
    """What one poll did, for the log and the operator."""

    source: str
    outcome: PollOutcome
    items: int = 0
    new: int = 0
    revised: int = 0
    matched: int = 0
    updates: int = 0
    alerts: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A watch config with its events compiled: one immutable value, swapped whole at a reload."""

    config: WatchConfig
    matcher: Matcher

    @classmethod
    def of(cls, config: WatchConfig) -> "Plan":
        """Compile a config."""
        return cls(config=config, matcher=Matcher(config.events.values()))


def draw_id() -> str:
    """Draw an id that nobody can guess."""
    return secrets.token_hex(16)


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Polls claimed sources. Holds the effects; every decision is a pure function called from here."""

    sources: Sources
    fetcher: Fetcher
    channels: Mapping[ChannelKind, Channel]
    clock: Clock
    dice: Dice
    reached: Reached = ignore
    draw: Draw = draw_id

    async def poll(self, claim: Claim, plan: Plan) -> PollResult:
        """Poll one source. Raises `LeaseLost` when another worker took it meanwhile; nothing was stored then."""
        source = plan.config.sources[claim.source]
        self.reached(Step.POLL_CLAIMED)
        began = self.clock()
        visit = checked(await self.fetcher.visit(source, claim.state.validators), source)
        async with self.sources.poll(claim) as transaction:
            record = await self._decide(visit, claim, source, plan, transaction)
            record = await self._with_pushes(record, visit, plan, transaction, source=source, began=began)
            await transaction.save(record)
            self.reached(Step.POLL_SAVED)
        self.reached(Step.POLL_COMMITTED)
        return summary(source, visit, record)

    async def take(self, claim: Claim, pushed: Push, reader: PushReader, plan: Plan) -> PollResult:
        """Take in what a hub pushed as a poll takes in a document; when the source is polled next does not change.

        Raises `LeaseLost` like `poll`. What can't be read frees the source; it is for a poll then.
        """
        source = plan.config.sources[claim.source]
        visit = await _read(pushed, source, plan, reader, claim.state.validators.elements)
        async with self.sources.poll(claim) as transaction:
            record = PollRecord(state=claim.state)
            if visit.document is not None:
                record = await self._decide(visit, claim, source, plan, transaction)
                record = await self._with_push(record, claim, pushed, transaction)
            await transaction.save(record)
        return summary(source, visit, record)

    async def _with_pushes(
        self,
        record: PollRecord,
        visit: Visit,
        transaction: PollTransaction,
        *,
        plan: Plan,
        source: Source,
        began: datetime,
    ) -> PollRecord:
        """Add what a poll means for the source's subscriptions to hubs, and what these mean for the next poll."""
        settings = plan.config.settings.push
        if settings is None or visit.outcome is VisitOutcome.FAILED:
            return record
        now = self.clock()
        before = await transaction.pushes(source.id)
        after = push.after_visit(
            before,
            visit,
            source.id,
            found=len(record.new),
            began=began,
            made_for=callbacks.made_for(settings),
            new_id=self.draw(),
            now=now,
        )
        floor = now + push.poll_floor(push.of_source(after), source.every, now)
        state = replace(record.state, next_poll_at=max(record.state.next_poll_at, floor))
        return replace(record, state=state, pushes=tuple(state for state in after if state not in before))

    async def _with_push(
        self, record: PollRecord, claim: Claim, pushed: Push, transaction: PollTransaction
    ) -> PollRecord:
        """Turn the record of a poll into that of a push: the next poll and its validators stay as they are."""
        news = bool(record.new or record.revised)
        state = replace(claim.state, last_new_at=record.state.last_new_at)
        before = [one for one in await transaction.pushes(claim.source) if one.id == pushed.subscription]
        after = tuple(push.after_push(one, pushed.promised_at, brought_news=news) for one in before)
        return replace(record, state=state, pushes=after)

    async def _decide(
        self, visit: Visit, claim: Claim, source: Source, plan: Plan, transaction: PollTransaction
    ) -> PollRecord:
        now = self.clock()
        taken = await self._take_in(visit, source, plan.config.outlets[source.outlet], transaction)
        matches = tuple(
            match for item in (*taken.new, *taken.revised) for match in plan.matcher.match(item) if match.accepted
        )
        told = await self._place(matches, {item.id: item for item in (*taken.new, *taken.revised)}, plan, transaction)
        brought_news = bool(taken.new or taken.revised)
        return PollRecord(
            state=pacing.after(visit, claim.state, source, brought_news=brought_news, now=now, dice=self.dice()),
            new=taken.new,
            revised=taken.revised,
            sightings=taken.sightings,
            matches=matches,
            updates=told.updates,
            reports=told.reports,
            alerts=tuple(self._alert(owed) for owed in told.owed),
        )

    async def _take_in(
        self, visit: Visit, source: Source, outlet: Outlet, transaction: PollTransaction
    ) -> intake.Intake:
        if visit.document is None:
            return intake.Intake()
        found = intake.identify(visit.document.items, source, outlet)
        known = await transaction.known(outlet.id, source.id, (key for one in found for key in one.keys))
        return intake.take(found, known, source, self.clock())

    async def _place(
        self, matches: Sequence[Match], items: Mapping[str, Item], plan: Plan, transaction: PollTransaction
    ) -> "Told":
        """Place every matched item, oldest publication first, so that the first report is the first."""
        by_event: dict[str, list[Match]] = defaultdict(list)
        for match in matches:
            by_event[match.event].append(match)
        # Always in the same order, so that two polls that hold several events can't wait for each other.
        parts = [
            tell(
                [(items[match.item], match) for match in by_event[event]], await transaction.history(event), plan.config
            )
            for event in sorted(by_event)
        ]
        return Told(
            updates=tuple(update for part in parts for update in part.updates),
            reports=tuple(report for part in parts for report in part.reports),
            owed=tuple(owed for part in parts for owed in part.owed),
        )

    def _alert(self, owed: Owed) -> Alert:
        return alert_for(owed, self.channels[owed.subscription.channel])


async def _read(pushed: Push, source: Source, plan: Plan, reader: PushReader, elements: bytes) -> Visit:
    try:
        document = await reader.read(pushed, source, plan.config.outlets[source.outlet], elements)
    except VisitError as error:
        return Visit(outcome=VisitOutcome.FAILED, fault=error.fault)
    return Visit(outcome=VisitOutcome.OK, document=document, partial=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What matched items tell: updates, reports, and who is owed what."""

    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()
    owed: tuple[Owed, ...] = ()


def tell(matched: Iterable[tuple[Item, Match]], history: Sequence[updates.PastReport], config: WatchConfig) -> Told:
    """Place the matched items of one event, each after the ones before it, and plan who must hear."""
    past = list(history)
    opened: list[Update] = []
    reports: list[Report] = []
    owed: list[Owed] = []
    for item, match in sorted(matched, key=lambda pair: (pair[0].published, pair[0].id)):
        placed = updates.place(item, match.event, past)
        if placed is None:
            continue
        opened.extend([placed.update] if placed.update else [])
        reports.append(placed.report)
        owed.extend(planning.owed(item, match, placed, past, config))
        past.append(updates.as_past(item, placed))
    return Told(updates=tuple(opened), reports=tuple(reports), owed=tuple(owed))


def alert_for(owed: Owed, channel: Channel) -> Alert:
    """Compose the alert. One that can't be written is set aside with its fault, and the poll goes on."""
    fault, message = None, None
    try:
        message = channel.compose(owed)
    except ComposeError as error:
        fault = error.fault
    except Exception as error:  # the border of one alert: what breaks it must not take the poll with it  # noqa: BLE001
        fault = Fault(code="internal", message=f"a bug that this item brings out, please report it: {error!r:.200}")
    return Alert(
        id=owed.id,
        subscription=owed.subscription.id,
        subscriber=owed.subscriber.id,
        channel=owed.subscription.channel,
        event=owed.event.id,
        update=owed.update.id,
        item=owed.item.id,
        created=owed.created,
        message=message,
        fault=fault,
    )


def checked(visit: Visit, source: Source) -> Visit:
    """Turn a document without items into a failure where that can't be right.

    It can't where the operator said that this source is never empty, or where all its items were dropped.
    """
    document = visit.document
    if document is None or document.items or not (source.empty_is_error or document.dropped):
        return visit
    fault = Fault(code="empty", message="the source answered with a valid document that has no items")
    if document.dropped:
        message = f"none of the {document.dropped} items in the document has an id, a link or any text"
        fault = Fault(code="nothing_readable", message=message)
    return Visit(outcome=VisitOutcome.FAILED, fault=fault, status=visit.status, final_url=visit.final_url)


def summary(source: Source, visit: Visit, record: PollRecord) -> PollResult:
    """Sum up a poll."""
    return PollResult(
        source=source.id,
        outcome=_outcome(visit, record),
        items=len(visit.document.items) if visit.document else 0,
        new=len(record.new),
        revised=len(record.revised),
        matched=len(record.matches),
        updates=len(record.updates),
        alerts=len(record.alerts),
        fault=visit.fault,
    )


def _outcome(visit: Visit, record: PollRecord) -> PollOutcome:
    if visit.outcome is VisitOutcome.FAILED:
        return PollOutcome.FAILED
    if record.new:
        return PollOutcome.NEW
    return PollOutcome.REVISED if record.revised else PollOutcome.UNCHANGED
