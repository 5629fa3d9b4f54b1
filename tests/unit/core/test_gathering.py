"""What releases cost: `storywatch.gathering`, on stores that count."""

from collections.abc import Iterator

from storywatch.gathering import Gathering
from storywatch.model import Audience, ChannelKind, Subscription
from storywatch.telling import alert_for
from storywatch.timing import Timed
from tests.support.fakes import FakeChannel, FakeClock, FakeGatherings
from tests.support.owed import an_owed
from tests.support.samples import DESK_MAIL, NOW, a_config


class OnlyAsked(dict[str, Subscription]):
    """Subscriptions that may be looked up, and not be gone through."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all subscriptions were gone through")

    def keys(self) -> object:  # type: ignore[override]  # {**these} asks for it
        raise AssertionError("all subscriptions were copied")


async def test_a_round_looks_each_waiting_subscription_up() -> None:
    """It copies no readers: there may be ten thousand, and as many subscriptions wait."""
    gatherings = FakeGatherings(people=Audience(subscriptions=OnlyAsked()))
    gathering = Gathering(gatherings=gatherings, channels={ChannelKind.EMAIL: FakeChannel()}, clock=FakeClock(NOW))
    gatherings.keep(alert_for(Timed(owed=an_owed("a1"), release=NOW.replace(year=2031)), FakeChannel()))
    assert await gathering.bring_forward(a_config(subscriptions=(DESK_MAIL,))) == 1
