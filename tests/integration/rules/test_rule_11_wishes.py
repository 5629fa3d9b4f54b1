"""Rule 11: ttl is a floor, of a day at most; in skipHours and on skipDays nobody polls; sy:updatePeriod is a hint."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.rules.office import QUARTER, a_feed, office
from tests.support.web import in_turn, reply, rss, serving

HOUR = timedelta(hours=1)
HOURS = "<skipHours><hour>18</hour><hour>19</hour></skipHours>"  # it is 18:00, Thursday
DAYS = "<skipDays><day>Thursday</day><day>Friday</day></skipDays>"
ALL = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>"


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("<ttl>60</ttl>", HOUR),
        ("<ttl> 60 </ttl>", HOUR),
        ("<ttl>5</ttl>", QUARTER),
        ("<ttl>0</ttl>", QUARTER),
        ("<ttl>-60</ttl>", QUARTER),
        ("<ttl>often</ttl>", QUARTER),
        ("<ttl>99999</ttl>", timedelta(days=1)),
        (HOURS, 2 * HOUR),
        (DAYS, timedelta(hours=30)),
        (HOURS + "<skipDays><day>Thursday</day></skipDays>", timedelta(hours=6)),
        ("<ttl>90</ttl>" + HOURS, 2 * HOUR),
        (ALL, QUARTER),
        ("<skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays>", QUARTER),
        (
            "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>daily</sy:updatePeriod>",
            QUARTER,
        ),
    ],
)
async def test_rule_11_what_a_feed_asks_for(said: str, pause: timedelta, tmp_path: Path) -> None:
    """What can't be meant counts for nothing."""
    page = reply(rss("A", head_extra=said), headers={"ETag": '"1"'})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        assert await desk.pause() == pause


async def test_rule_11_a_retry_respects_them_too(tmp_path: Path) -> None:
    """A failure is no reason to come at night."""
    page = in_turn(reply(rss("A", head_extra=HOURS), headers={"ETag": '"1"'}), reply(status=500))
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll_when_due()
        desk.pass_by(timedelta(hours=23, minutes=50))  # 17:50 on the next day
        await desk.poll()
        assert await desk.pause() == timedelta(hours=2, minutes=10)


async def test_rule_11_who_is_late_waits_for_the_next_wanted_hour(tmp_path: Path) -> None:
    """It was due at 17:55; the daemon comes back at 18:05, in an hour that the feed asks to skip."""
    page = reply(rss("A", head_extra=HOURS), headers={"ETag": '"1"'})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        desk.pass_by(timedelta(hours=24, minutes=5))
        result = await desk.poll()
        assert (result.fault and result.fault.code, len(site.visits())) == ("held", 1)
        assert await desk.pause() == timedelta(hours=1, minutes=55)
        await desk.poll_when_due()  # the control: then it is visited
    assert len(site.visits()) == 2
