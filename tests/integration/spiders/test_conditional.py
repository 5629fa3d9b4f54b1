"""Conditional visits: validators go back byte for byte, and what didn't change is neither sent nor parsed again."""

import gzip
from dataclasses import replace
from datetime import timedelta

import pytest

from network import Guard
from spiders.parsing import ParsePool
from storywatch.egress import EgressPolicy
from storywatch.errors import VisitError
from storywatch.model import Document, Outlet, VisitOutcome
from storywatch.pacing import SourceState
from tests.integration.spiders.crawling import NOTHING, NOW, InProcess, crawling, fault, visit
from tests.support.samples import a_source
from tests.support.web import Headers, in_turn, reply, rss, serving, validated

BODY = rss("Blast at the airport")


@pytest.mark.parametrize(
    "served",
    [
        {"ETag": '"abc"', "Last-Modified": "Thu, 26 Aug 2021 17:52:00 GMT"},
        {"ETag": 'W/"weak"'},
        {"ETag": "unquoted-as-many-send"},
        {"ETag": '"66af-5c9a;gzip"'},
        {"ETag": '"a,b \\"c\\""'},
        {"ETag": '"'},
        {"ETag": "café \N{SNOWMAN}".encode()},
        {"Last-Modified": "thursday, maybe"},
        {"Last-Modified": "2021-08-26T17:52:00+04:30"},
        {"Last-Modified": "0"},
    ],
)
async def test_validators_go_back_byte_for_byte(served: Headers) -> None:
    """Never parsed, re-quoted or re-formatted: the server knows what it meant."""
    async with serving({"/feed": validated(BODY, served)}) as site, crawling(site) as crawler:
        first = await visit(crawler, site.url())
        second = await visit(crawler, site.url(), first.validators)
    assert (first.outcome, second.outcome) == (VisitOutcome.OK, VisitOutcome.UNCHANGED)
    unconditional, conditional = site.visits()
    wanted = {name: value if isinstance(value, bytes) else value.encode() for name, value in served.items()}
    for name, echo in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        assert unconditional.all(echo) == []
        assert conditional.all(echo) == ([wanted[name]] if name in wanted else [])


@pytest.mark.parametrize("served", [b'"caf\xe9"', b'"bell\x07"', b""])
async def test_a_validator_that_can_not_be_sent_back_as_it_was_is_not_sent(served: bytes) -> None:
    """Another one than the server's own could match what it doesn't mean; the body's hash still tells."""
    async with serving({"/feed": reply(BODY, headers={"ETag": served})}) as site, crawling(site) as crawler:
        first = await visit(crawler, site.url())
        second = await visit(crawler, site.url(), first.validators)
    assert first.outcome in {VisitOutcome.OK, VisitOutcome.FAILED}  # a control character is bad HTTP
    assert second.outcome is (VisitOutcome.UNCHANGED if first.document else VisitOutcome.FAILED)
    assert site.visits()[-1].all("If-None-Match") == []


async def test_a_304_may_bring_new_validators() -> None:
    """RFC 9110, section 15.4.5. What it doesn't mention stays."""
    served = {"ETag": '"one"', "Last-Modified": "Thu, 26 Aug 2021 17:52:00 GMT"}
    page = validated(BODY, served, on_304={"ETag": '"two"', "Cache-Control": "max-age=900"})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        first = await visit(crawler, site.url())
        second = await visit(crawler, site.url(), first.validators)
    assert (second.validators.etag, second.validators.last_modified) == ('"two"', served["Last-Modified"])
    assert second.validators.body_hash == first.validators.body_hash
    assert second.fresh_for == timedelta(minutes=15)
    assert second.status == 304


async def test_a_new_body_drops_the_validators_that_came_with_the_old_one() -> None:
    """They would vouch for what was not served with them."""
    page = in_turn(reply(BODY, headers={"ETag": '"one"'}), reply(rss("Another")))
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        first = await visit(crawler, site.url())
        second = await visit(crawler, site.url(), first.validators)
    assert (first.validators.etag, second.validators.etag) == ('"one"', None)


async def test_an_unchanged_body_is_not_parsed_again() -> None:
    """For servers without validators. A changed byte is parsed, so it is the body that tells."""
    parser = InProcess()
    pages = in_turn(reply(BODY), reply(BODY, headers={"ETag": '"new"'}), reply(BODY + b" "))
    async with serving({"/feed": pages}) as site, crawling(site, parser=parser) as crawler:
        first = await visit(crawler, site.url())
        second = await visit(crawler, site.url(), first.validators)
        assert (second.outcome, second.document, parser.parses) == (VisitOutcome.UNCHANGED, None, 1)
        assert second.validators.etag == '"new"'
        third = await visit(crawler, site.url(), second.validators)
    assert (third.outcome, parser.parses) == (VisitOutcome.OK, 2)


