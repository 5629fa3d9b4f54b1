"""What becomes of an item's fields: each trap that feedparser or publishers set, with the smallest document for it."""

import json
from datetime import UTC, datetime

import pytest

from spiders.parsing import ParseLimits
from tests.unit.spiders.feeds import atom, only, read, rss


def test_every_field_of_an_ordinary_rss_item_is_read() -> None:
    """The common case comes through whole."""
    item = only(
        rss(
            "<guid isPermaLink='false'>abc-1</guid><link>https://outlet.example/a?x=1&amp;y=2</link><title>Blast</title>"
            "<description>Short.</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>"
            "<dc:creator>Jane Doe</dc:creator><pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate>",
            channel="<language>en-us</language>",
        )
    )
    assert (item.guid, item.url) == ("abc-1", "https://outlet.example/a?x=1&y=2")
    assert (item.title, item.summary, item.content) == ("Blast", "Short.", "Long.")
    assert (item.author, item.language) == ("Jane Doe", "en-US")
    assert (item.published, item.updated) == (datetime(2021, 8, 26, 13, 50, tzinfo=UTC), None)


def test_every_field_of_an_ordinary_atom_entry_is_read() -> None:
    """Atom says all of it in other words."""
    item = only(
        atom(
            "<id>tag:outlet.example,2021:1</id><link href='/a'/><title type='html'>Blast &amp;amp; fire</title>"
            "<summary>Short.</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><p>Two</p>"
            "</div></content><author><name>Jane Doe</name></author><author><name>John</name></author>"
            "<published>2021-08-26T13:50:00Z</published><updated>2021-08-26T15:00:00+01:00</updated>",
            feed="",
        )
    )
    assert (item.guid, item.url) == ("tag:outlet.example,2021:1", "https://outlet.example/a")
    assert (item.title, item.summary, item.content) == ("Blast & fire", "Short.", "One\n\nTwo")
    assert item.author == "Jane Doe"
    assert item.published == datetime(2021, 8, 26, 13, 50, tzinfo=UTC)
    assert item.updated == datetime(2021, 8, 26, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elements", "author"),
    [
        ("<author>jane@o.example (Jane Doe)</author>", "Jane Doe"),
        ("<author>jane@o.example</author>", "jane@o.example"),
        ("<dc:creator>Jane Doe</dc:creator><dc:creator>John</dc:creator>", "Jane Doe"),
        ("<author>noreply@o.example</author><dc:creator>Jane Doe</dc:creator>", "Jane Doe"),
        ("<dc:creator>  Jane \n Doe </dc:creator>", "Jane Doe"),
        ("", "The Editors"),
    ],
)
def test_the_author_is_the_first_one_or_the_feeds(elements: str, author: str) -> None:
    """One name, without its address where it has one; an address where there is no name."""
    assert only(rss(f"<title>T</title>{elements}", channel="<dc:creator>The Editors</dc:creator>")).author == author


def test_an_atom_entry_takes_the_author_of_its_source_before_the_feeds() -> None:
    """RFC 4287, section 4.2.1."""
    feed = "<author><name>Planet</name></author>"
    with_source = "<title>T</title><source><author><name>Jane Doe</name></author></source>"
    assert only(atom(with_source, feed=feed)).author == "Jane Doe"
    assert only(atom("<title>T</title>", feed=feed)).author == "Planet"


@pytest.mark.parametrize(
    ("document", "language"),
    [
        (rss("<title>T</title>", channel="<language>pt_br</language>"), "pt-BR"),
        (rss("<title>T</title><dc:language>fa</dc:language>", channel="<language>en</language>"), "fa"),
        (atom("<title xml:lang='ps'>T</title>"), "ps"),
        (rss("<title>T</title>", channel="<language>English, mostly</language>"), None),
    ],
)
def test_the_language_is_the_items_or_the_feeds(document: str, language: str | None) -> None:
    """A tag, or nothing."""
    assert only(document).language == language


