"""Rule 19: a body whose hash is known is neither parsed nor an event."""

import gzip
from pathlib import Path

from storywatch.watch import PollOutcome
from tests.integration.rules.office import a_feed, office
from tests.support.web import in_turn, reply, rss, serving

BODY = rss("Blast at the airport of Kabul")


async def test_rule_19_the_same_bytes_are_not_parsed_again(tmp_path: Path) -> None:
    """However they are packed and whatever the headers say."""
    page = in_turn(
        reply(BODY),
        reply(BODY, headers={"ETag": '"2"', "Last-Modified": "now"}),
        reply(gzip.compress(BODY), headers={"Content-Encoding": "gzip"}),
        reply(BODY + b"\n"),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        first = await desk.poll()
        assert (first.outcome, first.alerts, desk.parser.parses) == (PollOutcome.NEW, 1, 1)
        for _ in range(2):
            again = await desk.poll_when_due()
            assert (again.outcome, again.matched, again.alerts) == (PollOutcome.UNCHANGED, 0, 0)
        assert desk.parser.parses == 1
        await desk.poll_when_due()
        assert desk.parser.parses == 2  # the control: one byte more, and it is read
