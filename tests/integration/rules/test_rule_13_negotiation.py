"""Rule 13: what is accepted is what can be decoded; a compressed answer's entity tag goes back as it came.

Each encoding, bombs and the limits: `tests/integration/spiders/test_bodies.py` and `tests/integration/test_limits.py`.
"""

import gzip
import re
from pathlib import Path

import pytest

from storywatch.watch import PollOutcome
from tests.integration.rules.office import a_feed, office
from tests.support.web import in_turn, reply, rss, serving

BODY = gzip.compress(rss("Blast at the airport"))


@pytest.mark.parametrize("etag", ['"66af-5c9a-gzip"', 'W/"66af-5c9a-gzip"', '"66af;gzip"', '"66af--br"'])
async def test_rule_13_the_entity_tag_of_a_compressed_answer(etag: str, tmp_path: Path) -> None:
    """Apache's suffix is part of it."""
    page = in_turn(reply(BODY, headers={"ETag": etag, "Content-Encoding": "gzip"}), reply(status=304))
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        assert (await desk.poll_when_due()).outcome is PollOutcome.NEW
        assert (await desk.poll_when_due()).outcome is PollOutcome.UNCHANGED
    assert site.visits()[-1].all("If-None-Match") == [etag.encode()]


async def test_rule_13_what_is_accepted(tmp_path: Path) -> None:
    """Feeds first, then other XML and JSON, pages last; each with its weight."""
    page = reply(BODY, headers={"Content-Encoding": "gzip"})
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
    (asked,) = site.visits()
    weights = [
        (kind.strip().partition(";")[0], float(found[1]) if (found := re.search(r"q=([\d.]+)", kind)) else 1.0)
        for kind in asked["Accept"].split(",")
    ]
    assert [kind for kind, weight in weights if weight == 1.0] == [
        "application/atom+xml",
        "application/rss+xml",
        "application/feed+json",
    ]
    assert [weight for _, weight in weights] == sorted((weight for _, weight in weights), reverse=True)
    assert set(asked["Accept-Encoding"].replace(" ", "").split(",")) == {"gzip", "deflate", "br", "zstd"}
