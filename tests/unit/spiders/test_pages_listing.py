"""Listings: the entries or links of a page as items."""

from datetime import UTC, datetime
from typing import Any

import pytest

from spiders.parsing import ParseLimits
from storywatch.model import SourceKind, TimeCorrection, TimeOrigin
from tests.unit.spiders.webpages import fault_of, html, only, read

ENTRY = """<article><a href="/world/blast"><img src="p.jpg" alt="A photo"></a>
<h2><a href="/world/blast?utm_source=front">Blast at the airport</a></h2>
<p>Two explosions were heard.</p><p>Crowds had waited for days.</p>
<time datetime="2021-08-26T17:50:00+02:00">2 hours ago</time>
<a href="/world">World</a> <a href="/world/blast#comments">12 comments</a></article>"""
OTHER = '<article><h2><a href="second">A second story</a></h2></article>'


def titles(source: str, **about: Any) -> list[str]:
    return [item.title for item in read(source, **about).items]


def links(source: str, **about: Any) -> list[str | None]:
    return [item.url for item in read(source, **about).items]


def test_an_entry_gives_link_title_summary_and_time_from_their_usual_places() -> None:
    document = read(html(ENTRY + OTHER, lang="en-gb"), items="article")
    assert (document.kind, document.format) == (SourceKind.PAGE, "page_listing")
    first, second = document.items
    assert first.url == "https://www.outlet.example/world/blast?utm_source=front"
    assert first.title == "Blast at the airport"
    assert first.summary == "Two explosions were heard.\n\nCrowds had waited for days."
    assert (first.published, first.time_origin) == (datetime(2021, 8, 26, 15, 50, tzinfo=UTC), TimeOrigin.PUBLISHED)
    assert (first.language, first.guid, first.content) == ("en-GB", None, "")
    assert second.url == "https://www.outlet.example/world/second"
    assert (second.summary, second.published, second.time_origin) == ("", None, TimeOrigin.SEEN)


@pytest.mark.parametrize(
    "items",
    ["h2 > a", "h2 a[href]", "//h2/a", ".//article//h2", "//h2/a/@href", "h2 a::attr(href)", "(//h2)[1]|//h2[1]"],
)
def test_links_and_headings_can_be_selected_by_css_and_xpath(items: str) -> None:
    assert titles(html(ENTRY + OTHER), items=items) == ["Blast at the airport", "A second story"]


def test_a_heading_inside_a_link_is_the_title_and_the_rest_is_not() -> None:
    """Cards are often one big link."""
    card = '<a class="card" href="/a"><span>World</span><h3>The title</h3><p>The summary.</p></a>'
    item = only(html(card), items="a.card")
    assert (item.title, item.summary) == ("The title", "The summary.")
    assert only(html(card), items="h3").url == "https://www.outlet.example/a"


def test_a_link_without_words_is_called_what_a_screen_reader_says() -> None:
    assert titles(
        html('<a href="/a" aria-label="By label"></a><a href="/b"><img alt="By picture"></a>'), items="a"
    ) == [
        "By label",
        "By picture",
    ]


def test_rules_name_the_places_that_are_not_the_usual_ones() -> None:
    entry = (
        '<div class="row"><a href="/section">Section</a><b>Named title</b><i>Named summary</i>'
        '<s data-at="2021-08-26 10:00">x</s><a class="more" href="/story">More</a></div>'
    )
    rules = {"items": ".row", "title": "b", "link": "a.more", "summary": ".//i", "time": "./s/@data-at"}
    item = only(html(entry), **rules)
    assert (item.url, item.title, item.summary) == ("https://www.outlet.example/story", "Named title", "Named summary")
    # It names no zone: the outlet's.
    assert item.published == datetime(2021, 8, 26, 5, 30, tzinfo=UTC)
    assert item.time_correction is TimeCorrection.ZONE_ASSUMED
    assert only(html(entry), items=".row").url == "https://www.outlet.example/section"
    assert only(html(entry), **{**rules, "link": "a.more::attr(href)"}).url == item.url


