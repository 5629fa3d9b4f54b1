"""Rule 5: an identical body is no change. A server that can't say so is visited once an hour at most."""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.watch import PollOutcome
from tests.integration.rules.office import QUARTER, a_feed, office
from tests.support.web import Answer, in_turn, reply, rss, serving

BODY = rss("Blast at the airport")
HOUR = timedelta(hours=1)
OFTEN = in_turn(*(reply(BODY, headers={"ETag": f'"{number}"'}) for number in range(3)))


@pytest.mark.parametrize(
    ("page", "pauses"),
    [
        (reply(BODY), [HOUR, HOUR]),
        (reply(BODY, headers={"ETag": '"1"'}), [QUARTER, HOUR]),
        (OFTEN, [QUARTER, HOUR]),
        (in_turn(reply(BODY, headers={"ETag": '"1"'}), reply(status=304)), [QUARTER, QUARTER]),
    ],
    ids=["none", "sent and ignored", "another each time", "working"],
)
async def test_rule_05_without_working_validators_once_an_hour(
    page: Answer, pauses: list[timedelta], tmp_path: Path
) -> None:
    """The last one is the control."""
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        seen = []
        outcomes = []
        for _ in pauses:
            outcomes.append((await desk.poll_when_due()).outcome)
            seen.append(await desk.pause())
    assert seen == pauses
    assert outcomes == [PollOutcome.NEW, PollOutcome.UNCHANGED]


async def test_rule_05_an_own_server_is_visited_as_often_as_its_operator_says(tmp_path: Path) -> None:
    """It is theirs to load."""
    async with (
        serving({"/feed": reply(BODY)}) as site,
        office(tmp_path, a_feed(site.url(), own=True, every=timedelta(minutes=1)), sites=(site,)) as desk,
    ):
        await desk.poll()
        assert await desk.pause() == timedelta(minutes=1)
