"""Bodies: packed, huge, slow, cut off, empty, or no feed at all."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import brotli  # type: ignore[import-untyped]
import pytest
from scrapy.utils import _compression

from spiders.parsing import ParsePool
from storywatch.model import SourceKind
from tests.integration.spiders.crawling import NOTHING, SETTINGS, crawling, fault, titles, visit
from tests.support.patience import FOR_EVER, soon
from tests.support.web import Answer, drip, head, raw, reply, rss, serving

BODY = rss("Blast at the airport")
HASTY = replace(SETTINGS, timeout=timedelta(seconds=1))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": lambda body: bytes(_compression.zstd.compress(body)),  # type: ignore[attr-defined]  # either of two packages,
}


def packed(body: bytes, encoding: str) -> Answer:
    """Answer with a packed body."""
    return reply(PACKERS[encoding](body), headers={"Content-Encoding": encoding})


@pytest.mark.parametrize("encoding", PACKERS)
async def test_packed_bodies_are_unpacked(encoding: str) -> None:
    """All that we say we accept."""
    async with serving({"/feed": packed(BODY, encoding)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


@pytest.mark.parametrize("said", ["identity", "IDENTITY, gzip", "gzip, identity"])
async def test_identity_is_no_encoding(said: str) -> None:
    """Servers say it although they need not."""
    body = BODY if said == "identity" else gzip.compress(BODY)
    page = reply(body, headers={"Content-Encoding": said})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_body_that_is_not_what_it_says_is_a_fault(encoding: str) -> None:
    """And the next visit works: a decoder's error ends nothing else."""
    pages = {"/feed": reply(BODY, headers={"Content-Encoding": encoding}), "/good": reply(BODY)}
    async with serving(pages) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
        assert await titles(crawler, site.url("/good"))
    assert (found.code, found.permanent) == ("bad_encoding", False)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
async def test_an_error_with_a_broken_body_is_still_that_error(encoding: str) -> None:
    """The body of an error is for nobody."""
    page = reply(b"oops", status=404, headers={"Content-Encoding": encoding})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "not_found"


async def test_encodings_within_encodings_are_refused() -> None:
    """The size limit holds for each layer: a thousand layers would cost a thousand times it."""
    body = BODY
    for _ in range(50):
        body = gzip.compress(body)
    page = reply(body, headers={"Content-Encoding": ", ".join(["gzip"] * 50)})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "bad_encoding"


async def _peak(answer: Answer, limit: int) -> tuple[str, int]:
    """Visit, and return the fault's code and the peak of memory."""
    settings = replace(SETTINGS, max_bytes=limit)
    async with serving({"/feed": answer}) as site, crawling(site, settings=settings) as crawler:
        tracemalloc.start()
        try:
            found = await fault(crawler, site.url())
            return found.code, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
async def test_a_bomb_is_refused_before_it_is_large(encoding: str) -> None:
    """Sixty-four megabytes of nothing in a few kilobytes."""
    code, peak = await _peak(packed(bytes(64_000_000), encoding), 1_000_000)
    assert code == "too_large"
    assert peak < 8_000_000


async def test_the_bomb_would_have_been_large() -> None:
    """The control: with a higher limit the same visit takes the memory that the one above does not."""
    code, peak = await _peak(packed(bytes(64_000_000), "gzip"), 100_000_000)
    assert code == "too_large"  # by the parser's own limit
    assert peak > 64_000_000


async def test_a_body_without_an_end_is_cut_at_the_limit() -> None:
    """No Content-Length says how large it will be."""
    code, peak = await _peak(drip(head(200), b"x" * 65_536), 1_000_000)
    assert code == "too_large"
    assert peak < 8_000_000


async def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    """Nothing of it has to come."""
    async with (
        serving({"/feed": raw(head(200, {"Content-Length": "1000001"}), FOR_EVER)}) as site,
        crawling(site) as crawler,
    ):
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("too_large", False)
    assert "settings.polling.max_bytes" in found.message


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    """The limit is the largest document, not the first one refused."""
    settings = replace(SETTINGS, max_bytes=len(BODY))
    async with serving({"/feed": reply(BODY)}) as site, crawling(site, settings=settings) as crawler:
        assert await titles(crawler, site.url())