def test_an_item_that_says_nothing_is_dropped() -> None:
    """A date alone tells nobody anything."""
    assert [
        item.title for item in read(rss("<pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate>", "<title>T</title>")).items
    ] == ["T"]


def test_an_item_that_says_nothing_is_shown_to_who_asks_for_it() -> None:
    """People who look at a document see all that is in it."""
    limits = ParseLimits(keep_empty=True)
    dated = rss("<pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate>", "<author>Jane</author>", "")
    assert [(item.published is None, item.author) for item in read(dated, limits=limits).items] == [
        (False, None),
        (True, "Jane"),
        (True, None),
    ]
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"language": "en"}]}'
    assert (len(read(feed, limits=limits).items), len(read(feed).items), read(feed).dropped) == (1, 0, 1)


def test_fields_that_are_no_strings_do_no_harm() -> None:
    """Unknown elements with attributes become dictionaries under names of the feed's choosing."""
    item = only(
        rss(
            "<title>T</title><feedburner:origLink a='1'/><id x='y'>g</id><authors n='1'/><content n='2'/>"
            "<summary_detail z='1'/>"
        )
    )
    assert item.title == "T"


@pytest.mark.parametrize(
    "broken",
    [
        "<g:pos xmlns:g='http://www.opengis.net/gml'>1 2</g:pos>",
        "<g:posList xmlns:g='http://www.opengis.net/gml'>1 2</g:posList>",
        "<height><i></height>",
        "</media:player>",
    ],
)
def test_an_element_that_feedparser_breaks_on_costs_no_item(broken: str) -> None:
    """Some of its handlers raise on elements that we don't even read."""
    document = rss(f"{broken}<title>One</title>{broken}", f"<title>Two</title>{broken}", channel=broken)
    assert [item.title for item in read(document).items] == ["One", "Two"]


def test_the_first_items_are_kept_when_there_are_too_many() -> None:
    """Feeds put the newest first."""
    document = read(rss(*(f"<title>{n}</title>" for n in range(30))), limits=ParseLimits(max_items=10))
    assert [item.title for item in document.items] == [str(n) for n in range(10)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "<p>A blast. […]</p><p>The post <a href='/a'>Blast</a> appeared first on <a href='/'>Outlet</a>.</p>",
            "A blast. […]",
        ),
        ("A blast. The post Blast &amp; fire first appeared on Outlet", "A blast."),
        ("The post The post office burns appeared first on Outlet.", ""),
        ("<p>Ein Knall.</p>\n<p>Der Beitrag <a>Knall</a> erschien zuerst auf <a>Zeitung</a>.</p>", "Ein Knall."),
        ("Взрыв. Сообщение Взрыв появились сначала на Газета.", "Взрыв."),
        ("The post office burns.", "The post office burns."),
        (f"The post Blast appeared first on Outlet. {'It goes on. ' * 30}", None),
        ("<p>The post Blast appeared first on Outlet.</p><p>It goes on.</p>", None),
        ("His book appeared first on a blog.", "His book appeared first on a blog."),
    ],
)
def test_where_a_report_appeared_first_is_no_word_of_it(text: str, kept: str | None) -> None:
    """As WordPress says below each excerpt and each text; what stands elsewhere stays."""
    html = f"<![CDATA[{text}]]>"
    body = f"<guid>1</guid><description>{html}</description><content:encoded>{html}</content:encoded>"
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": "Blast", "content_html": text}],
    }
    item, from_json = only(rss(f"{body}<title>Blast</title>")), only(json.dumps(feed))
    assert item.content == from_json.content == item.summary
    assert item.summary == kept if kept is not None else "appeared first on Outlet" in item.summary


def test_a_long_field_is_cut_and_says_so() -> None:
    """Titles at 2,000 characters, texts at the limit."""
    limits = ParseLimits(max_field_chars=100)
    (item,) = read(rss(f"<title>{'t' * 3000}</title><description>{'d' * 3000}</description>"), limits=limits).items
    assert (len(item.title), len(item.summary)) == (2000, 100)
    assert item.summary.endswith("…")
