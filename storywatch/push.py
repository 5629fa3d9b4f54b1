"""Push: subscriptions to hubs (WebSub, W3C Recommendation of January 2018). Pure; the times are arguments, in UTC.

A source that offers a hub is subscribed to there. While its pushes are proven it is polled only as a net; when two
items were found first by a poll, the push is broken, and it is polled as if there were none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch.errors import Fault
from storywatch.model import PushOffer, Visit

LEASE_WISHED = timedelta(days=10)
"""What we ask for: the WebSub recommendation's own default (section 8.2)."""
LONGEST_LEASE = timedelta(days=365)
RENEWED_AT = 0.8
"""Share of a lease after which it is renewed."""
SHORTEST_PAUSE = timedelta(minutes=1)
FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=24)
DENIED_BACKOFF = timedelta(hours=24)
LONGEST_DENIED_BACKOFF = timedelta(days=7)
LONGEST_RETRY_AFTER = timedelta(days=7)
FAREWELLS = 5
"""How often a hub is asked to end a subscription; what it doesn't confirm then ends with its lease."""
NET = timedelta(hours=6)
NET_PAUSES = 12
LONGEST_NET = timedelta(days=30)
"""The longest pause that a config can ask for; what is planned much further ahead counts as a mistake of the clock."""
WITHDRAWN_AFTER = 2
"""So many documents in a row without a hub mean that the source has none any more."""
BROKEN_AFTER = 2
"""So many items found first by a poll mean that the push is broken."""


class PushStanding(StrEnum):
    """Where a subscription to a hub stands. `ending`: the hub is asked to end it; then it is forgotten."""

    PENDING = "pending"
    ACTIVE = "active"
    DENIED = "denied"
    ENDING = "ending"


