"""Rule 8: jitter is only added. 59 minutes for 60 count against a client."""

from datetime import timedelta
from pathlib import Path

import pytest

from storywatch.pacing import JITTER
from tests.integration.rules.office import QUARTER, a_feed, office
from tests.support.web import Answer, reply, rss, serving

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("rolled", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("page", "floor"),
    [
        (reply(rss("A"), headers={"ETag": '"1"'}), QUARTER),
        (reply(rss("A"), headers={"ETag": '"1"', "Cache-Control": "max-age=3600"}), HOUR),
        (reply(rss("A", head_extra="<ttl>60</ttl>"), headers={"ETag": '"1"'}), HOUR),
        (reply(rss("A"), headers={"ETag": '"1"', "Retry-After": "3600"}), HOUR),
        (reply(status=503, headers={"Retry-After": "3600"}), HOUR),
        (reply(status=503), QUARTER),
        (reply(status=410), timedelta(days=7)),
    ],
    ids=["every", "max-age", "ttl", "200 and later", "503 and later", "503", "410"],
)
async def test_rule_08_jitter_is_only_added(page: Answer, floor: timedelta, rolled: float, tmp_path: Path) -> None:
    """To whatever asked for the pause; by a twentieth at most."""
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        desk.rolled = rolled
        await desk.poll()
        assert await desk.pause() == floor * (1 + JITTER * rolled)
