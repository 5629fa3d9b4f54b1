"""Who hears of news: `storywatch.alerting`."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from storywatch.alerting import alerts_for
from storywatch.calendar import Span
from storywatch.developments import KnownUpdate, development
from storywatch.model import Audience, ChannelKind, Match
from storywatch.openings import Opening, Place
from storywatch.updates import Past, PastReport, as_past, place
from tests.support.fakes import FakeChannel
from tests.support.samples import DESK_MAIL, KABUL, NOW, a_config, an_item


class NothingKnown:
    """A `TellingTransaction` of an empty store."""

    async def history(self, event: str) -> tuple[PastReport, ...]:
        """Return no report."""
        return ()

    async def known_updates(self, updates: Iterable[str]) -> Mapping[str, KnownUpdate]:
        """Return no update."""
        return {}

    async def differences(self, event: str, items: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return no change."""
        return {}

    async def last_number(self, event: str) -> int:
        """Return that there was none."""
        return 0

    async def sent_within(self, spans: Mapping[str, Span]) -> Mapping[str, int]:
        """Return that nothing was sent."""
        return {}

    async def openings(self, reports: Collection[Place]) -> Mapping[Place, Opening]:
        """Return no report."""
        assert not reports
        return {}

    async def audience(self, events: Collection[str], keys: Collection[str]) -> Audience:
        """Return nobody."""
        return Audience()


async def test_others_have_their_turn_after_each_alert() -> None:
    """Thousands may want to hear of one report."""
    config = a_config(subscriptions=tuple(replace(DESK_MAIL, id=f"s{number}") for number in range(50)))
    item, turns = an_item(), 0
    placed = place(item, KABUL.id, Past())
    assert placed is not None
    match = Match(event=KABUL.id, item=item.id, revision=1, accepted=True, score=0.9)

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    channels = {kind: FakeChannel() for kind in ChannelKind}
    alerts = await alerts_for([development(item, match, placed, Past())], config, channels, NothingKnown(), NOW)
    beside.cancel()
    assert len(alerts) == 50
    assert turns >= 50


async def test_two_reports_of_one_document_make_an_update_enough() -> None:
    """It is told by the first, which is not stored yet: a wire copy, then the outlet's own text."""
    past, developments = Past(), []
    for item, origin in ((an_item(), "agency:ap"), (an_item(item="i2"), "outlet:nyt")):
        placed = place(item, KABUL.id, past)
        assert placed is not None
        placed = replace(placed, report=replace(placed.report, origin=origin))
        match = Match(event=KABUL.id, item=item.id, revision=1, accepted=True, score=0.9)
        developments.append(development(item, match, placed, past))
        past.add(as_past(item, placed))
    channel = FakeChannel()
    channels = dict.fromkeys(ChannelKind, channel)
    config = a_config(subscriptions=(replace(DESK_MAIL, least_origins=2),))
    [alert] = await alerts_for(developments, config, channels, NothingKnown(), NOW)
    [owed] = channel.owed
    assert (alert.item, owed.item.id, owed.report) == ("i1", "i1", developments[0].report)
    assert owed.report.news.lead
