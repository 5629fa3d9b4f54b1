"""Pages watched for change: the page itself as the one item."""

import sys
from datetime import UTC, datetime

import pytest

from spiders.parsing import ParseLimits
from storywatch.intake import fingerprint
from storywatch.model import SourceKind, TimeOrigin
from tests.unit.spiders.webpages import URL, fault_of, html, only, read, story

PARAGRAPHS = [
    f"Paragraph {number} says that the ministry of defence confirmed another report about the attack on the airport."
    for number in range(8)
]


FOOTER = """<footer><p>Cookie settings</p><noscript>JavaScript?</noscript>
<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>"""


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str, by: str = "property") -> str:
    return f'<meta {by}="{name}" content="{content}">'


def test_the_text_of_the_article_is_the_content_and_what_stands_around_is_not() -> None:
    document = read(story(*PARAGRAPHS))
    assert (document.kind, document.format) == (SourceKind.PAGE, "page")
    (item,) = document.items
    assert item.content.split("\n\n") == ["The blast", *PARAGRAPHS]
    assert (item.url, item.guid, item.title, item.summary, item.language) == (URL, None, "The blast", "", "en")


def test_reading_twice_gives_the_same_words() -> None:
    """Also after other pages were read: what changes is the page."""
    first = fingerprint(only(story(*PARAGRAPHS)))
    only(story(*PARAGRAPHS[::-1]))
    assert fingerprint(only(story(*PARAGRAPHS))) == first
    edited = only(
        story(*PARAGRAPHS[:-1], "Paragraph 7 now says that the ministry of defence denied all of the reports.")
    )
    assert fingerprint(edited) != first


def test_a_region_bounds_what_is_read() -> None:
    page = html(
        '<div id="live"><div class="post"><h2>17:50</h2><p>Two<br>blasts</p></div><div class="post">Closed</div></div>'
        '<div id="count">1,234 views</div>'
    )
    assert only(page, region="#live").content == "17:50\n\nTwo\nblasts\n\nClosed"
    assert only(page, region="//div[@class='post']").content == "17:50\n\nTwo\nblasts\n\nClosed"
    # What is selected inside of what is selected counts once.
    assert only(page, region="div").content == "17:50\n\nTwo\nblasts\n\nClosed\n\n1,234 views"
    assert only(page, region="h2::text").content == "17:50"


def test_a_region_that_is_gone_is_named_with_the_remedy() -> None:
    fault = fault_of(html("<main></main>"), region="main p")
    assert (fault.code, fault.permanent) == ("no_text", False)
    assert "'main p'" in fault.message
    assert "adapt `region`" in fault.message
    assert fault_of(html("<p>x</p>"), region="p[").code == "bad_selector"


def test_a_page_with_the_text_of_a_library_asks_for_a_region() -> None:
    """Its scripts don't count."""
    huge = story(*PARAGRAPHS, head=f"<script>{'x = 1; ' * 200_000}</script>")
    assert only(huge).content
    fault = fault_of(story("many words " * 100_000))
    assert (fault.code, "`region`" in fault.message) == ("parse_limit", True)


def test_a_page_without_text_asks_for_a_region() -> None:
    fault = fault_of(html("<img src=x>"))
    assert fault.code == "no_text"
    assert "`region`" in fault.message


def test_without_the_extra_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region needs no extra."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    fault = fault_of(story(*PARAGRAPHS))
    assert (fault.code, fault.permanent) == ("needs_extra", True)
    assert "pip install storywatch[pages]" in fault.message
    assert only(story(*PARAGRAPHS), region="article p:nth-of-type(1)").content == PARAGRAPHS[0]


# What the page says about itself -------------------------------------------------------------------------------------

