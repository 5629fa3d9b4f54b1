"""Readers are sent only where an alert says; webhook addresses keep their tokens to themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.links import endpoint, host_of, web_link


@pytest.mark.parametrize(
    "url",
    [
        "https://www.nytimes.com/2021/09/17/us/politics/a-b.html?x=1&y=2#part",
        "http://khaama.example:8080/a%20b",
        "https://[2001:db8::1]/x",
        "https://host_name.example/(a)",
    ],
)
def test_plain_links_stay_as_they_are(url: str) -> None:
    """Nothing is added, taken or decoded."""
    assert web_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//nytimes.com/x",
        "https:///x",
        "https://nytimes.com@evil.test/",
        "https://user:pass@nytimes.com/",
        "https://nytimes.com\\@evil.test/",
        "https://evil.test\\.nytimes.com/",
        "https://nytimes.com\r\nBcc: v@evil.test/",
        "https://a b.example/",
        "https://x.example:port/",
        "https://x.example:99999/",
        "https://[::1/",
        "https://x.example/\ud800",
        "https://x.example/" + "a" * 2000,
        "https://x.example/" + "\u0627" * 700,
    ],
)
def test_links_that_mislead_are_dropped(url: str | None) -> None:
    """Other schemes, hidden hosts, line ends, and what is too long."""
    assert web_link(url) is None


def test_what_a_url_cannot_hold_is_encoded() -> None:
    """So that what is shown is what is opened."""
    assert web_link("HTTPS://x.example/a b|c\u202e\"<'") == "https://x.example/a%20b%7Cc%E2%80%AE%22%3C'"
    assert web_link("https://b\u00fccher.example/\u00fc") == "https://xn--bcher-kva.example/%C3%BC"


@given(st.text())
def test_every_link_is_one_ascii_word(text: str) -> None:
    """Whatever follows the host."""
    link = web_link("https://x.example/" + text)
    assert link is None or (link.isascii() and link.isprintable() and not set(link) & set(' <>"\\'))


def test_the_host_is_shown_without_www() -> None:
    """It's what readers know the outlet by."""
    assert host_of("https://www.nytimes.com/x") == "nytimes.com"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/in/token-abc?key=secret", "https://hooks.example"),
        ("http://hooks.example:8080/x", "http://hooks.example:8080"),
        ("https://user:password@hooks.example/x", "https://hooks.example"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
    ],
)
def test_an_endpoint_shows_no_secret(url: str, shown: str) -> None:
    """Paths, queries and user names may hold tokens."""
    assert endpoint(url) == shown


@pytest.mark.parametrize("url", ["", "ftp://x.example/token", "https://", "https://x:token/", "https://[token/"])
def test_a_bad_endpoint_is_refused_without_repeating_it(url: str) -> None:
    """The error goes into logs."""
    with pytest.raises(ValueError, match="does not start with") as caught:
        endpoint(url)
    assert "token" not in str(caught.value)
    assert caught.value.__suppress_context__
