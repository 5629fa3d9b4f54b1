"""Hubs in Link headers (RFC 8288), signatures, and the allowance of a subscription."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.websub.links import push_offer
from spiders.websub.signature import is_signed
from storywatch.allowance import MOST_KNOWN, Allowance
from storywatch.model import PushOffer

BASE = "https://nyt.example/feeds/world.xml"
HUB, TOPIC = "https://hub.example/", "https://nyt.example/feeds/world.xml"
OFFER = PushOffer(hub=HUB, topic=TOPIC)
BODY = PushOffer(hub="https://body.example/", topic="https://nyt.example/body")

FOUND = {
    "two links": f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"',
    "without quotes": f"<{HUB}>; rel=hub, <{TOPIC}>; rel=self",
    "the other way round": f'<{TOPIC}>; rel="self", <{HUB}>; rel="hub"',
    "no space": f"<{HUB}>;rel=hub,<{TOPIC}>;rel=self",
    "much space": f'  <{HUB}>  ;  rel = "hub"  ,  <{TOPIC}>\t;\trel=self',
    "upper case": f'<{HUB}>; REL="HUB", <{TOPIC}>; Rel=Self',
    "several relations": f'<{HUB}>; rel="preconnect hub", <{TOPIC}>; rel="alternate self"',
    "other parameters": f'<{HUB}>; title="a, b; rel=self"; rel="hub", <{TOPIC}>; type="application/rss+xml"; rel=self',
    "an escaped quote": f'<{HUB}>; title="a \\", <x>; rel=hub"; rel="hub", <{TOPIC}>; rel=self',
    "another link between": f'<{HUB}>; rel=hub, </api>; rel="https://api.w.org/", <{TOPIC}>; rel=self',
    "a relative topic": f"<{HUB}>; rel=hub, <world.xml>; rel=self",
    "an absolute path": f"<{HUB}>; rel=hub, </feeds/world.xml>; rel=self",
    "an empty element": f",, <{HUB}>; rel=hub, , <{TOPIC}>; rel=self,",
    "the first rel counts": f"<{HUB}>; rel=hub; rel=self, <{TOPIC}>; rel=self",
    "a parameter without a value": f"<{HUB}>; crossorigin; rel=hub, <{TOPIC}>; rel=self",
    "an empty parameter": f"<{HUB}>;; rel=hub;, <{TOPIC}>; rel=self",
    "a hub without https first": f"<http://hub.example/>; rel=hub, <{HUB}>; rel=hub, <{TOPIC}>; rel=self",
    "a hub that can't be called first": f"<ftp://hub.example/>; rel=hub, <{HUB}>; rel=hub, <{TOPIC}>; rel=self",
    "two hubs": f"<{HUB}>; rel=hub, <https://second.example/>; rel=hub, <{TOPIC}>; rel=self",
    "a link about something else": f'<https://x.example/>; rel=hub; anchor="/x", <{HUB}>; rel=hub, <{TOPIC}>; rel=self',
}


@pytest.mark.parametrize("header", FOUND.values(), ids=FOUND)
def test_a_hub_in_the_header(header: str) -> None:
    assert push_offer(header, BASE, BODY) == OFFER


NOT_FOUND = {
    "nothing": "",
    "no hub": f"<{TOPIC}>; rel=self",
    "a hub in a title": f'<{HUB}>; title="rel=hub", <{TOPIC}>; rel=self',
    "another relation that contains hub": f"<{HUB}>; rel=hubbub, <{TOPIC}>; rel=self",
    "no link": "hub",
    "an open bracket": f"<{HUB}; rel=hub",
}


@pytest.mark.parametrize("header", [*NOT_FOUND.values(), None], ids=[*NOT_FOUND, "no header"])
def test_without_a_hub_in_the_header_the_document_counts(header: str | None) -> None:
    assert push_offer(header, BASE, BODY) == BODY
    assert push_offer(header, BASE, None) is None


@pytest.mark.parametrize(
    "hub",
    ["ftp://h.example/", "https://u:p@h.example/", "https://h.example:0/", "javascript:x", "https://[::1",
     "https://h.example/" + "x" * 3000, "https://hüb.example/", "https://h.example/a b\u202e"],
)  # fmt: skip
def test_a_hub_that_can_not_be_called_is_no_offer(hub: str) -> None:
    assert push_offer(f"<{hub}>; rel=hub, <{TOPIC}>; rel=self", BASE, None) is None
    assert push_offer(None, BASE, PushOffer(hub=hub, topic=TOPIC)) is None


def test_a_header_without_a_topic_takes_the_document_s() -> None:
    """The recommendation wants both; guessing the topic would subscribe to what nobody offered."""
    assert push_offer(f"<{HUB}>; rel=hub", BASE, BODY) == PushOffer(hub=HUB, topic=BODY.topic)
    assert push_offer(f"<{HUB}>; rel=hub", BASE, None) is None


def test_a_document_over_https_is_not_entrusted_to_a_hub_without() -> None:
    """The secret would travel in the clear. A document without https has nothing to lose."""
    header = f"<http://hub.example/>; rel=hub, <{TOPIC}>; rel=self"
    assert push_offer(header, BASE, None) is None
    assert push_offer(header, BASE.replace("https", "http"), None) == PushOffer(hub="http://hub.example/", topic=TOPIC)


@given(st.text(alphabet='<>;,="\\ \trelhubs:/ax', max_size=200))
def test_no_header_breaks_it(header: str) -> None:
    offer = push_offer(header, BASE, None)
    assert offer is None or offer.hub.startswith("http")


@pytest.mark.parametrize("piece", ["<", '<x>;a="', ";", " ", "<x>; ", "\\", '<x>;a="\\', ",<x>;rel=hub", '"'])
def test_no_header_takes_long(piece: str) -> None:
    push_offer(piece * (200_000 // len(piece)), BASE, None)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_by_each_registered_method(method: str) -> None:
    given_one = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert is_signed(f"{method}={given_one}", "secret", b"body")
    assert is_signed(f" {method.upper()}={given_one.upper()} ", "secret", b"body")
    assert not is_signed(f"{method}={given_one}", "secret", b"body ")
    assert not is_signed(f"{method}={given_one}", "Secret", b"body")
    assert not is_signed(f"{method}={given_one[:-1]}", "secret", b"body")


def test_a_known_signature() -> None:
    """RFC 4231, test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert is_signed(f"sha256={expected}", "Jefe", b"what do ya want for nothing?")


@pytest.mark.parametrize("header", [None, "", "=", "sha256", "sha256=", "md5=00", "sha256=é", "sha1", "none=", "=abc"])
def test_what_is_no_signature(header: str | None) -> None:
    assert not is_signed(header, "secret", b"")


def test_an_allowance_fills_again() -> None:
    allowance = Allowance(burst=2, every=10)
    assert [allowance.take("a", 0), allowance.take("a", 0), allowance.take("a", 0)] == [True, True, False]
    assert not allowance.take("a", 9)
    assert allowance.take("a", 10)
    assert not allowance.take("a", 10)
    assert [allowance.take("a", 1000) for _ in range(3)] == [True, True, False]
    assert allowance.take("b", 0)


def test_an_allowance_forgets_what_is_full() -> None:
    """However many subscriptions come and go, it stays small."""
    allowance = Allowance(burst=1, every=1)
    for number in range(MOST_KNOWN + 5):
        assert allowance.take(str(number), float(number))
    assert len(allowance._buckets) < 10