GRAPH = """{"@context": "https://schema.org", "@graph": [
  {"@type": "WebSite", "name": "Outlet", "headline": "Not this"},
  {"@type": ["NewsArticle", "Article"], "headline": "The blast &amp; the fire",
   "image": {"@type": "ImageObject", "headline": "Nor this"}, "inLanguage": "fa",
   "datePublished": "2021-08-26T18:00:00+04:30", "dateModified": ["2021-08-26T19:00:00Z"],
   "author": [{"@type": "Person", "name": "Jane Doe"}, "Jo Roe", {"url": "https://o.example/jo"}],
   "liveBlogUpdate": [{"@type": "BlogPosting", "headline": "Nor that", "datePublished": "2021-08-27"}]}]}"""


def test_json_ld_names_headline_times_and_authors() -> None:
    item = only(story(*PARAGRAPHS, head=ld(GRAPH) + meta("og:title", "OG")).replace(' lang="en"', ""))
    assert item.title == "The blast & the fire"
    assert item.published == datetime(2021, 8, 26, 13, 30, tzinfo=UTC)
    assert item.updated == datetime(2021, 8, 26, 19, 0, tzinfo=UTC)
    assert (item.author, item.language, item.time_origin) == ("Jane Doe, Jo Roe", "fa", TimeOrigin.PUBLISHED)


@pytest.mark.parametrize(
    "text",
    [
        '[{"@type": "BreadcrumbList"}, {"@type": "NewsArticle", "headline": "H"}]',
        '{"@type": "WebPage", "name": "N", "mainEntity": {"@type": "Article", "headline": "H"}}',
        '{"@type": "LiveBlogPosting", "headline": "H"};',
        '{"headline": "H", "description": "a line\nbreak"}',
        '<!-- no -->{"headline": "X"}</script><script type="application/ld+json">{"headline": ["H"]}',
    ],
)
def test_json_ld_is_found_in_lists_graphs_and_bad_json(text: str) -> None:
    assert only(story(*PARAGRAPHS, head=ld(text))).title == "H"


@pytest.mark.parametrize(
    "text", ["", "null", "[", "[" * 100_000, '{"@graph": 1}', '{"headline": {"a": 1}}', '{"headline": 5}', '"text"']
)
def test_broken_json_ld_costs_nothing_but_itself(text: str) -> None:
    assert only(story(*PARAGRAPHS, head=ld(text))).title == "The blast"


def test_titles_come_from_the_best_place_that_has_one() -> None:
    og, title = meta("og:title", "From OG"), "<title>From title</title>"
    assert only(html("<h1>From h1</h1><p>x</p>", head=og + title), region="p").title == "From OG"
    assert only(html("<h1> From <b>h1</b></h1><p>x</p>", head=title), region="p").title == "From h1"
    assert only(html("<h1></h1><p>x</p>", head=title), region="p").title == "From title"
    assert only(html("<p>x</p>"), region="p").title == ""


def test_times_and_author_come_from_meta_elements_otherwise() -> None:
    head = (
        meta("article:published_time", "2021-08-26T17:00:00Z")
        + meta("article:modified_time", "2021-08-26T18:00:00Z")
        + meta("article:author", "https://facebook.example/outlet")
        + meta("author", "Jane Doe", by="name")
        + meta("og:locale", "pt_BR")
    )
    item = only(html("<p>x</p>", head=head, lang=""), region="p")
    assert item.published == datetime(2021, 8, 26, 17, tzinfo=UTC)
    assert item.updated == datetime(2021, 8, 26, 18, tzinfo=UTC)
    assert (item.author, item.language) == ("Jane Doe", "pt-BR")
    changed = only(html("<p>x</p>", head=meta("dateModified", "2021-08-26T18:00:00Z", by="itemprop")), region="p")
    assert (changed.published, changed.time_origin) == (changed.updated, TimeOrigin.UPDATED)
    assert only(html("<p>x</p>"), region="p").time_origin is TimeOrigin.SEEN


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("/world/blast", "https://www.outlet.example/world/blast"),
        ("https://outlet.example/world/blast?utm_source=x#y", "https://www.outlet.example/world/blast"),
        ("https://aggregator.example/world/blast", URL),
        ("/", URL),
        ("javascript:x", URL),
    ],
)
def test_the_canonical_address_is_believed_on_the_same_host(canonical: str, url: str) -> None:
    """A page that names another host, or the front page as many do by mistake, keeps its own address."""
    item = only(html("<p>x</p>", head=f'<link rel="canonical" href="{canonical}">'), region="p")
    assert item.url == url


