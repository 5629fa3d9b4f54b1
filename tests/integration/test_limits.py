"""What one visit may cost us: each limit by its name, with its code, a message that says which one, and no harm done.

The limits of a parse: `tests/integration/spiders/test_parse_limits.py` and `tests/unit/spiders/test_parsing_limits.py`.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from spiders.crawler import Crawler
from storywatch.errors import Fault
from storywatch.model import Limits, SitemapPart, SourceKind
from tests.integration.spiders.crawling import NOTHING, SETTINGS, crawling, titles
from tests.integration.spiders.indexes import Indexes
from tests.integration.spiders.test_bodies import PACKERS, packed
from tests.support.patience import FOR_EVER, soon
from tests.support.web import Answer, Site, drip, head, moved, raw, reply, rss, serving

BODY = rss("Blast at the airport")
TIMEOUT = timedelta(seconds=1)
QUICK = replace(SETTINGS, timeout=TIMEOUT, limits=Limits(headers=16_384, ratio=50))
LARGE = b"<rss>" + b" " * (SETTINGS.max_bytes + 1)


async def fault_and_next(crawler: Crawler, bad: str, good: str) -> Fault:
    """Visit what breaks a limit, then a good source, which is served as ever; return the fault."""
    async with soon():
        seen = await crawler.fetch(bad, SourceKind.FEED, NOTHING)
    assert seen.fault is not None
    assert await titles(crawler, good) == ["Blast at the airport"]
    return seen.fault


async def broken_limit(page: Answer, **pages: Answer) -> Fault:
    """Serve a page that breaks a limit beside a good source on the same host."""
    more = {f"/{name}": answer for name, answer in pages.items()}
    async with (
        serving({"/feed": page, "/good": reply(BODY), **more}) as site,
        crawling(site, settings=QUICK) as crawler,
    ):
        return await fault_and_next(crawler, site.url(), site.url("/good"))


@pytest.mark.parametrize(
    "page",
    [reply(LARGE), drip(head(200), b"x" * 65_536), raw(head(200, {"Content-Length": "2000000"}), FOR_EVER)],
    ids=["with its length", "without an end", "announced"],
)
async def test_limit_on_wire_bytes(page: Answer) -> None:
    """What comes over the wire."""
    found = await broken_limit(page)
    assert (found.code, "settings.polling.max_bytes" in found.message) == ("too_large", True)


@pytest.mark.parametrize("encoding", PACKERS)
async def test_limit_on_decoded_bytes(encoding: str) -> None:
    """What a few bytes on the wire become, in each encoding."""
    found = await broken_limit(packed(LARGE, encoding))
    assert (found.code, "settings.polling.max_bytes" in found.message) == ("too_large", True)


@pytest.mark.parametrize("encoding", PACKERS)
async def test_limit_on_ratio(encoding: str) -> None:
    """Within the limit on bytes, and yet more than any feed is packed."""
    settings = replace(QUICK, max_bytes=8_000_000)
    bomb = packed(bytes(4_000_000), encoding)
    async with serving({"/feed": bomb, "/good": reply(BODY)}) as site, crawling(site, settings=settings) as crawler:
        found = await fault_and_next(crawler, site.url(), site.url("/good"))
    assert (found.code, "settings.limits.ratio" in found.message) == ("too_large", True)


async def test_limit_on_the_number_of_headers() -> None:
    """A hundred fields."""
    found = await broken_limit(reply(BODY, headers={f"X-{number}": "1" for number in range(120)}))
    assert (found.code, "100 header fields" in found.message) == ("headers_too_large", True)


async def test_limit_on_one_header() -> None:
    """The HTTP client's own limit on a line."""
    found = await broken_limit(reply(BODY, headers={"X-Long": "x" * 9000}))
    assert (found.code, "8190 bytes" in found.message) == ("headers_too_large", True)


async def test_limit_on_all_headers_together() -> None:
    """Each of them is small."""
    found = await broken_limit(reply(BODY, headers={f"X-{number}": "x" * 1000 for number in range(20)}))
    assert (found.code, "settings.limits.headers" in found.message) == ("headers_too_large", True)


@pytest.mark.parametrize(
    "page",
    [
        drip(b"HTTP/1.1 200 OK\r\n", b"X-Any: thing\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Any: ", b"x" * 4096),
        drip(b"HTTP/1.1 ", b"2" * 4096),
    ],
    ids=["fields", "one field", "the first line"],
)
async def test_limit_on_headers_without_an_end(page: Answer) -> None:
    """They are cut off as soon as they are too many."""
    found = await broken_limit(page)
    assert found.code in {"headers_too_large", "connection"}