@pytest.mark.parametrize(
    "href",
    [
        "#top",
        "",
        "mailto:desk@outlet.example",
        "javascript:alert(1)",
        "tel:+1",
        "data:text/html,x",
        "/world/kabul",
        "/world/kabul#live",
        "https://outlet.example/world/kabul?utm_source=x",
        "http://[broken",
        "file:///etc/passwd",
    ],
)
def test_what_leads_to_no_other_page_is_left_out(href: str) -> None:
    listing = html(f'<a href="{href}">A</a><a href="/b">B</a>')
    assert titles(listing, items="a") == ["B"]


def test_an_address_that_stands_twice_is_one_item_with_the_most_text_and_a_known_time() -> None:
    """In the place of the first; tracking parameters and host twins don't make it another one."""
    listing = html(
        '<div><a href="/a?utm_medium=x">Short</a><time datetime="2021-08-26T10:00:00Z"></time></div>'
        '<div><a href="/b">B</a></div><div><a href="https://outlet.example/a">The longer title</a></div>'
    )
    first, second = read(listing, items="div").items
    assert (first.title, second.title) == ("The longer title", "B")
    assert first.published == datetime(2021, 8, 26, 10, tzinfo=UTC)


def test_relative_links_resolve_against_the_pages_base() -> None:
    source = html('<a href="x">X</a>', head='<base target="_top"><base href="/other/"><base href="/third/">')
    assert links(source, items="a") == ["https://www.outlet.example/other/x"]
    hostile = html('<a href="x">X</a>', head='<base href="javascript:alert(1)">')
    assert links(hostile, items="a") == ["https://www.outlet.example/world/x"]


def test_a_page_without_an_address_still_gives_absolute_links() -> None:
    assert links(html('<a href="https://o.example/a">A</a><a href="/b">B</a>'), items="a", url=None) == [
        "https://o.example/a"
    ]


def test_a_selector_that_finds_nothing_is_named_with_the_remedy() -> None:
    fault = fault_of(html("<p>Redesigned</p>"), items="article.story")
    assert (fault.code, fault.permanent) == ("no_items", False)
    assert "'article.story'" in fault.message
    assert "adapt `selector`" in fault.message
    linkless = fault_of(html("<p>One</p><p>Two</p>"), items="p")
    assert "selects 2 elements" in linkless.message
    assert "link_selector" in linkless.message


@pytest.mark.parametrize("selector", ["a[", "//a[", "a::before", "//a[no-such-function()]", "//x:a", "a:nonsense(1)"])
def test_a_selector_that_is_none_is_the_operators_to_mend(selector: str) -> None:
    fault = fault_of(html('<a href="/a">A</a>'), items=selector)
    assert (fault.code, fault.permanent) == ("bad_selector", True)
    assert selector in fault.message
    inner = fault_of(html('<a href="/a">A</a>'), items="a", title=selector)
    assert inner.code == "bad_selector"


@pytest.mark.parametrize("selector", ["count(//a)", "//a/namespace::*", "string(//a)", "true()", "//a = 1"])
def test_an_xpath_that_selects_no_elements_gives_no_items(selector: str) -> None:
    fault = fault_of(html('<a href="/a">A</a>'), items=f"({selector})")
    assert fault.code == "no_items"


def test_the_number_of_items_is_limited() -> None:
    many = html("".join(f'<a href="/{number}">Title {number}</a>' for number in range(100)))
    assert titles(many, items="a", limits=ParseLimits(max_items=3)) == ["Title 0", "Title 1", "Title 2"]


def test_titles_and_summaries_are_plain_text() -> None:
    """What is escaped in a page is text, and stays it."""
    heading = '<h2><a href="/a">1 &lt;b&gt; 2\u202e\x01</a></h2>'
    item = only(html(f"<div>{heading}<p>x<script>alert(1)</script><!-- c --> y</p></div>"), items="div")
    assert (item.title, item.summary) == ("1 <b> 2", "x y")
