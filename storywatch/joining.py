"""How people subscribe by an own hand, choose how they hear of news, and leave: what the links in mails lead to.

Whoever has a link has read the mail that it stood in, so nobody logs in. Only a confirmed address gets news.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storywatch.audience import is_reader, key_of, reader_id, subscriber_of, subscription_id, subscription_of
from storywatch.model import (
    ChannelKind,
    Event,
    LeftBy,
    Message,
    OwedConfirmation,
    Pace,
    QuietHours,
    Reader,
    Subscription,
    Wanted,
    WatchConfig,
    Wish,
    address_key,
)
from storywatch.page_links import PageLinks
from storywatch.ports import Clock, People
from storywatch.timing import releases
from storywatch.wishes import wants

CONFIRM_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Whoever a link was made for. `keys`: by what it is known that they left; `reader`: if by an own hand."""

    subscriber: str
    keys: tuple[str, ...]
    reader: Reader | None = None
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """An event that somebody gets, or got until they left it. `wish`: how, for a reader's own; else it was declared."""

    event: str
    gets: bool
    wish: Wish | None = None
    digest: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What somebody chose: an event with when to hear of it, where that is theirs to choose; None for nothing."""

    paces: Mapping[str, Pace | None]
    quiet: QuietHours | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class Joining:
    """Takes what people ask for. `compose` writes the mail that asks whether it is meant."""

    people: People
    config: WatchConfig
    links: PageLinks
    compose: Callable[[OwedConfirmation], Message]
    clock: Clock

    async def ask(self, email: str, events: Sequence[Event], pace: Pace) -> None:
        """Ask the owner of an address whether this is meant. Raises `ComposeError` for an address that can't be used.

        Whether the address is known makes no difference that could be seen.
        """
        now = self.clock()
        known = await self.people.find_address(email)
        reader = known or Reader(id=reader_id(self.links.settings.key, email), email=email, created=now)
        like = next((one.wish for one in await self.people.wanted(reader.id) if one.stands), Wish(event=""))
        wanted = [
            Wanted(
                id=subscription_id(reader.id, event.id),
                reader=reader.id,
                wish=replace(like, event=event.id, pace=pace),
                asked=now,
            )
            for event in events
        ]
        owed = self._confirmation(reader, events, now)
        await self.people.ask(reader, wanted, owed.id, self.compose(owed))

    def _confirmation(self, reader: Reader, events: Sequence[Event], now: datetime) -> OwedConfirmation:
        until = now + CONFIRM_WITHIN
        said = "\0".join((reader.id, until.isoformat(), *(event.id for event in events)))
        derived = hashlib.sha256(said.encode()).hexdigest()
        return OwedConfirmation(
            id="c" + derived[:30],
            created=now,
            subscriber=subscriber_of(reader),
            events=tuple(event.title for event in events),
            link=self.links.confirm(reader.id, until),
            until=until,
        )

    async def waiting(self, reader: str) -> Sequence[Wanted]:
        """Return what waits for a reader's word."""
        since = self.clock() - CONFIRM_WITHIN
        return [one for one in await self.people.wanted(reader) if one.waits and one.asked > since]

    async def agree(self, reader: str, subscriptions: Collection[str], words: str) -> Sequence[Wanted]:
        """Let what waits and was named stand, and return it. `words`: what was agreed to."""
        named = [one.id for one in await self.waiting(reader) if one.id in subscriptions]
        return await self.people.agree(reader, named, words, self.clock())

    async def visitor(self, subscriber: str, subscription: str | None = None) -> Visitor | None:
        """Return whoever a link was made for; with a subscription, by its channel alone. None if nobody knows them."""
        if is_reader(subscriber):
            reader = await self.people.find(subscriber)
            return Visitor(subscriber=subscriber, keys=(address_key(reader.email),), reader=reader) if reader else None
        declared = self.config.subscribers.get(subscriber)
        theirs = [one for one in self.config.subscriptions.values() if one.subscriber == subscriber and not one.alarms]
        named = self.config.subscriptions.get(subscription) if subscription else None
        if declared is None or (subscription and named is None):
            return await self._gone(subscriber, subscription)
        channels: list[ChannelKind] = [named.channel] if named else [one.channel for one in theirs]
        keys = dict.fromkeys(key_of(declared, channel) for channel in channels)
        return Visitor(subscriber=subscriber, keys=tuple(keys), subscriptions=tuple(theirs))

    async def _gone(self, subscriber: str, subscription: str | None) -> Visitor | None:
        """Return who got the mails of a subscription that the watch config has no more: they may be declared anew."""
        email = await self.people.last_address(subscription) if subscription else None
        return Visitor(subscriber=subscriber, keys=(address_key(email),)) if email else None

    async def leave(self, visitor: Visitor, event: str, by: LeftBy) -> None:
        """Send nothing more of an event, or of anything if it is empty."""
        for key in visitor.keys:
            await self.people.leave(key, event, by, self.clock())

    async def choices(self, visitor: Visitor) -> Sequence[Choice]:
        """Return what somebody gets and what they left."""
        if visitor.reader is not None:
            agreed = (one for one in await self.people.wanted(visitor.reader.id) if one.agreed)
            return [Choice(event=one.wish.event, gets=one.stands, wish=one.wish) for one in agreed]
        left = await self.people.left(visitor.keys[0]) if visitor.keys else {}
        return [
            Choice(event=event.id, gets="" not in left and event.id not in left, digest=one.digest is not None)
            for event in self.config.events.values()
            for one in visitor.subscriptions
            if _is_first_for(one, event, visitor.subscriptions)
        ]

    async def choose(self, visitor: Visitor, chosen: Chosen, words: str) -> None:
        """Let things be as chosen. `words`: what who comes back agrees to."""
        choices = [one for one in await self.choices(visitor) if one.event in chosen.paces]
        for one in choices:
            wanted = chosen.paces[one.event] is not None
            if wanted and not one.gets:
                await self._rejoin(visitor, one.event, words)
            elif one.gets and not wanted:
                await self.leave(visitor, one.event, LeftBy.PAGE)
        if visitor.reader is not None:
            wishes = [
                Wish(event=event, pace=pace, quiet=chosen.quiet, time_zone=chosen.time_zone)
                for event, pace in chosen.paces.items()
                if pace is not None
            ]
            now = self.clock()
            released = {wish: releases(subscription_of(visitor.reader.id, wish), now) for wish in wishes}
            await self.people.change(visitor.reader.id, released)

    async def _rejoin(self, visitor: Visitor, event: str, words: str) -> None:
        """Take it back that somebody left an event. If they had left everything, the rest stays left."""
        for key in visitor.keys:
            left_all = "" in await self.people.left(key) and visitor.reader is None
            for other in self.config.events if left_all else ():
                await self.people.leave(key, other, LeftBy.PAGE, self.clock())
            if left_all:
                await self.people.rejoin(key, "", words, self.clock())
            await self.people.rejoin(key, event, words, self.clock())


def _is_first_for(subscription: Subscription, event: Event, subscriptions: Sequence[Subscription]) -> bool:
    """Tell whether a subscription is for an event, and the first that is."""
    return next((one for one in subscriptions if wants(one, event)), None) is subscription
