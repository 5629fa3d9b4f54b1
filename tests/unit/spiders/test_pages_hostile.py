"""Pages made to hurt: they cost a bounded time, and no exception but a VisitError escapes."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.parsing.pages.tree import MOST_TAGS
from storywatch.errors import VisitError
from tests.support.patience import SLOWNESS
from tests.unit.spiders.webpages import fault_of, html, only, read

HOSTILE = {
    "nested": "<div>" * 200_000,
    "nested links": '<a href="/x">t' * 20_000,
    "unclosed paragraphs": "<p>x" * 30_000,
    "formatting": "<b><p>" * 20_000,
    "tables": "<table><tr><td>" * 50_000,
    "comments": "<!--" * 200_000,
    "open brackets": "<" * 500_000,
    "entities": "&amp;#x" * 100_000,
    "quotes": "<a href='" * 50_000,
    "one long attribute": f'<a href="/{"x" * 2_000_000}">t</a>',
    "endless title": f"<title>{'x' * 2_000_000}",
    "scripts": "<script>" * 100_000,
    "selects": "<select><option>" * 50_000,
    "wide": '<p><a href="/a">a</a></p>' * 8_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("rules", [{"items": "a"}, {"items": "//p|//div"}, {"region": "body"}, {}])
def test_a_hostile_page_costs_seconds_at_most(name: str, rules: dict[str, str]) -> None:
    """Worse ones exist: thousands of attributes on one element. The worker's CPU limit is for those."""
    started = time.process_time()
    with suppress(VisitError):
        read(html(HOSTILE[name]), **rules)  # type: ignore[arg-type]
    assert time.process_time() - started < 10 * SLOWNESS


def test_the_number_of_tags_is_bounded() -> None:
    """Memory goes with it."""
    assert fault_of(html("<p>x" * MOST_TAGS), items="p").code == "parse_limit"
    assert len(only(html("<p>x" * (MOST_TAGS // 2)), region="body").content) > MOST_TAGS


def test_depth_is_bounded_and_what_lies_deeper_is_left_out() -> None:
    assert only(html("<p>shallow</p>" + "<div>" * 1000 + "<p>deep</p>"), region="body").content == "shallow"


PIECES = (
    "<a href=|'/x'>|\"/y\">|<article>|</a>|<h2>|text |<p>|</p>|<time datetime=2021>|&#0;|"
    "<base href='//[']>|\0|<html lang="
    "|<script type='application/ld+json'>|{\"headline\":|</script>|<!--|é|<|<meta property='og:title' content=|]]>"
    "|<svg>|<link rel=canonical href=|\ud7ff"
)
markup = st.lists(st.sampled_from(PIECES.split("|")), max_size=30).map("".join)


@settings(deadline=None, max_examples=300)
@given(
    source=st.one_of(markup.map(str.encode), st.binary(max_size=200)),
    rules=st.sampled_from(
        [{"items": "a"}, {"items": "article", "time": "time", "summary": "p"}, {"region": "//body"}, {}]
    ),
)
def test_whatever_is_served_gives_items_or_a_fault(source: bytes, rules: dict[str, str]) -> None:
    with suppress(VisitError):
        for item in read(source, **rules).items:  # type: ignore[arg-type]
            assert item.title or item.content
            assert item.url is not None
            assert "\0" not in item.title + item.content + item.summary
