"""The named steps of a poll, of a digest and of a delivery, for tests that end the process at each of them.

The use cases say when they reach a step; what then happens is the composition root's matter: nothing, usually.
"""

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    """A point between two effects. Killing the process at any of them must lose nothing and show nothing twice."""

    POLL_CLAIMED = "poll.claimed"
    POLL_FETCHED = "poll.fetched"
    POLL_PARSED = "poll.parsed"
    POLL_SAVED = "poll.saved"
    POLL_COMMITTED = "poll.committed"
    DIGEST_COMPOSED = "digest.composed"
    DIGEST_COMMITTED = "digest.committed"
    DELIVERY_CLAIMED = "delivery.claimed"
    DELIVERY_SENT = "delivery.sent"
    DELIVERY_SETTLED = "delivery.settled"


Reached = Callable[[Step], None]


def ignore(step: Step) -> None:
    """Do nothing at a step."""