@pytest.mark.parametrize(
    "page",
    [
        raw(FOR_EVER),
        raw(head(200, {"Content-Length": "100"}), FOR_EVER),
        drip(head(200), b"x", 0.05),
        drip(b"HTTP/1.1 200 OK\r\n", b"", 0.05),
        drip(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05),
    ],
    ids=["silent", "silent body", "dripping body", "silent header", "dripping header"],
)
async def test_a_slow_server_costs_its_time_and_no_more(page: Answer) -> None:
    """The limit is on the whole answer: each byte in time doesn't buy more. The host's next source works."""
    async with serving({"/feed": page, "/good": reply(BODY)}) as site, crawling(site, settings=HASTY) as crawler:
        async with soon():
            found = await fault(crawler, site.url())
        assert await titles(crawler, site.url("/good"))
    assert (found.code, found.permanent) == ("timeout", False)
    assert "settings.polling.timeout" in found.message


async def test_many_slow_hops_do_not_add_up() -> None:
    """Each hop is within its time, all of them are not within the visit's."""
    hops = ["/feed", "/1", "/2", "/3", "/4"]
    pages = {
        hop: raw(0.8, head(302, {"Location": target, "Content-Length": "0"}), hang_up=False)
        for hop, target in pairwise(hops)
    }
    async with serving(pages) as site, crawling(site, settings=HASTY) as crawler:
        found = await fault(crawler, site.url())
        assert not site.visits("/2")
    assert found.code == "timeout"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (raw(head(200, {"Content-Length": "1000"}) + BODY), "cut_short"),
        (raw(head(200, {"Transfer-Encoding": "chunked"}) + b"5\r\n<rss>\r\n"), "cut_short"),
        (raw(b""), "connection"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "connection"),
        (raw(b"SSH-2.0-OpenSSH_9.0\r\n\r\n"), "connection"),
        (raw(head(200, {"Content-Length": "banana"})), "connection"),
        (raw(head(200, {"X": "y" * 1_000_000, "Content-Length": "0"})), "headers_too_large"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100), "headers_too_large"),
        (raw(head(200, {f"X{n}": "y" * 1000 for n in range(70)} | {"Content-Length": "0"})), "headers_too_large"),
        (reply(b""), "empty_body"),
        (reply(b" \r\n "), "empty_body"),
        (reply(status=204), "no_document"),
        (reply(b"<!doctype html><html><body>Consent, please</body></html>"), "not_a_feed"),
        (reply(b'{"message": "hello"}'), "not_a_feed"),
        (reply(bytes(range(256)) * 10), "not_a_feed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_document_is_a_fault_that_passes(page: Answer, code: str) -> None:
    """Never permanent: tomorrow the server may be well. The text is one short line without the address."""
    async with serving({"/feed": page, "/good": reply(BODY)}) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
        assert await titles(crawler, site.url("/good"))
    assert (found.code, found.permanent) == (code, False)
    assert found.message.isprintable()
    assert len(found.message) <= 300
    assert site.place not in found.message


async def test_the_headers_may_hold_any_bytes() -> None:
    """Latin-1 in a file name is no reason to lose a feed."""
    headers = {"Content-Disposition": b"attachment; filename=\xe9.xml", "X-Any": bytes(range(0x80, 0x100))}
    async with serving({"/feed": reply(BODY, headers=headers)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


async def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    """HTTP/1.0's way, still in use."""
    async with serving({"/feed": raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


async def test_freshness_is_told() -> None:
    """The pause that the server asks for goes on to pacing."""
    page = reply(BODY, headers={"Cache-Control": "public, max-age=600", "Age": "60"})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert (await visit(crawler, site.url())).fresh_for == timedelta(minutes=9)


async def test_the_real_parser_behind_the_real_crawler() -> None:
    """Here with its worker processes, which the other tests of this folder leave out."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site, parser=ParsePool(workers=1)) as crawler:
        seen = await crawler.fetch(site.url(), None, NOTHING)
    assert seen.document is not None
    assert (seen.document.kind, seen.document.format) == (SourceKind.FEED, "rss20")
