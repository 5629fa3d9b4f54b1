"""Rule 6: no visit before freshness ends, by the server's own clock; a day at most."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.rules.office import QUARTER, a_feed, office
from tests.support.web import Headers, in_turn, reply, rss, serving

DATE = "Thu, 26 Aug 2021 18:00:00 GMT"
SKEWED = "Thu, 26 Aug 2021 10:00:00 GMT"  # eight hours behind the tests' clock
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ({"Cache-Control": "max-age=3600"}, HOUR),
        ({"Cache-Control": "public, MAX-AGE=3600, must-revalidate"}, HOUR),
        ({"Cache-Control": "max-age=3600", "Age": "600"}, HOUR - timedelta(minutes=10)),
        ({"Cache-Control": "max-age=3600", "Age": "9999"}, QUARTER),
        ({"Cache-Control": "s-maxage=3600"}, QUARTER),
        ({"Cache-Control": "s-maxage=60, max-age=3600"}, HOUR),
        ({"Cache-Control": "max-age=3600, immutable"}, HOUR),
        ({"Cache-Control": "immutable"}, QUARTER),
        ({"Cache-Control": "no-cache, max-age=3600"}, QUARTER),
        ({"Cache-Control": "no-store, max-age=3600"}, QUARTER),
        ({"Cache-Control": "must-revalidate"}, QUARTER),
        ({"Cache-Control": "max-age=31536000"}, DAY),
        ({"Cache-Control": "max-age=soon"}, QUARTER),
        ({"Cache-Control": "max-age=0", "Date": DATE, "Expires": "Thu, 26 Aug 2021 19:00:00 GMT"}, QUARTER),
        ({"Date": DATE, "Expires": "Thu, 26 Aug 2021 19:00:00 GMT"}, HOUR),
        ({"Date": SKEWED, "Expires": "Thu, 26 Aug 2021 11:00:00 GMT"}, HOUR),
        ({"Date": SKEWED, "Expires": "Thu, 26 Aug 2021 09:00:00 GMT"}, QUARTER),
        ({"Expires": "Thu, 26 Aug 2021 19:00:00 GMT"}, QUARTER),
        ({"Date": DATE, "Expires": "0"}, QUARTER),
        ({"Date": DATE, "Expires": "-1"}, QUARTER),
        ({"Date": DATE, "Expires": "Thu, 26 Aug 2031 19:00:00 GMT"}, DAY),
    ],
)
@pytest.mark.parametrize("status", [200, 304])
async def test_rule_06_no_visit_before_freshness_ends(
    said: Headers, pause: timedelta, status: int, tmp_path: Path
) -> None:
    """Of a 200 and of a 304."""
    first = reply(rss("A"), headers={"ETag": '"1"', **(said if status == 200 else {})})
    page = in_turn(first, reply(status=304, headers=said))
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        if status == 304:
            await desk.poll_when_due()
        assert await desk.pause() == pause


async def test_rule_06_only_the_operators_own_server_is_not_listened_to(tmp_path: Path) -> None:
    """A test server's cache rules are nobody's wish."""
    page = reply(rss("A"), headers={"ETag": '"1"', "Cache-Control": "max-age=3600"})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url(), own=True), sites=(site,)) as desk:
        await desk.poll()
        assert await desk.pause() == QUARTER