async def test_the_hash_is_of_the_decoded_body() -> None:
    """A server may compress today and not tomorrow."""
    packed = reply(gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
    async with serving({"/feed": in_turn(packed, reply(BODY))}) as site, crawling(site) as crawler:
        first = await visit(crawler, site.url())
        assert (await visit(crawler, site.url(), first.validators)).outcome is VisitOutcome.UNCHANGED


async def test_a_304_to_a_first_visit_is_a_failure() -> None:
    """Else a broken server's source would count as well and never say anything."""
    async with serving({"/feed": reply(status=304)}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "no_document"


class Failing(ParsePool):
    """Fails at everything."""

    async def parse(self, body: bytes, **_: object) -> Document:
        raise VisitError("malformed", "not today")


async def test_a_document_that_can_not_be_parsed_leaves_no_validators() -> None:
    """With them the next visit would be told that nothing changed, and the items would be lost."""
    page = validated(BODY, {"ETag": '"one"'})
    async with serving({"/feed": page}) as site, crawling(site, parser=Failing()) as crawler:
        failed = await visit(crawler, site.url())
    assert failed.fault is not None
    assert (failed.validators.etag, failed.validators.body_hash) == (None, None)


class Broken(ParsePool):
    """Has a bug."""

    async def parse(self, body: bytes, **_: object) -> Document:
        raise ZeroDivisionError("in a parser")


async def test_a_bug_that_one_source_brings_out_stays_with_that_source() -> None:
    """It becomes the source's fault, which operators see; else the source would fail unseen, for ever."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site, parser=Broken()) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("internal", False)
    assert "ZeroDivisionError" in found.message


async def test_who_we_are() -> None:
    """Name, version and contact; nothing of the library, no cookies, no Referer, even after a redirect."""
    jar = {"Set-Cookie": "session=1; Path=/", "Location": "/feed"}
    pages = {"/old": reply(status=302, headers=jar), "/feed": reply(BODY, headers={"Set-Cookie": "a=b"})}
    async with serving(pages) as site:
        named = f"localhost:{site.port}"  # cookie jars keep nothing of a bare address
        async with crawling(guard=Guard(EgressPolicy.allowing([named]))) as crawler:
            await visit(crawler, f"http://{named}/old")
            await visit(crawler, f"http://{named}/old")
    assert len(site.asked) == 5  # with robots.txt
    for asked in site.asked:
        assert asked["User-Agent"] == "Storywatch/0.1.0 (+desk@example.org)"
        assert not {"Cookie", "Referer", "Authorization", "Content-Length", "Content-Type"} & {
            name.decode().title() for name, _ in asked.fields
        }
        assert b"scrapy" not in repr(asked).lower().encode()
        assert {name.strip() for name in asked["Accept-Encoding"].split(",")} == {"gzip", "deflate", "br", "zstd"}
        assert asked["Accept"].startswith("application/atom+xml")


async def test_one_connection_serves_many_visits() -> None:
    """Keep-alive: an outlet pays for one handshake."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        for _ in range(5):
            await visit(crawler, site.url())
    assert (site.connections, len(site.visits())) == (1, 5)


async def test_a_document_that_breaks_off_is_asked_for_whole_again() -> None:
    """A 304 would keep from us what stood behind. When it ends there again, that is all there is."""
    served = {"ETag": '"1"'}
    whole = rss("Blast at the airport", "Flood in London")
    cut = reply(whole[: whole.index(b"</item>") + 20], headers=served)
    async with (
        serving({"/mended": in_turn(cut, validated(whole, served)), "/cut": cut}) as site,
        crawling(site) as crawler,
    ):
        first = await visit(crawler, site.url("/mended"))
        second = await visit(crawler, site.url("/mended"), first.validators)
        for asked in (NOTHING, first.validators):
            stays = await visit(crawler, site.url("/cut"), asked)
    assert [len(one.document.items) + one.document.known for one in (first, second) if one.document] == [1, 2]
    assert (stays.outcome, stays.validators.etag) == (VisitOutcome.UNCHANGED, '"1"')


async def test_an_unchanged_document_is_read_anew_when_something_else_is_left_out_of_it() -> None:
    """Its items would be counted as known, and never be stored."""
    feed = a_source(drop_urls=("*/sport/*",))
    outlet = Outlet(id="nyt", name="NYT")
    async with serving({"/feed": validated(BODY, {"ETag": '"1"'})}) as site, crawling(site) as crawler:
        state = SourceState(source=feed.id, next_poll_at=NOW, url=site.url())
        first = await crawler.visit(feed, outlet, state)
        state = replace(state, validators=first.validators)
        same = await crawler.visit(feed, outlet, state)
        anew = await crawler.visit(replace(feed, drop_urls=()), outlet, state)
    assert [one.outcome for one in (first, same, anew)] == [VisitOutcome.OK, VisitOutcome.UNCHANGED, VisitOutcome.OK]