async def test_limit_on_redirects() -> None:
    """A thousand of them cost six requests."""
    hops = {f"/{number}": moved(f"/{number + 1}") for number in range(1000)}
    pages = {"/feed": moved("/0"), "/good": reply(BODY), **hops}
    async with serving(pages) as site, crawling(site, settings=QUICK) as crawler:
        found = await fault_and_next(crawler, site.url(), site.url("/good"))
        assert len(site.asked) == 1 + 6 + 1
    assert (found.code, "more than 5 redirects" in found.message) == ("bad_redirect", True)


SLOW = {
    "silent": raw(FOR_EVER),
    "first line": drip(b"HTTP/1.1 ", b"", 0.05),
    "header": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05),
    "headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05),
    "body": drip(head(200), b"x", 0.05),
    "chunks": drip(head(200, {"Transfer-Encoding": "chunked"}), b"1\r\nx\r\n", 0.05),
    "chunk size": drip(head(200, {"Transfer-Encoding": "chunked"}) + b"1;", b"x", 0.05),
    "early hints": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.05),
}


@pytest.mark.parametrize("slow", SLOW)
async def test_limit_on_total_time(slow: str) -> None:
    """On the whole answer: a byte now and then buys no more of it."""
    found = await broken_limit(SLOW[slow])
    assert (found.code, "settings.polling.timeout" in found.message) == ("timeout", True)


@pytest.mark.parametrize("slow", SLOW)
async def test_limit_on_total_time_with_robots_txt(slow: str) -> None:
    """It is part of the visit, and the good source is on another host: its own would wait for the rules too."""
    pages = {"/feed": SLOW[slow], "/robots.txt": SLOW[slow]}
    async with (
        serving(pages) as site,
        serving({"/good": reply(BODY)}, host="127.0.0.2") as other,
        crawling(site, other, settings=QUICK) as crawler,
    ):
        found = await fault_and_next(crawler, site.url(), other.url("/good"))
    assert (found.code, "settings.polling.timeout" in found.message) == ("timeout", True)


async def test_limit_on_total_time_of_a_chain() -> None:
    """robots.txt, each hop and the document stay within their time; together they don't."""
    late = TIMEOUT.total_seconds() * 0.3

    def hop(target: str) -> Answer:
        return raw(late, head(302, {"Location": target, "Content-Length": "0"}), hang_up=False)

    rules = raw(late, head(200, {"Content-Length": "0"}), hang_up=False)
    last = raw(late, head(200, {"Content-Length": str(len(BODY))}) + BODY, hang_up=False)
    pages = {"/robots.txt": rules, "/feed": hop("/1"), "/1": hop("/2"), "/2": last, "/good": reply(BODY)}
    async with serving(pages) as site, crawling(site, settings=QUICK) as crawler:
        found = await fault_and_next(crawler, site.url(), site.url("/good"))
    assert (found.code, "settings.polling.timeout" in found.message) == ("timeout", True)


async def test_limit_on_total_time_of_an_index() -> None:
    """Its sitemaps have what the index left of the visit's time."""
    late = TIMEOUT.total_seconds() * 0.5
    async with serving({"/1": SLOW["body"], "/2": SLOW["body"], "/good": reply(BODY)}) as site:
        listed = index(site, "/1", "/2")
        site.pages["/feed"] = raw(late, head(200, {"Content-Length": str(len(listed))}) + listed, hang_up=False)
        async with crawling(site, settings=QUICK, parser=Indexes()) as crawler:
            found = await fault_and_next(crawler, site.url(), site.url("/good"))
    assert (found.code, "settings.polling.timeout" in found.message) == ("timeout", True)
    assert (len(site.visits("/1")), len(site.visits("/2"))) == (1, 0)


def index(site: Site, *paths: str) -> bytes:
    """Return an index of sitemaps."""
    return Indexes.write(*(SitemapPart(url=site.url(path)) for path in paths))


async def test_without_the_limit_the_same_visit_takes_longer() -> None:
    """The control: what is dripped for three times the time is read, with more of it."""
    slowly = raw(
        head(200, {"Content-Length": str(len(BODY))}),
        *(part for byte in (BODY[:100], BODY[100:200], BODY[200:]) for part in (0.5, byte)),
        hang_up=False,
    )
    async with serving({"/feed": slowly}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]
    found = await broken_limit(slowly)
    assert found.code == "timeout"
