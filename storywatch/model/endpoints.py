"""Endpoints: where lanes end. What is remembered of one that fails."""

from dataclasses import dataclass
from datetime import datetime

from storywatch.model.declared import ChannelKind

_SHOWN_IN_PART = (ChannelKind.WEBHOOK, ChannelKind.APPRISE)


def lane_of(channel: ChannelKind, address: str, subscriber: str) -> str:
    """Return the lane of a delivery: one for each receiver.

    Where an address is shown in part, as it is half a secret, subscribers who share what is shown share nothing else.
    """
    return f"{channel.value}:{address}" + (f" {subscriber}" if channel in _SHOWN_IN_PART else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """How a lane's receiver stands. One that took its last delivery has nothing but its lane.

    `failing_since`, `failures`: since the last success. `throttled_until`: nothing is sent before. `disabled_at`: since
    when nothing is sent, until an operator enables it; `reason` says why. `told_at`: when operators were told.
    """

    lane: str
    failing_since: datetime | None = None
    failures: int = 0
    throttled_until: datetime | None = None
    disabled_at: datetime | None = None
    reason: str | None = None
    told_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Tell whether there is nothing to remember."""
        return not self.failures and self.disabled_at is None
