"""Why a source is polled when it is: what was learned, what a poll costs and gains, and what holds it. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from storywatch.latency import Quantiles
from storywatch.model import Source, SourceKind
from storywatch.pacing import (
    JITTER,
    LEAST_PAUSE,
    HostHold,
    SourceState,
    address,
    pause_at_any_price,
    pooling,
    wanted_from,
)
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.bucket import Bucket, level
from storywatch.pacing.bursts import surge
from storywatch.pacing.demand import Demand
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.heat import share
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.room import room
from storywatch.pacing.times import HOUR, HOURS
from storywatch.pacing.waiting import Reached, Wait, Walk, next_wait
from storywatch.push import NET
from storywatch.urls import host_of

LONGEST_SHOWN = timedelta(days=30)
PROVEN = "proven"


class Steered(StrEnum):
    """What decides when a source is polled next."""

    PACE = "pace"
    FLOOR = "floor"
    FIXED = "fixed"
    PUSH = "push"
    FAILING = "failing"
    FIRST = "first"
    LIMIT = "limit"
    OFF = "off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """What the storage knows of a source and of the pace. `push`: how its push stands, in a word."""

    state: SourceState
    learned: Learned
    pace: Pace
    allowed: Allowance
    bucket: Bucket
    active: bool
    hold: HostHold | None = None
    push: str | None = None
    twin_of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Floor:
    """What forbids a poll: before a moment, or as a rule."""

    name: str
    says: str
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PollExplained:
    """`working`, `weekend`: items an hour by UTC hour; `minutes`: by five minutes of the hour, 1 on average.

    `watched`: how much of its time counts, the older the less. `wait`: what its rhythm calls for after its last poll.
    `gain`: what its next poll ends, when it is planned: item-seconds of waiting, and items.
    `likelier`: how many times more often than others' its items match; `chance`: that an item like all others does,
    None while no events are followed. `polls_a_day`: what it gets at this price. `left`: polls that the hourly limit
    leaves now. `sights`: from publication to first sight.
    """

    source: Source
    url: str
    steered: Steered
    why: str
    next_poll_at: datetime
    last_poll_at: datetime | None
    working: Sequence[float]
    weekend: Sequence[float]
    minutes: Sequence[float]
    watched: timedelta
    items_seen: float
    items_a_day: float
    wait: Wait
    gain: Reached
    price: float
    weight: float
    likelier: float
    chance: float | None
    polls_a_day: float
    polls: int
    budget: float
    left: float
    floors: Sequence[Floor]
    sights: Quantiles | None = None
    told: Quantiles | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """`polls`: that a source ever had. `polls_a_day`; `items_a_day`: None before the first poll."""

    polls: int
    polls_a_day: float
    items_a_day: float | None


def explained(
    stand: Stand, source: Source, now: datetime, *, sights: Quantiles | None = None, told: Quantiles | None = None
) -> PollExplained:
    """Explain the next poll of a source."""
    rhythm, pace, weight = stand.learned.rhythm, stand.pace, stand.learned.weight
    url = address(source, stand.state)
    price = pace.price_for(source.outlet, host_of(url))
    wait = next_wait(rhythm, pace, price=price, weight=weight, now=stand.state.last_poll_at or now, dice=0.0)
    hours = items_an_hour(rhythm, pace)
    state = stand.state
    fixed = fixed_pause(source.every, state.failures, state.last_poll_at, state.next_poll_at, stand.push)
    member = Member(rhythm=rhythm.to_bytes(), outlet=source.outlet, host=host_of(url), fixed=fixed)
    floors = tuple(_floors(stand, source, now))
    steered, why = next(_reasons(stand, source, wait, floors, now))
    return PollExplained(
        source=source,
        url=url,
        steered=steered,
        why=why,
        next_poll_at=stand.state.next_poll_at,
        last_poll_at=stand.state.last_poll_at,
        working=hours[:24],
        weekend=hours[24:],
        minutes=list(Rates.of(rhythm, pace).phase),
        watched=timedelta(seconds=float(rhythm.exposure.sum())),
        items_seen=float(rhythm.items.sum()),
        items_a_day=items_a_day([member], pace)[0],
        wait=wait,
        gain=_gain(stand, now),
        price=price,
        weight=weight,
        likelier=share(rhythm.matches, rhythm.expected),
        chance=pace.heat.glow(now) if pace.heat else None,
        polls_a_day=polls_a_day([member], pace, now)[0],
        polls=rhythm.polls,
        budget=stand.allowed.total,
        left=level(stand.bucket, stand.allowed.paced, now),
        floors=floors,
        sights=sights,
        told=told,
    )


def _gain(stand: Stand, now: datetime) -> Reached:
    """Return what the next poll ends, of what came since the last one that taught something."""
    rhythm = stand.learned.rhythm
    since = rhythm.at or now
    walk = Walk(
        rates=Rates.of(rhythm, stand.pace), start=since.timestamp(), patience=stand.pace.patience, surge=surge(rhythm)
    )
    ahead = min(max(stand.state.next_poll_at - since, LEAST_PAUSE), LONGEST_SHOWN)
    return walk.until(longest=ahead.total_seconds())[0]


def items_an_hour(rhythm: Rhythm, pace: Pace) -> Sequence[float]:
    """Return the rate of a source by UTC hour, of working days and then of the weekend."""
    rates = Rates.of(rhythm, pace)
    return [rates.in_hour(key) * HOUR for key in range(HOURS)]


def items_a_day(members: Sequence[Member], pace: Pace) -> Sequence[float]:
    """Return the items a day of each source, on average over the week."""
    if not members:
        return ()
    hours = pooling.hourly(Fleet.of(members), pace) * HOUR
    return [float(one) for one in (5 * hours[:, :24].sum(axis=1) + 2 * hours[:, 24:].sum(axis=1)) / 7]


def fixed_pause(
    every: timedelta | None, failures: int, last: datetime | None, planned: datetime, push: str | None
) -> timedelta | None:
    """Return the pause that a source has at any price; while pushes come, that of the net. `push`: how that stands."""
    pause = pause_at_any_price(every, failures, last, planned)
    return pause or (NET if push == PROVEN else None)


def polls_a_day(members: Sequence[Member], pace: Pace, now: datetime) -> Sequence[float]:
    """Return the polls of each source in the 24 hours around now, as price, floors and fixed pauses have them."""
    if not members:
        return ()
    prices = np.array([pace.price_for(one.outlet, one.host) for one in members])
    return [float(one) for one in Demand.of(Fleet.of(members), pace, now).polls(prices)]


def foreseen(members: Sequence[Member], pace: Pace, now: datetime) -> Iterator[Foreseen]:
    """Yield the figures of each source. There may be many, so what is told of all is reckoned over all."""
    rhythms = Fleet.of(members).rhythms
    figures = zip(polls_a_day(members, pace, now), items_a_day(members, pace), strict=True)
    for ever, at, (polls, items) in zip(rhythms["polls"].tolist(), rhythms["at"].tolist(), figures, strict=True):
        yield Foreseen(polls=ever, polls_a_day=polls, items_a_day=items if at > 0 else None)


# What holds it --------------------------------------------------------------------------------------------------------


def _floors(stand: Stand, source: Source, now: datetime) -> Iterator[Floor]:
    """Yield what forbids a poll, or did so lately. Of an own server nothing does."""
    if source.own:
        return
    state, wishes = stand.state, stand.state.wishes
    if state.last_poll_at:
        yield Floor(name="least", says="a minute lies between two polls", until=state.last_poll_at + LEAST_PAUSE)
    if state.fresh_until and state.last_poll_at and state.fresh_until > state.last_poll_at:
        yield Floor(name="fresh", says=_fresh(state), until=state.fresh_until)
    if state.held_until:
        yield Floor(name="retry_after", says="the outlet asked for it (Retry-After)", until=state.held_until)
    if stand.hold and stand.hold.until:
        yield Floor(name="host", says=f"{stand.hold.host} asked for it", until=stand.hold.until)
    if stand.hold and stand.hold.pages_after and source.kind is SourceKind.PAGE:
        yield Floor(name="crawl_delay", says="robots.txt asks for it between pages", until=stand.hold.pages_after)
    if wishes.skip_hours or wishes.skip_days:
        yield Floor(name="skip", says=_skipped(stand.state), until=_skipped_until(stand.state, now))


def _fresh(state: SourceState) -> str:
    if state.validators.etag is None and state.validators.last_modified is None:
        return 'its server can\'t say "not modified": it is asked once an hour at most'
    asks = f"ttl of {state.wishes.ttl.total_seconds() / 60:.0f} min" if state.wishes.ttl else "max-age or Expires"
    return f"its last answer holds so long ({asks})"


def _skipped(state: SourceState) -> str:
    hours = ", ".join(map(str, sorted(state.wishes.skip_hours)))
    days = ", ".join(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in sorted(state.wishes.skip_days))
    return "the feed wants no visit " + " and ".join(
        filter(None, (hours and f"in the UTC hours {hours}", days and f"on {days}"))
    )


def _skipped_until(state: SourceState, now: datetime) -> datetime | None:
    until = wanted_from(now, state.wishes)
    return until if until > now else None


# Why then -------------------------------------------------------------------------------------------------------------


def _reasons(
    stand: Stand, source: Source, wait: Wait, floors: Sequence[Floor], now: datetime
) -> Iterator[tuple[Steered, str]]:
    """Yield what decides, in words; the first reason is the one."""
    state = stand.state
    if not stand.active:
        twin = f"{stand.twin_of} brings the same document" if stand.twin_of else "the watch config has it off"
        yield Steered.OFF, f"it is not polled: {twin}"
    if state.failures:
        code = state.fault.code if state.fault else "unknown"
        yield Steered.FAILING, f"its last {_times(state.failures, 'poll')} failed ({code}): the pause grows with each"
    if source.every:
        waits = "it waits for gaps of the outlet's other sources" if source.gaps_only else "it has a fixed pause"
        yield Steered.FIXED, f"{waits}: {_span(source.every)}"
    if state.last_poll_at is None or stand.learned.rhythm.at is None:
        yield Steered.FIRST, "it was not polled yet: first polls follow each other"
    if stand.push == PROVEN:
        yield Steered.PUSH, "pushes bring its news, so it is polled as a net only"
    if state.next_poll_at <= now and not room(stand.bucket, stand.allowed.paced, now).anyone:
        yield Steered.LIMIT, "it is due, and waits for the hourly limit: twice an hour's share of the budget is spent"
    yield _paced(stand, wait, floors)


def _paced(stand: Stand, wait: Wait, floors: Sequence[Floor]) -> tuple[Steered, str]:
    # What is planned counts from the last poll; the rhythm may have learned from a push since then.
    since = stand.state.last_poll_at or stand.state.next_poll_at
    planned = since + wait.pause
    holding = [floor for floor in floors if floor.until and floor.until > planned and floor.name != "least"]
    if holding and stand.state.next_poll_at > since + wait.pause * (1 + JITTER):
        last = max(holding, key=lambda floor: floor.until or planned)
        return Steered.FLOOR, f"its rhythm calls for {planned:%H:%M}Z, but {last.says}"
    return Steered.PACE, _BOUNDS.get(wait.capped_by or "") or _worth(wait)


_BOUNDS: Mapping[str, str] = {
    "least": "so much comes that it is polled as often as is allowed to anybody: once a minute",
    "longest": "so little comes that a poll a day has to do",
    "window": "later its document might no longer hold all that is new",
}


def _worth(wait: Wait) -> str:
    likely = f"{wait.awaited:.1f} items are likely by then"
    if wait.awaited < 1:
        likely = f"news is {100 * -math.expm1(-wait.awaited):.0f} % likely by then"
    return f"{likely}: from then on, to let them wait would cost more than a poll"


def _times(count: int, what: str) -> str:
    return what if count == 1 else f"{count} {what}s"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    return next(f"{seconds / size:g} {unit}" for size, unit in _UNITS if seconds >= size or size == 1)


_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
