"""What becomes of an item's fields: each trap that feedparser or publishers set, with the smallest document for it."""

from collections.abc import Callable
from datetime import UTC, datetime

import feedparser
import pytest

from spiders.parsing import ParseLimits
from tests.unit.spiders.feeds import URL, atom, only, read, rss


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


@pytest.mark.parametrize("guid", ["abc123", "news/2021/1", "tag:outlet.example,2021:1", "urn:uuid:1"])
@pytest.mark.parametrize("make", [lambda guid: rss(f"<guid>{guid}</guid>"), lambda guid: atom(f"<id>{guid}</id>")])
def test_an_identifier_is_never_resolved_and_gives_no_false_link(make: Callable[[str], str], guid: str) -> None:
    """The same feed under another address, or with an xml:base, keeps its identifiers."""
    document = make(guid).replace("<channel>", "<channel xml:base='https://moved.example/'>")
    for url in (URL, "http://moved.example/", None):
        item = only(document, url=url)
        assert (item.guid, item.url) == (guid, None)


def test_feedparser_alone_does_resolve_identifiers() -> None:
    """The control: without our change the identifier depends on the feed's address."""
    parsed = feedparser.parse(rss("<guid>abc123</guid>").encode(), response_headers={"content-location": URL})
    assert parsed.entries[0]["id"] == "https://outlet.example/feeds/abc123"


def test_a_guid_that_is_an_address_stands_in_for_the_link() -> None:
    """RSS 2.0's permalink, where there is no link."""
    assert only(rss("<guid>https://outlet.example/1</guid>")).url == "https://outlet.example/1"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a", "https://outlet.example/a"),
        ("a b.html", "https://outlet.example/feeds/a%20b.html"),
        ("\n https://o.example/\na \n", "https://o.example/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("javascript:alert(1)", None),
        ("mailto:a@b.example", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("http://[::1", None),
        ("https://o.example/" + "a" * 5000, None),
    ],
)
def test_a_link_is_absolute_http_or_absent(link: str, expected: str | None) -> None:
    """No other scheme, no half address and no book of an address becomes a link."""
    assert only(rss(f"<title>T</title><link>{link}</link>")).url == expected


def test_a_relative_link_follows_xml_base_before_the_address() -> None:
    """Also where the base is relative itself; without any address there is no link."""
    document = atom("<title>T</title><link href='a'/>").replace("<entry>", "<entry xml:base='/news/'>")
    assert only(document).url == "https://outlet.example/news/a"
    assert only(document, url=None).url is None


def test_feedburners_original_link_wins() -> None:
    """The tracking redirect in front of it is nobody's canonical address."""
    item = only(
        rss("<link>https://feeds.example/~r/1</link><feedburner:origLink>https://o.example/1</feedburner:origLink>")
    )
    assert item.url == "https://o.example/1"


def test_a_links_uri_attribute_does_not_replace_its_text() -> None:
    """Bridges from Bluesky write it."""
    assert (
        only(rss("<title>T</title><link uri='at://did:plc:x/post/1'>https://o.example/1</link>")).url
        == "https://o.example/1"
    )


@pytest.mark.parametrize("element", ["media:description", "itunes:summary", "dc:description"])
def test_a_side_description_before_the_real_one_does_not_take_its_place(element: str) -> None:
    """Wherever it stands, the item's own description is the summary and the content stays empty."""
    side, own = f"<{element}>Side.</{element}>", "<description>Own.</description>"
    for order in (side + own, own + side):
        item = only(rss(f"<title>T</title>{order}"))
        assert (item.summary, item.content) == ("Own.", "")
    assert only(rss(f"<title>T</title>{side}")).summary == "Side."


def test_content_is_not_repeated_as_the_summary() -> None:
    """feedparser copies it there when there is no description."""
    item = only(rss("<content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded>"))
    assert (item.summary, item.content) == ("", "Long.")


def test_binary_content_is_no_text() -> None:
    """A picture in base64 is nothing to match on."""
    assert only(atom("<title>T</title><content type='image/png'>iVBORw0KGgo=</content>")).content == ""


def test_content_that_claims_to_be_xhtml_and_is_escaped_loses_its_tags_all_the_same() -> None:
    """A common mistake of Atom writers."""
    item = only(atom("<title>T</title><content type='xhtml'>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</content>"))
    assert item.content == "One & two"


@pytest.mark.parametrize(
    ("element", "published"),
    [
        ("<dc:date>2021-08-26T13:50:00Z</dc:date>", datetime(2021, 8, 26, 13, 50, tzinfo=UTC)),
        ("<pubDate>1629985800</pubDate>", datetime(2021, 8, 26, 13, 50, tzinfo=UTC)),
        ("<pubDate>Thu, 26 Aug 2021 18:20:00 AFT</pubDate>", datetime(2021, 8, 26, 13, 50, tzinfo=UTC)),
        ("<pubDate>Thu, 26 Aug 1921 13:50:00 GMT</pubDate>", None),
        ("<pubDate>Fri, 03 Sep 2021 13:50:00 GMT</pubDate>", None),
        ("<pubDate>yesterday</pubDate>", None),
    ],
)
def test_the_time_of_publication(element: str, published: datetime | None) -> None:
    """dc:date counts; what feedparser misreads is read; what can't be true is absent."""
    assert only(rss(f"<title>T</title>{element}")).published == published


@pytest.mark.parametrize(
    ("elements", "author"),
    [
        ("<author>jane@o.example (Jane Doe)</author>", "Jane Doe"),
        ("<author>jane@o.example</author>", "jane@o.example"),
        ("<dc:creator>Jane Doe</dc:creator><dc:creator>John</dc:creator>", "Jane Doe"),
        ("<dc:creator>  Jane \n Doe </dc:creator>", "Jane Doe"),
        ("", "The Editors"),
    ],
)
def test_the_author_is_the_first_one_or_the_feeds(elements: str, author: str) -> None:
    """One name, without its address where it has one."""
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


def test_a_long_field_is_cut_and_says_so() -> None:
    """Titles at 2,000 characters, texts at the limit."""
    limits = ParseLimits(max_field_chars=100)
    (item,) = read(rss(f"<title>{'t' * 3000}</title><description>{'d' * 3000}</description>"), limits=limits).items
    assert (len(item.title), len(item.summary)) == (2000, 100)
    assert item.summary.endswith("…")
