"""Asking hubs: what they answer, and how little they can do to us."""

from datetime import UTC, datetime, timedelta

import pytest

from network import Guard
from spiders.websub.hubs import HubClient, _may_follow
from storywatch.egress import EgressPolicy
from storywatch.errors import HubError
from tests.support.patience import soon
from tests.support.web import Answer, Site, drip, head, moved, raw, reply, serving

NOW = datetime(2021, 9, 1, 12, tzinfo=UTC)
FORM = {"hub.mode": "subscribe", "hub.topic": "https://nyt.example/?a=b&c=é", "hub.secret": "s" * 64}


def client(*sites: Site, deadline: float = 5.0) -> HubClient:
    """Return a client that may dial these."""
    guard = Guard(EgressPolicy.allowing([site.place for site in sites]))
    return HubClient(guard, lambda: NOW, user_agent="Storywatch/1 (+desk@example.org)", deadline=deadline)


async def refused(answer: Answer, deadline: float = 5.0) -> HubError:
    """Ask a hub that does not take it."""
    async with serving({"/hub": answer}) as site:
        with pytest.raises(HubError) as caught:
            await client(site, deadline=deadline).ask(site.url("/hub"), FORM)
    assert "/hub" not in caught.value.fault.message
    return caught.value


@pytest.mark.parametrize("status", [202, 204, 200])
async def test_any_success_is_one(status: int) -> None:
    async with serving({"/hub": reply(status=status)}) as site:
        await client(site).ask(site.url("/hub"), FORM)
    (asked,) = site.visits("/hub")
    assert asked.method == "POST"
    assert asked["User-Agent"].startswith("Storywatch/1")
    assert asked["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in asked


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 500, 503])
async def test_every_failure_is_one(status: int) -> None:
    error = await refused(reply(b"because", status=status, headers={"Retry-After": "77"}))
    assert (error.fault.code, error.fault.retry_after) == ("hub_refused", timedelta(seconds=77))


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_to_another_hub_is_followed_with_the_form(status: int) -> None:
    """Section 5.2. The other redirects turn a POST into a GET, or may; they are failures."""
    async with serving({"/new": reply(status=202)}) as new, serving({"/hub": moved(new.url("/new"), status)}) as old:
        await client(old, new).ask(old.url("/hub"), FORM)
    (asked,) = new.visits("/new")
    assert asked.method == "POST"
    assert int(asked["Content-Length"]) > 100


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_other_redirects_are_refusals(status: int) -> None:
    assert (await refused(moved("/elsewhere", status))).fault.code == "hub_refused"


@pytest.mark.parametrize("location", ["/hub", "ftp://127.0.0.1/", "", "https://[", "http://"])
async def test_a_redirect_that_leads_nowhere_is_a_failure(location: str) -> None:
    """Or in a circle."""
    assert (await refused(moved(location, 307))).fault.code in {"hub_redirect", "hub_unreachable"}


async def test_a_redirect_is_judged_by_the_guard() -> None:
    async with serving({"/new": reply(status=202)}) as new, serving({"/hub": moved(new.url("/new"), 307)}) as old:
        with pytest.raises(HubError) as caught:
            await client(old).ask(old.url("/hub"), FORM)
    assert (caught.value.fault.code, new.asked) == ("egress_refused", [])


@pytest.mark.parametrize(
    ("url", "target", "may"),
    [
        ("https://a.example/", "https://b.example/", True),
        ("https://a.example/", "http://b.example/", False),
        ("http://a.example/", "https://b.example/", True),
        ("http://a.example/", "http://b.example/", True),
        ("http://a.example/", "ftp://b.example/", False),
    ],
)
def test_a_redirect_never_leads_from_https_to_http(url: str, target: str, *, may: bool) -> None:
    """The secret would travel in the clear."""
    assert _may_follow(url, target) is may


async def test_a_hub_that_drips_is_given_up_in_time() -> None:
    async with soon():
        error = await refused(drip(head(202), b"x", 0.05), deadline=0.5)
    assert error.fault.code == "hub_timeout"


async def test_a_hub_that_answers_without_end_is_cut_off() -> None:
    """What it says is nobody's concern: the status is."""
    async with serving({"/hub": drip(head(202), b"x" * 65_536)}) as site:
        await client(site).ask(site.url("/hub"), FORM)


async def test_a_hub_that_hangs_up() -> None:
    assert (await refused(raw(b""))).fault.code == "hub_unreachable"
    assert (await refused(raw(b"SSH-2.0-x\r\n"))).fault.code == "hub_unreachable"


async def test_a_hub_that_is_not_there() -> None:
    async with serving() as site:
        gone, asking = site.url("/hub"), client(site)
    with pytest.raises(HubError) as caught:
        await asking.ask(gone, FORM)
    assert caught.value.fault.code == "hub_unreachable"