def test_a_front_page_is_known_by_its_address_whatever_its_title() -> None:
    """Elsewhere the address of a front page says nothing about an item: intake doesn't use it as a key."""
    item = only(html("<p>x</p>"), region="p", url="https://outlet.example/?utm_source=x")
    assert (item.guid, item.url) == ("https://www.outlet.example/", "https://www.outlet.example/")


# What is no page of the outlet's -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (html("Checking your browser", head="<title>Just a moment...</title>"), "challenge"),
        (html("<p>Enable it</p><script src='https://ct.captcha-delivery.com/c.js'></script>"), "challenge"),
        (html("<h1>Before you continue</h1><p>We and our 900 partners…</p>"), "challenge"),
        (html('<div id="root"></div><script src="app.js"></script>'), "needs_script"),
        (html("<noscript>Please enable JavaScript to read this page.</noscript>"), "needs_script"),
    ],
)
def test_what_stands_in_front_of_a_page_is_told_apart(source: str, code: str) -> None:
    assert fault_of(source).code == code
    assert fault_of(source, items="article").code == code
    assert fault_of(source, region="article").code == code


def test_an_article_about_robots_is_no_check_for_them() -> None:
    """Nor is a short one whose page has a notice about scripts and cookies."""
    long = story(*PARAGRAPHS * 3, head="<title>Are you a robot? The captcha turns 20</title>")
    assert "Paragraph 7" in only(long).content
    short = story(*PARAGRAPHS[:3], head="<title>DDoS attack: access denied to all ministries</title>").replace(
        "<footer>", FOOTER
    )
    assert "Paragraph 2" in only(short).content


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        (b"%PDF-1.7 binary", "not_a_page", "PDF"),
        (b"\x89PNG\r\n", "not_a_page", "image"),
        ('{"version": "x"}', "not_a_page", "JSON"),
        ("<rss version='2.0'><channel/></rss>", "kind_mismatch", "serves a feed"),
        ('<?xml version="1.0"?><urlset/>', "kind_mismatch", "serves a news_sitemap"),
        ("<!-- nothing -->", "not_a_page", "no HTML"),
        (" ", "empty_body", "empty"),
    ],
)
def test_what_is_no_page_says_what_it_is(source: str | bytes, code: str, says: str) -> None:
    fault = fault_of(source)
    assert fault.code == code
    assert says in fault.message


# Encodings and limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "head", "content_type"),
    [
        ("utf-8", "", "text/html"),
        ("utf-8", '<meta charset="iso-8859-1">', "text/html; charset=iso-8859-1"),
        ("windows-1251", '<meta charset="windows-1251">', "text/html"),
        ("windows-1251", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', None),
        ("windows-1251", "", "text/html; charset=windows-1251"),
        ("utf-16", "", "text/html"),
    ],
)
def test_the_encoding_is_found(encoding: str, head: str, content_type: str | None) -> None:
    source = html("<p>Взрыв в Кабуле</p>", head=head).encode(encoding)
    assert only(source, content_type=content_type, region="p").content == "Взрыв в Кабуле"


def test_broken_bytes_are_no_reason_to_fail() -> None:
    body = b"<html><body><p>a\0b \xff\xfe caf\xe9</p><p" + b"\x80" * 10 + b">c</body>"
    assert "caf" in only(body, region="p").content


def test_the_text_is_cut_at_the_limit() -> None:
    item = only(html("<p>" + "word " * 1000 + "</p>"), region="p", limits=ParseLimits(max_field_chars=100))
    assert len(item.content) <= 100
    assert item.content.endswith("…")
