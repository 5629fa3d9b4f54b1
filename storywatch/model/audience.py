"""Who is told besides the subscribers of the watch config, and who is told no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storywatch.model.declared import Subscriber, Subscription


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
