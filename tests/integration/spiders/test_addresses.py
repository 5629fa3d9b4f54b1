"""Addresses as operators and servers write them."""

import base64
import json
from pathlib import Path

import pytest

from network import Guard
from storywatch.egress import EgressPolicy
from storywatch.model import VisitOutcome
from tests.integration.spiders.crawling import crawling, fault, titles, visit
from tests.support.names import NamedLoop, with_names
from tests.support.web import drip, head, reply, rss, serving

BODY = rss("Blast at the airport")
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed",
        "/feed",
        "//outlet.example/feed",
        "ftp://outlet.example/feed",
        "file:///etc/passwd",
        "data:text/xml,<rss/>",
        "http:",
        "http:///feed",
        "http://[/",
        "http://:80/",
        "http://outlet.example:99999/",
        "http://outlet.example:port/",
        "http://a..b/",
        "http://" + "a" * 300 + ".example/",
        " http://outlet.example/",
        "javascript:alert(1)",
    ],
)
async def test_what_is_no_web_address_is_a_permanent_fault(url: str) -> None:
    """Trying again can't help."""
    async with crawling() as crawler:
        found = await fault(crawler, url)
    assert (found.code, found.permanent) == ("bad_url", True)
    assert found.message.isprintable()


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/feed", "/feed"),
        ("", "/"),
        ("/a b", "/a%20b"),
        ("/caf\u00e9?q=\u00fc", "/caf%C3%A9?q=%C3%BC"),
        ("/caf%C3%A9", "/caf%C3%A9"),
        ("/a%2Fb", "/a%2Fb"),
        ("/feed?b=2&a=1&a=", "/feed?b=2&a=1&a="),
        ("/feed#part", "/feed"),
        ("/there/../feed", "/feed"),
    ],
)
async def test_a_path_is_sent_as_it_is_written(path: str, sent: str) -> None:
    """Only what HTTP can't carry is escaped; the order of a query may be signed."""
    async with serving() as site, crawling(site) as crawler:
        await visit(crawler, site.url(path))
    assert site.asked[-1].target == sent


async def test_a_scheme_may_be_written_large() -> None:
    """RFC 3986, section 3.1."""
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert await titles(crawler, site.url().replace("http", "HTTP"))


async def test_a_password_in_the_address_is_used_and_never_told() -> None:
    """Some outlets give subscribers such addresses. No message shows them, whatever goes wrong."""
    pages = {"/feed": reply(BODY), "/large": drip(head(200), b"x" * 65_536), "/gone": reply(status=410)}
    async with serving(pages) as site, crawling(site) as crawler:
        secret = site.url().replace("//", "//reader:hunter2@")
        assert await titles(crawler, secret)
        assert site.visits()[0]["Authorization"] == "Basic " + base64.b64encode(b"reader:hunter2").decode()
        wrong = [secret.replace("feed", name) for name in ("large", "gone", "none", "a\x00b")]
        wrong += [secret.replace(str(site.port), "1"), secret.replace("127.0.0.1", "no.such.name.invalid")]
        messages = [str(await fault(crawler, url)) for url in wrong]
    assert "hunter2" not in json.dumps(messages)


def test_a_name_in_another_script_is_dialled_by_its_ascii_form() -> None:
    """RFC 5891. The name service and the Host header see the same."""

    async def work(loop: NamedLoop) -> None:
        async with serving({"/feed": reply(BODY)}) as site, crawling(guard=Guard(EgressPolicy())) as crawler:
            assert await titles(crawler, f"http://bücher.example:{site.port}/feed")
        assert {asked["Host"] for asked in site.asked} == {f"xn--bcher-kva.example:{site.port}"}
        assert set(loop.looked_up) == {"xn--bcher-kva.example"}

    with_names({"xn--bcher-kva.example": [[PUBLIC]]}, [PUBLIC], work)


def test_a_name_that_nobody_knows_is_a_fault_that_passes() -> None:
    """Name services fail too."""

    async def work(_: NamedLoop) -> None:
        async with crawling(guard=Guard(EgressPolicy())) as crawler:
            found = await fault(crawler, "http://outlet.example/feed")
        assert (found.code, found.permanent) == ("dns", False)
        assert "outlet.example" in found.message

    with_names({}, [], work)


async def test_a_closed_port_is_a_fault_that_passes() -> None:
    """And the message says what the system said."""
    async with serving() as site, crawling(site) as crawler:
        pass
    async with crawling(site) as crawler:
        found = await fault(crawler, site.url())
    assert (found.code, found.permanent) == ("connection", False)
    assert f"{site.place}: Connect" in found.message


async def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrapy has caches, states and a remote control that leave files."""
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    async with serving({"/feed": reply(BODY)}) as site, crawling(site) as crawler:
        assert (await visit(crawler, site.url())).outcome is VisitOutcome.OK
    assert list(tmp_path.rglob("*")) == []  # noqa: ASYNC240 - the loop has nothing else to do
