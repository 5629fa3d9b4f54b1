"""Rule 1: the first request is unconditional; every later one shows what the last response carried, byte for byte.

What can't be sent back as it was: `tests/integration/spiders/test_conditional.py`.
"""

from pathlib import Path

import pytest

from tests.integration.rules.office import a_feed, office
from tests.support.web import Headers, in_turn, reply, rss, serving, validated

BODY = rss("Blast at the airport")


@pytest.mark.parametrize(
    "served",
    [
        {"ETag": 'W/"1"', "Last-Modified": "Thu, 26 Aug 2021 17:52:00 GMT"},
        {"ETag": "no-quotes"},
        {"ETag": "caf\u00e9 \N{SNOWMAN}"},
        {"Last-Modified": "Thursday, 26-Aug-21 17:52:00 GMT"},
        {"Last-Modified": "when it was ready"},
    ],
)
async def test_rule_01_validators_go_through_the_database_unchanged(served: Headers, tmp_path: Path) -> None:
    """Quotes and W/ kept, dates never parsed."""
    async with serving({"/feed": validated(BODY, served)}) as site:
        async with office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
            await desk.poll()
        async with office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
            await desk.poll_when_due()
    first, second = site.visits()
    for name, echo in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        assert first.all(echo) == []
        said = served.get(name)
        assert second.all(echo) == ([said.encode() if isinstance(said, str) else said] if said else [])


async def test_rule_01_only_what_the_last_response_carried(tmp_path: Path) -> None:
    """A validator that the server no longer sends is no longer shown; none is invented."""
    page = in_turn(
        reply(BODY, headers={"ETag": '"1"', "Last-Modified": "then"}),
        reply(rss("Another"), headers={"ETag": '"2"'}),
        reply(rss("A third"), headers={"Date": "Thu, 26 Aug 2021 18:00:00 GMT"}),
        reply(rss("A fourth")),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(4):
            await desk.poll_when_due()
    shown = [(asked.all("If-None-Match"), asked.all("If-Modified-Since")) for asked in site.visits()]
    assert shown == [([], []), ([b'"1"'], [b"then"]), ([b'"2"'], []), ([], [])]
