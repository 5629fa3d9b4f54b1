"""Who is told besides the subscribers of the watch config, and who is told no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storywatch.model.declared import QuietHours, Subscriber, Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Readers who subscribed by themselves, and whom no message may reach.

    `readers`: by id, `subscriptions`: theirs, by id; confirmed ones only. `left`: pairs of a normalised mail address,
    or a subscriber's id for other channels, and an event's id, or an empty text for everything. `unreachable`:
    normalised mail addresses that bounce or complain.
    """

    readers: Mapping[str, Subscriber] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    left: frozenset[tuple[str, str]] = frozenset()
    unreachable: frozenset[str] = frozenset()


def address_key(email: str) -> str:
    """Return the form of a mail address by which people are known: case does not count, on either side of the @."""
    return email.strip().casefold()


class Pace(StrEnum):
    """When a reader hears of news."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How a reader wants to hear of an event. `time_zone`: an IANA name, for the hours of digests."""

    event: str
    pace: Pace = Pace.AT_ONCE
    quiet: QuietHours | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Somebody who subscribed by an own hand. `email` is the address as it was given."""

    id: str
    email: str
    created: datetime
    confirmed: datetime | None = None
    left: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A subscription of a reader. It stands from `agreed` on until it is `left`."""

    id: str
    reader: str
    wish: Wish
    asked: datetime
    agreed: datetime | None = None
    left: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether messages may go out for it."""
        return self.agreed is not None and self.left is None

    @property
    def waits(self) -> bool:
        """Whether it was asked for and is not confirmed yet."""
        return not self.stands and (self.left is None or self.left < self.asked)


class LeftBy(StrEnum):
    """How somebody said that they want no more."""

    ONE_CLICK = "one-click"
    PAGE = "page"
    OPERATOR = "operator"


class SuppressionReason(StrEnum):
    """Why nothing is sent to an address."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """A mail address that nothing is sent to. `evidence`: what the other side said."""

    address: str
    reason: SuppressionReason
    at: datetime
    evidence: str = ""


COMPLAINT = "complaint"
"""The status of a mail that its receiver called spam."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """A mail that came back. `status`: an enhanced status (RFC 3463) or `COMPLAINT`.

    `delivery`: which one it was, as far as that is proven. Without one it is counted and means nothing.
    """

    id: str
    address: str
    delivery: str | None
    status: str
    at: datetime
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is known right before a delivery is sent of the one who would get it.

    `left`: they want no more of all that it tells. `suppressed`: the address bounces or complains. `reader`: who it is,
    if they subscribed by themselves.
    """

    left: bool = False
    suppressed: bool = False
    reader: Subscriber | None = None
