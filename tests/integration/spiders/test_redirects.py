"""Redirects: a few are followed, none leads astray."""

from pathlib import Path

import pytest

from storywatch.model import VisitOutcome
from tests.integration.channels.servers import certificate
from tests.integration.spiders.crawling import crawling, fault, titles, visit
from tests.support.web import Answer, moved, raw, reply, rss, serving

BODY = rss("Blast at the airport")


def chain(hops: int) -> dict[str, Answer]:
    """Return pages of which each redirects to the next, and the last is the feed."""
    pages: dict[str, Answer] = {f"/{hop}": moved(f"/{hop + 1}") for hop in range(hops)}
    return {**pages, f"/{hops}": reply(BODY)}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/there/feed", "feed", "//{place}/there/feed", "http://{place}/there/feed?a=b#c"])
async def test_redirects_are_followed(status: int, location: str) -> None:
    """Relative to where they stand (RFC 9110, section 10.2.2)."""
    async with serving() as site, crawling(site) as crawler:
        site.pages["/there/old"] = moved(location.format(place=site.place), status)
        site.pages["/there/feed"] = reply(BODY)
        seen = await visit(crawler, site.url("/there/old"))
    assert seen.outcome is VisitOutcome.OK
    assert (seen.final_url or "").startswith(site.url("/there/feed"))
    assert [asked.method for asked in site.asked] == ["GET"] * 3


async def test_five_hops_are_followed_and_six_are_not() -> None:
    """The limit counts redirects, not pages."""
    async with serving(chain(6)) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url("/1")) == ["Blast at the airport"]
        found = await fault(crawler, site.url("/0"))
    assert (found.code, found.permanent) == ("bad_redirect", False)
    assert len(site.visits("/6")) == 1


async def test_a_loop_ends() -> None:
    """As soon as it closes."""
    pages = {"/feed": moved("/again"), "/again": moved("/feed")}
    async with serving(pages) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, "circle" in found.message) == ("bad_redirect", True)
    assert (len(site.visits("/feed")), len(site.visits("/again"))) == (1, 1)


@pytest.mark.parametrize(
    "page",
    [
        moved("file:///etc/passwd"),
        moved("ftp://127.0.0.1/feed"),
        moved("data:text/xml,<rss/>"),
        moved("javascript:alert(1)"),
        moved("s3://bucket/key"),
        reply(status=302),
        reply(status=300),
    ],
)
async def test_only_web_addresses_are_followed(page: Answer) -> None:
    """Scrapy has handlers for the others, which are off."""
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("bad_redirect", False)


@pytest.mark.parametrize("location", ["http://[::1", "http://outlet.example:port/", "http://[zz]/"])
async def test_a_malformed_target_is_a_fault(location: str | bytes) -> None:
    """Of the server's, whatever it is called."""
    async with serving({"/feed": moved(location)}) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("bad_redirect", False)


async def test_a_page_can_not_redirect_by_itself() -> None:
    """Neither a refresh header nor HTML's: feeds are not pages."""
    html = b"<html><head><meta http-equiv='refresh' content='0; url=/there'></head></html>"
    page = reply(html, headers={"Refresh": "0; url=/there", "Content-Type": "text/html"})
    async with serving({"/feed": page, "/there": reply(BODY)}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).code == "not_a_feed"
    assert not site.visits("/there")


async def test_the_body_of_a_redirect_is_not_needed() -> None:
    """Not even one that is broken."""
    broken = raw(b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\noops")
    async with serving({"/feed": broken, "/new": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url()) == ["Blast at the airport"]


async def test_no_redirect_from_https_to_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for in secret is not fetched in the open. From https to https is fine: the control."""
    server, _ = certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    async with (
        serving({"/feed": reply(BODY)}) as plain,
        serving({"/feed": reply(BODY), "/old": moved("/feed")}, host="127.0.0.2", tls=server) as secret,
        crawling(plain, secret) as crawler,
    ):
        secret.pages["/down"] = moved(plain.url())
        assert await titles(crawler, secret.url("/old")) == ["Blast at the airport"]
        found = await fault(crawler, secret.url("/down"))
    assert (found.code, found.permanent) == ("bad_redirect", True)
    assert plain.connections == 0


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Scrapy's default would take it."""
    server, _ = certificate(tmp_path, "127.0.0.2")
    async with serving({"/feed": reply(BODY)}, host="127.0.0.2", tls=server) as site, crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("tls", False)
    assert not site.asked
