"""Rule 3: a 304 is a success. It may bring new validators, and its freshness holds like that of a 200."""

from datetime import timedelta
from pathlib import Path

from storywatch.watch import PollOutcome
from tests.integration.rules.office import a_feed, office
from tests.support.web import in_turn, reply, rss, serving

HOUR = timedelta(hours=1)


async def test_rule_03_a_304_ends_the_failures(tmp_path: Path) -> None:
    """The count starts anew, and the pause is the source's own again."""
    page = in_turn(
        reply(rss("A"), headers={"ETag": '"1"'}), reply(status=503), reply(status=503), reply(status=304), reply(b"no")
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(3):
            await desk.poll_when_due()
        assert (await desk.state()).failures == 2
        assert (await desk.poll_when_due()).outcome is PollOutcome.UNCHANGED
        state = await desk.state()
        assert (state.failures, state.fault, state.failing_since) == (0, None, None)
        assert (state.last_success_at, await desk.pause()) == (desk.clock(), timedelta(minutes=15))


async def test_rule_03_new_validators_and_freshness_of_a_304_count(tmp_path: Path) -> None:
    """What the 304 doesn't mention stays."""
    page = in_turn(
        reply(rss("A"), headers={"ETag": '"1"', "Last-Modified": "then"}),
        reply(status=304, headers={"ETag": '"2"', "Cache-Control": "max-age=7200"}),
        reply(status=304),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        await desk.poll_when_due()
        assert await desk.pause() == 2 * HOUR
        await desk.poll_when_due()
    assert [asked.all("If-None-Match") for asked in site.visits()] == [[], [b'"1"'], [b'"2"']]
    assert site.visits()[-1].all("If-Modified-Since") == [b"then"]


async def test_rule_03_what_the_feed_asked_for_holds_after_a_304(tmp_path: Path) -> None:
    """A 304 has no body to say it again, and neither has a document whose bytes are the same."""
    body = rss("A", head_extra="<ttl>60</ttl>")
    page = in_turn(reply(body, headers={"ETag": '"1"'}), reply(status=304), reply(body, headers={"ETag": '"2"'}))
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(3):
            await desk.poll_when_due()
            assert await desk.pause() == HOUR