class HubMode(StrEnum):
    """What a hub is asked for, and what it asks back whether we meant it."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, kw_only=True, slots=True)
class PushState:
    """One subscription of a source to a topic at a hub.

    `id` is random: callback and secret derive from it and the key (`storywatch.callbacks`). `made_for` tells the key
    and public address that it was made with; empty while there is no push. `ask_at`: when the hub is asked next.
    `withdrawn`: documents in a row that named no hub. `promised_at`: a push was accepted then, and what it brings is
    not stored yet. `proven`: pushes bring the news. `missed`: items that a poll found first, since then. `failures`:
    requests since the last confirmation.
    """

    id: str
    source: str
    hub: str
    topic: str
    made_for: str
    standing: PushStanding
    ask_at: datetime
    withdrawn: int = 0
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None
    lease_until: datetime | None = None
    pushed_at: datetime | None = None
    promised_at: datetime | None = None
    proven: bool = False
    missed: int = 0
    failures: int = 0
    fault: Fault | None = None

    @property
    def mode(self) -> HubMode:
        """What the hub is to be asked for."""
        return HubMode.UNSUBSCRIBE if self.standing is PushStanding.ENDING else HubMode.SUBSCRIBE

    def is_live(self, now: datetime) -> bool:
        """Tell whether the hub owes us pushes."""
        return self.standing is PushStanding.ACTIVE and self.lease_until is not None and now < self.lease_until


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """What a hub pushed, its signature checked. `promised_at`: when it was accepted, as the subscription remembers."""

    subscription: str
    source: str
    promised_at: datetime
    body: bytes
    content_type: str | None


Change = Callable[[PushState], PushState | None]
"""A decision about a subscription: what becomes of it, itself if nothing does; None if it is forgotten."""


# What a source offers -------------------------------------------------------------------------------------------------


def wanted(
    offer: PushOffer | None, states: Iterable[PushState], source: str, *, made_for: str, new_id: str, now: datetime
) -> tuple[PushState, ...]:
    """Return what changes in the subscriptions of a source that just served a document with this offer.

    One that offers another hub or topic moves there. One that offers none keeps its subscription until the renewal
    (`on_asking`): an answer from a cache may lack the header.
    """
    living = [state for state in states if state.standing is not PushStanding.ENDING]
    if offer is None:
        return tuple(replace(state, withdrawn=state.withdrawn + 1) for state in living)
    kept = [state for state in living if (state.hub, state.topic, state.made_for) == (offer.hub, offer.topic, made_for)]
    if kept:
        return tuple(replace(state, withdrawn=0) for state in kept if state.withdrawn)
    begun = PushState(
        id=new_id,
        source=source,
        hub=offer.hub,
        topic=offer.topic,
        made_for=made_for,
        standing=PushStanding.PENDING,
        ask_at=now,
    )
    return (*(ended(state, now) for state in living), begun)


def ended(state: PushState, now: datetime) -> PushState:
    """Return a subscription that is no longer wanted; the hub is told so at once."""
    if state.standing is PushStanding.ENDING:
        return state
    return replace(
        state,
        standing=PushStanding.ENDING,
        ask_at=now,
        asked_at=None,
        promised_at=None,
        proven=False,
        missed=0,
        failures=0,
        fault=None,
    )


def remade(state: PushState, made_for: str, now: datetime) -> PushState | None:
    """Return a subscription as it begins anew, because the key or our address has changed; None if it was ending.

    What the hub still has can't be ended, for we answer there no longer: it gets 404, and ends with its lease.
    """
    if state.standing is PushStanding.ENDING:
        return None
    return PushState(
        id=state.id,
        source=state.source,
        hub=state.hub,
        topic=state.topic,
        made_for=made_for,
        standing=PushStanding.PENDING,
        ask_at=now,
    )


# Asking the hub -------------------------------------------------------------------------------------------------------


def on_asking(state: PushState, now: datetime) -> PushState | None:
    """Return the subscription as the hub is about to be asked, so that its question back finds it.

    Until the hub has confirmed, each request counts as failed. What the source no longer offers ends instead. What
    ended is forgotten when the hub knows nothing of it, when its lease is over, or when the hub was told often enough.
    """
    if state.ask_at > now:
        return state
    if state.standing is PushStanding.ENDING:
        known_there = state.lease_until is not None and now < state.lease_until
        if not known_there or state.failures >= FAREWELLS:
            return None
    elif state.withdrawn >= WITHDRAWN_AFTER:
        return on_asking(ended(state, now), now)
    lapsed = state.standing is not PushStanding.ENDING and not state.is_live(now)
    pause = _backoff(state.failures, FIRST_BACKOFF, LONGEST_BACKOFF)
    return replace(
        state,
        standing=PushStanding.PENDING if lapsed else state.standing,
        proven=state.proven and not lapsed,
        asked_at=now,
        ask_at=now + pause,
        failures=state.failures + 1,
    )


def is_asked(after: PushState | None, now: datetime) -> bool:
    """Tell whether `on_asking` decided to ask."""
    return after is not None and after.asked_at == now


def after_refusal(state: PushState, fault: Fault, now: datetime) -> PushState:
    """Return the subscription after the hub couldn't be asked or refused, unless it has confirmed meanwhile."""
    if state.asked_at is None or (state.confirmed_at is not None and state.confirmed_at >= state.asked_at):
        return state
    pause = min(fault.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return replace(state, fault=fault, ask_at=max(state.ask_at, now + pause))


def _backoff(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    return min(first * 2.0 ** min(failures, 12), longest)


# What the hub asks back -----------------------------------------------------------------------------------------------


def is_meant(state: PushState, mode: HubMode, topic: str) -> bool:
    """Tell whether we want what the hub asks about (section 5.3); the topic counts to the letter.

    A hub may ask about an active subscription again, to see whether it is still wanted.
    """
    if topic != state.topic or mode is not state.mode:
        return False
    return state.standing is PushStanding.ACTIVE or (
        state.standing is not PushStanding.DENIED and state.asked_at is not None
    )


def after_verification(state: PushState, mode: HubMode, lease: timedelta | None, now: datetime) -> PushState | None:
    """Return the subscription after the hub got its challenge back; None when that ended it.

    `lease` is what the hub granted; a hub that says nothing is taken to grant what we asked for.
    """
    if mode is HubMode.UNSUBSCRIBE:
        return None
    granted = min(LEASE_WISHED if lease is None else lease, LONGEST_LEASE)
    return replace(
        state,
        standing=PushStanding.ACTIVE,
        confirmed_at=now,
        lease_until=now + granted,
        ask_at=renew_at(now, granted),
        failures=0,
        fault=None,
    )


def renew_at(granted_at: datetime, lease: timedelta) -> datetime:
    """Return when a lease is renewed: at 80 % of it, and not within a minute, however short it is."""
    return granted_at + max(lease * RENEWED_AT, SHORTEST_PAUSE)


def after_denial(state: PushState, topic: str, reason: str, now: datetime) -> PushState | None:
    """Return the subscription after the hub denied it or took it back (section 5.2); None when it was to end anyway."""
    if topic != state.topic:
        return state
    if state.standing is PushStanding.ENDING:
        return None
    times = state.failures if state.standing is PushStanding.DENIED else max(state.failures - 1, 0)
    return replace(
        state,
        standing=PushStanding.DENIED,
        ask_at=now + _backoff(times, DENIED_BACKOFF, LONGEST_DENIED_BACKOFF),
        lease_until=None,
        promised_at=None,
        proven=False,
        missed=0,
        fault=Fault(code="hub_denied", message=f"the hub denies the subscription: {reason or 'it gives no reason'}"),
    )


# What comes, and what should have come --------------------------------------------------------------------------------


def on_push(state: PushState, now: datetime) -> PushState:
    """Return the subscription with a push that was accepted, before anything of it is stored."""
    return replace(state, promised_at=now)


def after_push(state: PushState, promised_at: datetime, *, brought_news: bool) -> PushState:
    """Return the subscription after what was pushed is stored. What it brought as news proves it."""
    return replace(
        state,
        pushed_at=promised_at,
        promised_at=None if state.promised_at == promised_at else state.promised_at,
        proven=state.proven or (brought_news and state.standing is PushStanding.ACTIVE),
        missed=0 if brought_news else state.missed,
    )


def after_poll(state: PushState, *, found: int, began: datetime) -> PushState:
    """Return the subscription after a poll that succeeded and found so many items that nobody had seen.

    A poll that a push called for brings that push's news. `began`: when it did.
    """
    if state.standing is not PushStanding.ACTIVE:
        return state
    if state.promised_at is not None and state.promised_at <= began:
        return after_push(state, state.promised_at, brought_news=found > 0)
    missed = state.missed + found
    return replace(state, missed=missed, proven=state.proven and missed < BROKEN_AFTER)


def after_visit(
    states: Sequence[PushState],
    visit: Visit,
    source: str,
    *,
    found: int,
    began: datetime,
    made_for: str,
    new_id: str,
    now: datetime,
) -> tuple[PushState, ...]:
    """Return the subscriptions of a source after a visit that succeeded and found so many items that were new.

    Says the visit that nothing changed, it says nothing of hubs either, unless its header does.
    """
    polled = [after_poll(state, found=found, began=began) for state in states]
    document = visit.document
    offer = visit.push or (document.push if document else None)
    if offer is None and (document is None or visit.partial):
        return tuple(polled)
    changed = wanted(offer, polled, source, made_for=made_for, new_id=new_id, now=now)
    return tuple({state.id: state for state in (*polled, *changed)}.values())


def poll_floor(push: PushState | None, every: timedelta, now: datetime) -> timedelta:
    """Return the pause before the next poll that proven pushes allow; zero when the source is polled normally.

    Never beyond the lease: who gets no pushes any more is polled.
    """
    if push is None or not push.proven or push.lease_until is None or not push.is_live(now):
        return timedelta()
    return min(max(NET, NET_PAUSES * every), LONGEST_NET, push.lease_until - now)


def of_source(states: Sequence[PushState]) -> PushState | None:
    """Return the subscription that counts for a source, of all that it has and had."""
    return next((state for state in states if state.standing is not PushStanding.ENDING), None)
