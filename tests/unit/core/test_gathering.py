"""What releases cost: `storywatch.gathering`, on stores that count."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from storywatch.digesting import Bundle
from storywatch.gathering import Gathering
from storywatch.model import Audience, ChannelKind, Subscription
from storywatch.ports import GatheredAlert
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


def counting(calls: Counter[str], name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method, which counts its calls."""

    def counted(*args: Any) -> Any:
        calls[name] += 1
        return method(*args)

    return counted


async def test_the_work_of_a_release_grows_with_what_was_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with its square: no alert or update is compared with all others."""
    calls: Counter[str] = Counter()
    monkeypatch.setattr(GatheredAlert, "__eq__", counting(calls, "alerts", GatheredAlert.__eq__))
    monkeypatch.setattr(Bundle, "__hash__", counting(calls, "bundles", Bundle.__hash__))
    gatherings, channel, many = FakeGatherings(), FakeChannel(), 200
    for number in range(many):
        owed = an_owed(f"a{number:03}")
        owed = replace(owed, update=replace(owed.update, id=f"u{number}"))
        gatherings.keep(alert_for(Timed(owed=owed, release=NOW), channel))
    gathering = Gathering(gatherings=gatherings, channels={ChannelKind.EMAIL: channel}, clock=FakeClock(NOW))
    record = await gathering.release("desk-mail", a_config(subscriptions=(DESK_MAIL,)))
    assert record is not None
    assert len(record.carried) == many
    assert calls["alerts"] < many
    assert calls["bundles"] < 3 * many
