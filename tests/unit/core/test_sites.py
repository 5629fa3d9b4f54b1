"""Which hosts belong together: `storywatch.sites`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.sites import is_shared, site_of

SITES = [
    ("www.outlet.example", "outlet.example"),
    ("outlet.example", "outlet.example"),
    ("Feeds.News.Outlet.Example.", "outlet.example"),
    ("feeds.bbc.co.uk", "bbc.co.uk"),
    ("bbc.co.uk", "bbc.co.uk"),
    ("www.gov.uk", "gov.uk"),
    ("www.amu.tv", "amu.tv"),
    ("one.substack.com", "one.substack.com"),
    ("www.one.wordpress.com", "one.wordpress.com"),
    ("substack.com", "substack.com"),
    ("127.0.0.1", "127.0.0.1"),
    ("2001:db8::1", "2001:db8::1"),
    ("localhost", "localhost"),
    ("", ""),
]


@pytest.mark.parametrize(("host", "site"), SITES)
def test_a_host_is_part_of_a_site(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize("host", ["feeds.feedburner.com", "www.youtube.com", "medium.com", "news.google.com"])
def test_a_host_that_many_share_says_nothing_of_who_publishes(host: str) -> None:
    assert is_shared(host)
    assert not is_shared(host.replace(".", "-") + ".example")


@given(st.text(max_size=40))
def test_a_site_is_its_own_site(host: str) -> None:
    """Whatever the text: nothing escapes, and once is enough."""
    assert site_of(site_of(host)) == site_of(host)
