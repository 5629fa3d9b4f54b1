"""The work of the daemon: `scheduler.work`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from scheduler.work import DeliveryWork, poll_lease
from spiders.parsing.limits import limits_of
from storywatch.dispatch import Dispatch
from storywatch.errors import DeliveryError
from storywatch.model import ChannelKind, Delivery, Limits, Message, Settings
from storywatch.ports import Channel
from tests.support.fakes import FakeChannel, FakeClock, FakeOutbox
from tests.support.samples import NOW, a_config


@pytest.mark.parametrize("cpu", [timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=2)])
def test_a_lease_outlasts_the_longest_visit(cpu: timedelta) -> None:
    """The way to the document, and the longest that its parse may take, whatever the settings permit."""
    settings = Settings(database="", contact="c", timeout=timedelta(seconds=50), limits=Limits(parse_cpu=cpu))
    longest = settings.timeout + timedelta(seconds=limits_of(settings).patience)
    assert poll_lease(settings) > longest + timedelta(minutes=1)


@dataclass
class Lane(FakeOutbox):
    """A lane of so many deliveries, each of which can be taken once."""

    left: int = 5

    async def claim_deliveries(self, lane: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
        """Hand out the next one."""
        if not self.left:
            return ()
        self.left -= 1
        message = Message(address="desk@news.example", body=b"", content_type="text/plain")
        return (
            Delivery(
                id=f"a{self.left}",
                subscription="desk-mail",
                subscriber="desk",
                channel=ChannelKind.EMAIL,
                message=message,
                created=NOW,
                attempt=1,
                token="ours",
            ),
        )


def work_on(lane: Lane, *answers: DeliveryError | None, probes: bool = False) -> DeliveryWork:
    """Return the work on a lane whose receiver answers so."""
    channels: Mapping[ChannelKind, Channel] = {ChannelKind.EMAIL: FakeChannel(answers=list(answers))}
    clock = FakeClock()
    dispatch = Dispatch(outbox=lane, channels=channels, clock=clock, dice=lambda: 0.5)
    runtime: Any = SimpleNamespace(dispatch=dispatch, plan=SimpleNamespace(config=a_config()))
    return DeliveryWork(outbox=lane, clock=clock, current=lambda: runtime, probes=probes)


BROKEN = DeliveryError("smtp_deferred", "no")


@pytest.mark.parametrize(
    ("answers", "probes", "left"),
    [
        ((), False, 0),  # a lane that is well is worked until nothing is due
        ((None, BROKEN), False, 3),  # one that fails gives its place up with the first failure
        ((), True, 4),  # one that is probed gets one attempt, well or not
        ((BROKEN,), True, 4),
    ],
)
async def test_a_lane_keeps_its_place_as_long_as_it_is_well(
    answers: tuple[DeliveryError | None, ...], *, probes: bool, left: int
) -> None:
    """So that no number of receivers that hang takes the places of those that answer."""
    lane = Lane()
    await work_on(lane, *answers, probes=probes)("email:desk@news.example")
    assert lane.left == left


async def test_a_delivery_that_says_nothing_of_its_receiver_leaves_the_lane_its_place() -> None:
    """The negative control: a bug that one delivery brings out is not the lane's."""
    lane = Lane()
    await work_on(lane, DeliveryError("internal", "a bug"))("email:desk@news.example")
    assert lane.left == 0
