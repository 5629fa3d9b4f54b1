"""Rule 20: the server's Date is what freshness is measured by, and a clock that is a minute off is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.integration.rules.office import a_feed, office
from tests.support.web import Headers, reply, rss, serving


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"Date": "Thu, 26 Aug 2021 18:01:00 GMT"}, None),
        ({"Date": "Thu, 26 Aug 2021 17:59:00 GMT"}, None),
        ({"Date": "Thu, 26 Aug 2021 18:01:01 GMT"}, 61),
        ({"Date": "Thu, 26 Aug 2021 10:00:00 GMT"}, -8 * 3600),
        ({"Date": "Thursday, 26-Aug-21 19:00:00 GMT"}, 3600),
        ({"Date": "Thu, 26 Aug 2021 17:00:00 GMT", "Age": "3600"}, None),
        ({"Date": "today"}, None),
        ({}, None),
    ],
)
async def test_rule_20_a_clock_that_is_off_is_told(said: Headers, seconds: int | None, tmp_path: Path) -> None:
    """What came out of a cache says nothing of it."""
    page = reply(rss("A"), headers={"ETag": '"1"', **said})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        with capture_logs() as log:
            await desk.poll()
    told = [line["seconds"] for line in log if line["event"] == "clock_skew"]
    assert told == ([] if seconds is None else [seconds])


async def test_rule_20_freshness_goes_by_the_servers_clock(tmp_path: Path) -> None:
    """It is a year ahead: by our clock its Expires would be a year away."""
    said = {"Date": "Fri, 26 Aug 2022 18:00:00 GMT", "Expires": "Fri, 26 Aug 2022 18:30:00 GMT"}
    page = reply(rss("A"), headers={"ETag": '"1"', **said})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        assert await desk.pause() == timedelta(minutes=30)
