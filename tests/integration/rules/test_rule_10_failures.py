"""Rule 10: how long a failing source is left alone, by what it says. It is never given up, and recovers by itself."""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.model import AlarmKind
from storywatch.watch import PollOutcome
from tests.integration.rules.office import QUARTER, Office, a_feed, office
from tests.support.web import Answer, in_turn, raw, reply, rss, serving

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
GOOD = reply(rss("A"), headers={"ETag": '"1"'})


async def pauses_over(desk: Office, span: timedelta) -> list[timedelta]:
    """Poll whenever it is due for so long, and return the pauses."""
    end = desk.clock.now + span
    pauses: list[timedelta] = []
    while desk.clock.now < end:
        await desk.poll_when_due()
        pauses.append(await desk.pause())
    return pauses


async def test_rule_10_gone_is_looked_at_once_a_week(tmp_path: Path) -> None:
    """From the first 410 on. The operator is told at once, and its items stay."""
    async with serving({"/feed": GOOD}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        site.pages["/feed"] = reply(status=410)
        result = await desk.poll_when_due()
        assert [alarm.kind for alarm in result.raised] == [AlarmKind.GONE]
        assert await desk.pause() == WEEK
        assert await pauses_over(desk, 3 * WEEK) == [WEEK] * 3
        assert await desk.titles() == ["A"]


@pytest.mark.parametrize(("status", "hopeless"), [(404, 30), (401, 7), (403, 7)])
async def test_rule_10_missing_or_forbidden_climbs_to_a_day_then_to_a_week(
    status: int, hopeless: int, tmp_path: Path
) -> None:
    """A 404 after thirty days, a refusal after seven."""
    async with (
        serving({"/feed": reply(status=status)}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,)) as desk,
    ):
        pauses = await pauses_over(desk, timedelta(days=hopeless + 8))
    climb = [QUARTER * 2**number for number in range(7)]
    assert pauses[:8] == [*climb, DAY]
    assert set(pauses[8:]) == {DAY, WEEK}
    assert pauses == sorted(pauses)
    assert sum(pauses[: pauses.index(WEEK)], timedelta()) >= timedelta(days=hopeless)
    assert len(site.visits()) == len(pauses)


@pytest.mark.parametrize("page", [reply(status=500), reply(status=503), raw(b"HTTP/1.1 nonsense\r\n\r\n")])
async def test_rule_10_a_server_that_fails_is_visited_every_six_hours_then_daily(page: Answer, tmp_path: Path) -> None:
    """A day once it has been failing for three."""
    async with serving({"/feed": GOOD}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        site.pages["/feed"] = page
        worked = desk.clock.now
        pauses: list[tuple[timedelta, timedelta]] = []
        while desk.clock.now - worked < timedelta(days=5):
            await desk.poll_when_due()
            pauses.append((desk.clock.now - worked, await desk.pause()))
    assert max(pause for since, pause in pauses if since < timedelta(days=3)) == timedelta(hours=6)
    assert {pause for since, pause in pauses if since >= timedelta(days=3)} == {DAY}


@pytest.mark.parametrize("status", [410, 404, 403, 500])
async def test_rule_10_what_comes_back_is_polled_as_before(status: int, tmp_path: Path) -> None:
    """Nobody has to do anything."""
    page = in_turn(*[reply(status=status)] * 5, GOOD)
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(5):
            await desk.poll_when_due()
        result = await desk.poll_when_due()
        assert result.outcome is PollOutcome.NEW
        assert {alarm.kind for alarm in result.ended} <= {AlarmKind.GONE, AlarmKind.BLOCKED, AlarmKind.FAILING}
        assert result.ended
        assert await desk.pause() == QUARTER
