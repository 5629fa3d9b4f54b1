"""Rule 2: validators are stored with the items, after parse and commit; no crash makes a 304 that loses items."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storywatch.errors import VisitError
from storywatch.model import Document
from storywatch.ports import PollRecord
from storywatch.steps import Step
from storywatch.watch import PollOutcome
from tests.integration.rules.office import LEASE, a_feed, office
from tests.integration.spiders.crawling import InProcess
from tests.support.web import rss, serving, validated

PAGE = validated(rss("Blast at the airport"), {"ETag": '"1"', "Last-Modified": "then"})


class PowerCut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", [Step.POLL_CLAIMED, Step.POLL_SAVED])
async def test_rule_02_a_crash_before_the_commit_leaves_no_validators(step: Step, tmp_path: Path) -> None:
    """The next visit is a first visit, and brings the items."""

    def cut(reached: Step) -> None:
        if reached is step:
            raise PowerCut

    async with serving({"/feed": PAGE}) as site:
        async with office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
            desk.reached = cut
            with pytest.raises(PowerCut):
                await desk.poll()
        async with office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
            desk.pass_by(LEASE * 2)
            assert (await desk.poll()).outcome is PollOutcome.NEW
            assert await desk.titles() == ["Blast at the airport"]
    assert site.visits()[-1].all("If-None-Match") == []


async def test_rule_02_validators_that_were_stored_first_would_lose_the_items(tmp_path: Path) -> None:
    """The control: with them in the database before the items, a crash between the two is for ever."""
    async with serving({"/feed": PAGE}) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        claim = await desk.store.sources.claim_named("feed", now=desk.clock(), lease=LEASE)
        assert claim is not None
        too_soon = replace(claim.state, validators=replace(claim.state.validators, etag='"1"', last_modified="then"))
        async with desk.store.sources.poll(claim) as transaction:
            await transaction.save(PollRecord(state=too_soon))
        assert (await desk.poll()).outcome is PollOutcome.UNCHANGED
        assert await desk.titles() == []


class FailingOnce(InProcess):
    """Can't read the first document."""

    async def parse(self, body: bytes, **about: Any) -> Document:
        if not self.parses:
            self.parses += 1
            raise VisitError("malformed", "not today")
        return await super().parse(body, **about)


async def test_rule_02_a_document_that_can_not_be_read_leaves_no_validators(tmp_path: Path) -> None:
    """It is asked for whole again."""
    async with (
        serving({"/feed": PAGE}) as site,
        office(tmp_path, a_feed(site.url()), sites=(site,), parser=FailingOnce()) as desk,
    ):
        assert (await desk.poll()).outcome is PollOutcome.FAILED
        assert (await desk.poll_when_due()).outcome is PollOutcome.NEW
    assert [asked.all("If-None-Match") for asked in site.visits()] == [[], []]
