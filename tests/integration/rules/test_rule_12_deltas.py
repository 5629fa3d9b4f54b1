"""Rule 12: who knows an entity tag is content with what came since (RFC 3229); what is missing then was not deleted."""

from pathlib import Path

from storywatch.model import AlarmKind
from storywatch.watch import PollOutcome
from tests.integration.rules.office import a_feed, office
from tests.support.web import in_turn, reply, rss, serving

WHOLE = rss("A", "B", "C")
NEW = (
    b"<rss version='2.0'><channel><title>T</title><item><guid isPermaLink='false'>item-9</guid><title>D</title>"
    b"</item></channel></rss>"
)


async def test_rule_12_only_an_entity_tag_makes_the_offer(tmp_path: Path) -> None:
    """A date alone does not."""
    page = in_turn(
        reply(WHOLE),
        reply(rss("B"), headers={"Last-Modified": "then"}),
        reply(rss("C"), headers={"ETag": '"1"'}),
        reply(b""),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(4):
            await desk.poll_when_due()
    assert [asked.all("A-IM") for asked in site.visits()] == [[], [], [], [b"feed"]]


async def test_rule_12_a_226_is_merged(tmp_path: Path) -> None:
    """It raises no alarm, keeps the old items, and its entity tag is the next one shown."""
    page = in_turn(
        reply(WHOLE, headers={"ETag": '"1"'}),
        reply(NEW, status=226, headers={"ETag": '"2"', "IM": "feed"}),
        reply(status=304),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        second = await desk.poll_when_due()
        assert (second.outcome, second.new, second.raised) == (PollOutcome.NEW, 1, ())
        assert (await desk.state()).listed == 3
        await desk.poll_when_due()
        assert sorted(await desk.titles()) == ["A", "B", "C", "D"]
    assert [asked.all("If-None-Match") for asked in site.visits()] == [[], [b'"1"'], [b'"2"']]


async def test_rule_12_the_same_as_a_200_would_be_a_gap(tmp_path: Path) -> None:
    """The control: a whole document that has nothing in common with the last one may have lost items."""
    page = in_turn(reply(WHOLE, headers={"ETag": '"1"'}), reply(NEW, headers={"ETag": '"2"'}))
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        await desk.poll()
        second = await desk.poll_when_due()
        assert [alarm.kind for alarm in second.raised] == [AlarmKind.GAP]


async def test_rule_12_an_empty_226_says_nothing_of_the_source(tmp_path: Path) -> None:
    """Twice nothing new is no empty document."""
    nothing = rss()
    page = in_turn(
        reply(WHOLE, headers={"ETag": '"1"'}),
        *(reply(nothing + b" " * number, status=226, headers={"ETag": f'"e{number}"'}) for number in range(3)),
    )
    async with serving({"/feed": page}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        raised = [alarm for _ in range(4) for alarm in (await desk.poll_when_due()).raised]
    assert raised == []
