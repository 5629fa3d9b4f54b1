"""What each HTTP status becomes."""

from datetime import timedelta

import pytest

from tests.integration.spiders.crawling import NOW, crawling, fault, visit
from tests.support.web import raw, reply, rss, serving

LATER = "Wed, 01 Sep 2021 13:00:00 GMT"  # an hour after NOW


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, "refused", True),
        (401, "blocked", True),
        (403, "blocked", True),
        (404, "not_found", True),
        (410, "gone", True),
        (418, "refused", False),
        (451, "blocked", True),
        (408, "timeout", False),
        (429, "throttled", False),
        (500, "server_error", False),
        (502, "server_error", False),
        (503, "unavailable", False),
        (999, "server_error", False),
        (206, "no_document", False),
        (205, "no_document", False),
    ],
)
async def test_a_status_without_a_document_is_a_fault(status: int, code: str, permanent: bool) -> None:  # noqa: FBT001
    """Whatever the body is: an error page may well be a feed."""
    async with serving({"/feed": reply(rss("An error"), status=status)}) as site, crawling(site) as crawler:
        seen = await visit(crawler, site.url())
    assert seen.fault is not None
    assert (seen.fault.code, seen.fault.permanent, seen.fault.retry_after) == (code, permanent, None)
    assert f"HTTP {status}" in seen.fault.message
    assert seen.status == status


async def test_a_visit_without_an_answer_has_no_status() -> None:
    """The control; what can't be read was an answer all the same."""
    async with serving({"/feed": raw(b""), "/page": reply(b"<html>")}) as site, crawling(site) as crawler:
        assert (await visit(crawler, site.url())).status is None
        assert (await visit(crawler, site.url("/page"))).status == 200


@pytest.mark.parametrize("status", [429, 503, 500, 403])
@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3600", timedelta(hours=1)),
        (LATER, timedelta(hours=1)),
        ("Wednesday, 01-Sep-21 13:00:00 GMT", timedelta(hours=1)),
        ("Wed, 01 Sep 2021 11:00:00 GMT", timedelta()),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999", timedelta(seconds=10**9)),
    ],
)
async def test_retry_after_reaches_the_fault(status: int, said: str, meant: timedelta | None) -> None:
    """Seconds or a date (RFC 9110, section 10.2.3); what is neither asks for nothing."""
    assert NOW.hour == 12
    page = reply(status=status, headers={"Retry-After": said})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).retry_after == meant


async def test_nothing_is_tried_twice() -> None:
    """When to come again is the database's to say; Scrapy would ask at once."""
    pages = {f"/{status}": reply(status=status) for status in (429, 500, 502, 503, 504, 408)}
    async with serving(pages) as site, crawling(site) as crawler:
        for path in pages:
            await fault(crawler, site.url(path))
        assert [len(site.visits(path)) for path in pages] == [1] * len(pages)


async def test_a_pause_asked_for_beside_what_is_no_document_reaches_the_fault() -> None:
    """Such as a page that says that the server is down, with status 200."""
    page = reply(b"<html><body>We are down for maintenance.</body></html>", headers={"Retry-After": "3600"})
    async with serving({"/feed": page}) as site, crawling(site) as crawler:
        assert (await fault(crawler, site.url())).retry_after == timedelta(hours=1)
