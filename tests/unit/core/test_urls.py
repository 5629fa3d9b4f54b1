"""Canonical addresses: `storywatch.urls`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.model import Outlet
from storywatch.urls import canonical_url, host_of, url_identity

OUTLET = Outlet(id="o", name="O", hosts=("www.outlet.example", "m.outlet.example"), strip_params=("smid", "src_*"))
ANYWHERE = Outlet(id="any", name="Any")

CANONICAL = [
    ("https://www.outlet.example/a", "https://www.outlet.example/a"),
    ("https://M.Outlet.Example/a", "https://www.outlet.example/a"),
    ("https://m.outlet.example./a", "https://www.outlet.example/a"),
    ("https://other.example/a", "https://other.example/a"),
    ("HTTPS://www.outlet.example/A", "https://www.outlet.example/A"),
    ("  https://www.outlet.example/a\n", "https://www.outlet.example/a"),
    ("https://www.outlet.example", "https://www.outlet.example/"),
    ("https://www.outlet.example:443/a", "https://www.outlet.example/a"),
    ("http://www.outlet.example:443/a", "http://www.outlet.example:443/a"),
    ("http://www.outlet.example:8080/a", "http://www.outlet.example:8080/a"),
    ("https://user:secret@www.outlet.example/a", "https://www.outlet.example/a"),
    ("https://[2001:DB8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
    ("https://www.outlet.example/a#comments", "https://www.outlet.example/a"),
    ("https://www.outlet.example/a?utm_source=rss&utm_medium=feed", "https://www.outlet.example/a"),
    ("https://www.outlet.example/a?utm%5Fsource=rss", "https://www.outlet.example/a"),
    ("https://www.outlet.example/a?fbclid=1&id=7&gclid=2", "https://www.outlet.example/a?id=7"),
    ("https://www.outlet.example/a?smid=tw&src_x=1&id=7", "https://www.outlet.example/a?id=7"),
    ("https://www.outlet.example/a?smidgen=1", "https://www.outlet.example/a?smidgen=1"),
    ("https://www.outlet.example/a?b=2&a=1", "https://www.outlet.example/a?b=2&a=1"),
    ("https://www.outlet.example/a?q=a%20b&x", "https://www.outlet.example/a?q=a%20b&x"),
    ("https://www.outlet.example/a?q=a%20b&utm_source=rss&x", "https://www.outlet.example/a?q=a%20b&x"),
]


@pytest.mark.parametrize(("url", "canonical"), CANONICAL)
def test_an_address_has_one_canonical_form(url: str, canonical: str) -> None:
    """Host aliases, tracking, default ports, credentials and fragments go; everything else stays byte for byte."""
    assert canonical_url(url, OUTLET) == canonical


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        " ",
        "/relative",
        "//outlet.example/a",
        "mailto:a@b.example",
        "ftp://outlet.example/a",
        "javascript:alert(1)",
        "https:///a",
        "https://./a",
        "https://[::1/a",
        "https://outlet.example:99999/a",
        "https://outlet.example:x/a",
        "urn:uuid:0b1e",
    ],
)
def test_what_is_no_absolute_web_address_has_no_canonical_form(url: str | None) -> None:
    """None, never an error: feeds hold anything."""
    assert canonical_url(url, OUTLET) is None


_PIECES = st.text("aZ0é %\t\u3000./?&=#:@;+[]~-_", max_size=12)
_QUERIES = st.lists(
    st.sampled_from(["utm_source=x", "id=1", "q=a%20b", "x", "", "smid=", "src_a=1", "a=b=c", "%75tm_x=1", "=", " "])
).map("&".join)


@given(st.sampled_from(["http", "https", "HTTP"]), st.sampled_from(["outlet.example", "M.outlet.example."]), _PIECES)
def test_canonical_form_of_a_canonical_form_is_itself(scheme: str, host: str, rest: str) -> None:
    """Idempotent, whatever stands behind the host."""
    once = canonical_url(f"{scheme}://{host}/{rest}", OUTLET)
    if once is not None:
        assert canonical_url(once, OUTLET) == once


@given(_QUERIES, st.integers(0, 5))
def test_a_tracking_parameter_anywhere_changes_nothing(query: str, position: int) -> None:
    """The same article with and without a tracking parameter has one canonical form."""
    pairs = query.split("&") if query else []
    tracked = "&".join((*pairs[:position], "utm_campaign=feed", *pairs[position:]))
    plain = canonical_url(f"https://outlet.example/a?{query}", OUTLET)
    assert canonical_url(f"https://outlet.example/a?{tracked}", OUTLET) == plain


@given(st.text(max_size=60))
def test_no_text_makes_an_address_function_fail(text: str) -> None:
    """Hostile addresses give None or an empty host."""
    canonical = canonical_url(text, OUTLET)
    assert canonical is None or canonical.startswith(("http://", "https://"))
    url_identity(canonical)
    assert isinstance(host_of(text), str)


@pytest.mark.parametrize(
    "url",
    [
        "http://outlet.example/story",
        "https://outlet.example/story",
        "https://www.outlet.example/story/",
        "https://www.outlet.example:443/story#top",
    ],
)
def test_scheme_www_and_closing_slash_tell_no_articles_apart(url: str) -> None:
    """One identity for the forms in which one article is linked."""
    assert url_identity(canonical_url(url, ANYWHERE)) == "outlet.example/story"


def test_what_tells_articles_apart_stays_in_the_identity() -> None:
    """Path, query, host and port: the negative control of the test above."""
    urls = ["/story", "/Story", "/story2", "/story?p=1", "/story?p=2", ":8080/story"]
    others = ["https://edition.outlet.example/story", "https://wwwoutlet.example/story"]
    identities = {url_identity(canonical_url(url, ANYWHERE)) for url in [f"https://outlet.example{u}" for u in urls]}
    identities |= {url_identity(canonical_url(url, ANYWHERE)) for url in others}
    assert len(identities) == len(urls) + len(others)


@pytest.mark.parametrize("url", [None, "https://outlet.example/", "https://www.outlet.example"])
def test_a_home_page_identifies_no_article(url: str | None) -> None:
    """Many items may link to the home page."""
    assert url_identity(canonical_url(url, ANYWHERE)) is None


def test_a_query_on_the_home_page_is_an_article() -> None:
    """Old content systems write `/?p=17`."""
    assert url_identity("https://outlet.example/?p=17") == "outlet.example?p=17"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Outlet.example./feed", "www.outlet.example"),
        ("http://user@[2001:db8::1]:80/", "2001:db8::1"),
        ("nonsense", ""),
        ("http://[broken", ""),
    ],
)
def test_host_of_an_address_is_lower_case_and_bare(url: str, host: str) -> None:
    """The unit of politeness; empty where there is none."""
    assert host_of(url) == host
