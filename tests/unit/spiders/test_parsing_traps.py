"""The traps of feed parsing, each with the smallest document that springs it, and what feedparser alone makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest

from spiders.parsing import ParseLimits
from storywatch.intake import identify
from storywatch.model import Outlet, TimeCorrection, TimeOrigin
from tests.support.samples import a_source
from tests.unit.spiders.feeds import URL, atom, fault_of, only, read, rss
from tests.unit.spiders.test_parsing_sitemaps import SITEMAP

ITEM = "<guid>1</guid><title>%s</title>"
XHTML = "http://www.w3.org/1999/xhtml"
KABUL = Outlet(id="k", name="K", time_zone="Asia/Kabul")
ATTACK = datetime(2021, 8, 26, 13, 50, tzinfo=UTC)


def _alone(document: str | bytes) -> Any:
    """Return what feedparser makes of it by itself."""
    body = document.encode() if isinstance(document, str) else document
    return feedparser.parse(body, response_headers={"content-location": URL, "content-type": "application/xml"})


# What it is ----------------------------------------------------------------------------------------------------------


def test_a_json_feed_is_no_empty_feed() -> None:
    """feedparser finds nothing in it."""
    document = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "T"}]}'
    assert only(document).title == "T"
    assert (_alone(document).version, _alone(document).entries) == ("", [])


def test_a_news_sitemap_is_no_empty_feed() -> None:
    """feedparser finds nothing in it, and nothing wrong with it."""
    assert len(read(SITEMAP).items) == 2
    assert (_alone(SITEMAP).version, _alone(SITEMAP).entries, _alone(SITEMAP).bozo) == ("", [], False)


def test_an_html_page_is_no_feed() -> None:
    """A consent page answers 200 too."""
    assert fault_of("<!doctype html><html><body>Accept?</body></html>").code == "not_a_feed"


def test_an_empty_body_is_an_error() -> None:
    """To feedparser it is no error, and has no version."""
    assert fault_of(b"").code == "empty_body"
    assert not _alone(b"").bozo


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream", "x", None])
def test_a_wrong_content_type_costs_nothing(content_type: str | None) -> None:
    """Half of the servers say something else than what it is."""
    assert only(rss(ITEM % "T"), content_type=content_type).title == "T"


def test_a_wrong_charset_costs_nothing() -> None:
    """Neither the header's nor the declaration's."""
    body = ('<?xml version="1.0" encoding="iso-8859-1"?>' + rss(ITEM % "“Kabul” – کابل")).encode()
    assert only(body, content_type="text/xml; charset=us-ascii").title == "“Kabul” – کابل"
    quotes = ('<?xml version="1.0" encoding="utf-8"?>' + rss(ITEM % "“Kabul”")).encode("windows-1252")
    assert only(quotes, content_type="text/xml; charset=utf-8").title == "“Kabul”"


# What breaks XML -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("AT&T and R&D", "AT&T and R&D"),
        ("caf&eacute;&nbsp;bar &hellip;", "café bar …"),
        ("a&bogus;b", "a&bogus;b"),
        ("x\x00y\x08z", "xyz"),
        ("a&#0;b&#x8;c&#xD800;d&#99999999;", "abcd&#99999999;"),
        ("<![CDATA[AT&T]]> & co", "AT&T & co"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("R&amp;amp;D", "R&D"),
    ],
)
def test_ampersands_and_control_characters_are_mended(written: str, read_as: str) -> None:
    """None of them costs the item, or adds a semicolon to AT&T."""
    assert only(rss(ITEM % written)).title == read_as


def test_feedparser_alone_adds_a_semicolon_and_keeps_control_characters() -> None:
    """The control: PostgreSQL takes no NUL."""
    assert _alone(rss(ITEM % "AT&T, Q&A")).entries[0].title == "AT&T;, Q&A;"
    assert "\x08" in _alone(rss(ITEM % "y\x08z")).entries[0].title


def test_a_bare_ampersand_in_a_link_stays_one() -> None:
    """`&copy=` is a parameter and no copyright sign."""
    link = "<link>https://o.example/?a=1&b=2&copy=3&amp;d=4</link>"
    assert only(rss(ITEM % "T" + link)).url == "https://o.example/?a=1&b=2&copy=3&d=4"


def test_a_prefix_that_nobody_declared_costs_nothing() -> None:
    """The loose parser takes over where XML ends."""
    document = rss(ITEM % "T" + "<wfw:comment>x</wfw:comment>", ITEM % "U")
    assert [item.title for item in read(document).items] == ["T", "U"]


@pytest.mark.parametrize("make", [rss, atom])
def test_a_document_that_breaks_off_loses_only_its_last_item(make: Callable[..., str]) -> None:
    """Half an item would be stored, alerted, and revised at the next poll."""
    whole = make("<id>1</id><title>One</title>", "<id>2</id><title>Two times two is four</title>")
    cut = whole[: whole.index(" four")]
    assert [item.title for item in read(cut).items] == ["One"]
    between = whole[: whole.rindex("</channel>" if make is rss else "</feed>")]
    assert [item.title for item in read(between).items] == ["One", "Two times two is four"]


# Which item it is ----------------------------------------------------------------------------------------------------


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
    for said in ("", " isPermaLink='true'", " isPermaLink='True'", " ispermalink=' TRUE '"):
        for beside in ("", "<link/>", "<link> </link>"):
            document = rss(f"{beside}<guid{said}>https://outlet.example/1</guid>")
            assert only(document).url == "https://outlet.example/1"


def test_a_guid_that_is_no_permalink_stands_in_for_nothing() -> None:
    """The control: it says so itself, and an item's own link goes before it in any case."""
    assert only(rss("<guid isPermaLink='false'>https://outlet.example/1</guid>")).url is None
    both = "<guid>https://outlet.example/1</guid><link>https://outlet.example/2</link>"
    assert only(rss(both)).url == "https://outlet.example/2"


def test_two_items_with_one_guid_are_two_items() -> None:
    """The duplicate-guid rule: told apart by their addresses, wherever they stand."""
    items = [f"<guid>1</guid><title>T{n}</title><link>https://o.example/{n}</link>" for n in (1, 2)]
    found = [identify(read(rss(*order)).items, a_source("s"), KABUL) for order in (items, items[::-1])]
    first, second = ({one.keys[0] for one in each} for each in found)
    assert first == second
    assert len(first) == 2


# Where it leads ------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "links",
    [
        "<link>https://o.example/1</link><atom:link rel='self' href='https://o.example/self'/>",
        "<atom:link rel='self' href='https://o.example/self'/><link>https://o.example/1</link>",
        "<atom:link href='https://o.example/1'/>",
        "<link><![CDATA[ https://o.example/1 ]]></link>",
        "<link>https://o.example/1</link><comments>https://o.example/1/comments</comments>",
        "<link>https://o.example/1</link><enclosure url='https://o.example/e.mp3' type='audio/mpeg' length='1'/>",
        "<link>https://o.example/1</link><source url='https://s.example/feed'>Source</source>",
        "<link>https://o.example/1</link><image><url>u</url><link>https://o.example/picture</link></image>",
        "<link>https://o.example/1</link><media:content url='https://o.example/m.jpg'/>",
    ],
)
def test_the_link_is_the_items_own(links: str) -> None:
    """And not that of its sound, its source, its comments, its picture or the feed itself."""
    assert only(rss(f"<title>T</title>{links}")).url == "https://o.example/1"


def test_of_an_atom_entrys_alternates_the_first_page_counts() -> None:
    """There may be one for each language and format; answers and edits are none."""
    links = (
        "<link rel='replies' href='https://o.example/replies'/><link rel='edit' href='https://o.example/edit'/>"
        "<link rel='alternate' type='application/json' href='https://o.example/json'/>"
        "<link hreflang='en' href='https://o.example/en'/><link hreflang='fa' href='https://o.example/fa'/>"
    )
    assert only(atom(f"<title>T</title>{links}")).url == "https://o.example/en"
    named = "http://www.iana.org/assignments/relation/alternate"
    assert only(atom(f"<title>T</title><link rel='{named}' href='https://o.example/a'/>")).url == "https://o.example/a"
    no_page = "<title>T</title><link rel='edit' href='https://o.example/edit'/>"
    assert only(atom(no_page)).url is None


# What it says --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("element", ["media:description", "itunes:summary", "dc:description"])
def test_a_side_description_before_the_real_one_does_not_take_its_place(element: str) -> None:
    """Wherever it stands, the item's own description is the summary and the content stays empty."""
    side, own = f"<{element}>Side.</{element}>", "<description>Own.</description>"
    for order in (side + own, own + side):
        item = only(rss(f"<title>T</title>{order}"))
        assert (item.summary, item.content) == ("Own.", "")
    assert only(rss(f"<title>T</title>{side}")).summary == "Side."


def test_feedparser_alone_takes_the_media_text_for_the_summary() -> None:
    """The control: the item's own description lands in the content."""
    entry = _alone(rss("<media:description>Side.</media:description><description>Own.</description>")).entries[0]
    assert (entry.summary, entry.content[0].value) == ("Side.", "Own.")


@pytest.mark.parametrize(
    "beside",
    [
        "<media:content><media:title>Side</media:title><media:description>Side</media:description></media:content>",
        "<media:group><media:title>Side</media:title><media:description>Side</media:description></media:group>",
        "<image><title>Side</title><description>Side</description></image>",
        "<enclosure url='u'><media:title>Side</media:title></enclosure>",
        "<itunes:title>Side</itunes:title>",
        "<media:text>Side</media:text>",
    ],
)
def test_what_pictures_and_sounds_are_called_is_not_the_items_title_or_text(beside: str) -> None:
    """Wherever it stands."""
    own = "<title>Own</title><description>Own.</description>"
    for document in (rss(beside + own), rss(own + beside)):
        assert (only(document).title, only(document).summary, only(document).content) == ("Own", "Own.", "")


def test_a_pictures_title_has_to_do_where_an_item_has_none() -> None:
    """But it makes no item by itself."""
    media = "<media:content><media:title>Side</media:title></media:content>"
    assert only(rss(f"{media}<guid>1</guid>")).title == "Side"
    assert read(rss(media)).items == ()


@pytest.mark.parametrize(
    "elements",
    [
        "<description>Short.</description><content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded>",
        "<content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded><description>Short.</description>",
        "<description><![CDATA[<b>Short.</b>]]></description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>",
    ],
)
def test_content_and_summary_are_kept_apart(elements: str) -> None:
    """In either order."""
    item = only(rss(f"<title>T</title>{elements}"))
    assert (item.summary, item.content) == ("Short.", "Long.")


def test_content_is_not_repeated_as_the_summary() -> None:
    """feedparser copies it there when there is no description."""
    item = only(rss("<content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded>"))
    assert (item.summary, item.content) == ("", "Long.")


def test_binary_content_is_no_text() -> None:
    """A picture in base64 is nothing to match on."""
    assert only(atom("<title>T</title><content type='image/png'>iVBORw0KGgo=</content>")).content == ""
    assert only(atom("<title>T</title><content type='application/octet-stream'>iVBORw0KGgo=</content>")).content == ""
    assert only(atom("<title>T</title><content type='application/json'>{}</content>")).content == ""


def test_a_text_in_base64_is_one() -> None:
    """RFC 4287, section 4.1.3.3: whatever its type doesn't say."""
    document = atom("<title>T</title><content type='application/octet-stream'>S2FidWwgYWlycG9ydA==</content>")
    assert only(document).content == "Kabul airport"


def test_content_that_claims_to_be_xhtml_and_is_escaped_loses_its_tags_all_the_same() -> None:
    """A common mistake of Atom writers."""
    item = only(atom("<title>T</title><content type='xhtml'>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</content>"))
    assert item.content == "One & two"


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (
            atom(
                "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <b>blast</b> &amp; fire</div></title>"
            ),
            1,
        ),
        (atom("<title type='html'>A &lt;b&gt;blast&lt;/b&gt; &amp;amp; fire</title>"), 1),
        (atom("<title>A blast &amp; fire</title>"), 1),
        (rss("<title>A &lt;b&gt;blast&lt;/b&gt; &amp;amp; fire</title>"), 1),
        (rss("<title><![CDATA[A <b>blast</b> & fire]]></title>"), 1),
        (rss("<title><![CDATA[A blast &amp; fire]]></title>"), 1),
        (rss("<title>&lt;![CDATA[A blast & fire]]&gt;</title>"), 1),
        (rss("<title>\n A\tblast<!-- c --> &amp;\r\n fire </title>"), 1),
        (rss("<title>A <b>blast</b> &amp; fire</title>"), 1),
        (atom("<title type='text'>A &lt;b&gt;blast&lt;/b&gt; &amp; fire</title>"), 0),
    ],
)
def test_a_title_is_one_line_of_text_however_it_is_typed(document: str, title: int) -> None:
    """Only Atom's plain text keeps its angle brackets, for it says that they are text."""
    assert only(document).title == ("A <b>blast</b> & fire", "A blast & fire")[title]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("&amp;lt;p&amp;gt;One &amp;amp;amp; two&amp;lt;/p&amp;gt;", "One & two"),
        ("&lt;p&gt;One &amp;amp; two&lt;/p&gt;", "One & two"),
        ("The &amp;lt;b&amp;gt; tag", "The <b> tag"),
        ("&lt;p&gt;Write &amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt;&lt;/p&gt;", "Write <b>x</b>"),
    ],
)
def test_html_that_was_escaped_once_too_often_is_read_all_the_same(written: str, text: str) -> None:
    """As long as it can't be a text about HTML."""
    assert only(rss(f"<title>T</title><description>{written}</description>")).summary == text


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("\u202eکابل\u202c", "کابل"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a&#xD800;b", "ab"),
        ("caf&eacute; &#8217;", "café ’"),
    ],
)
def test_letters_of_every_script_come_through_and_tricks_do_not(written: str, title: str) -> None:
    """What Persian is spelt with stays; what turns a headline round goes."""
    assert only(rss(ITEM % written)).title == title


def test_json_can_spell_half_a_character_and_none_comes_through() -> None:
    """No database and no mail can hold it."""
    document = r'{"version": "1.1", "items": [{"id": "a\ud800", "title": "b\ud800\u0000", "content_text": "c\udfff"}]}'
    item = only(document)
    assert (item.guid, item.title, item.content) == ("a", "b", "c")


# When it was ---------------------------------------------------------------------------------------------------------


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
    ("element", "origin", "correction"),
    [
        ("<pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate>", TimeOrigin.PUBLISHED, None),
        ("<pubDate>Thursday, August 26, 2021 - 18:20</pubDate>", TimeOrigin.PUBLISHED, TimeCorrection.ZONE_ASSUMED),
        ("<pubDate>Thu, 26 Aug 2021 18:20:00 XYZT</pubDate>", TimeOrigin.PUBLISHED, TimeCorrection.ZONE_ASSUMED),
        ("<pubDate>08/26/2021 6:20 pm</pubDate>", TimeOrigin.PUBLISHED, TimeCorrection.ZONE_ASSUMED),
        ("<dc:date>2021-08-26T13:50:00Z</dc:date>", TimeOrigin.UPDATED, None),
        (
            "<pubDate>2087-08-26</pubDate><dc:date>2021-08-26T13:50:00Z</dc:date>",
            TimeOrigin.UPDATED,
            TimeCorrection.IN_THE_FUTURE,
        ),
        (
            "<pubDate>Thu, 26 Aug 0021 13:50:00 GMT</pubDate><atom:updated>2021-08-26T13:50:00Z</atom:updated>",
            TimeOrigin.UPDATED,
            TimeCorrection.TOO_EARLY,
        ),
    ],
)
def test_a_time_says_where_it_came_from_and_what_was_wrong_with_it(
    element: str, origin: TimeOrigin, correction: TimeCorrection | None
) -> None:
    """All of them are the same moment."""
    (item,) = read(rss(f"<title>T</title>{element}"), outlet=KABUL).items
    assert (item.published, item.time_origin, item.time_correction) == (ATTACK, origin, correction)


@pytest.mark.parametrize(
    ("element", "correction"),
    [
        ("", None),
        ("<pubDate>25:61</pubDate>", TimeCorrection.UNREADABLE),
        ("<pubDate>Thu, 26 Aug 2087 13:50:00 GMT</pubDate>", TimeCorrection.IN_THE_FUTURE),
        ("<pubDate>Thu, 26 Aug 0021 13:50:00 GMT</pubDate>", TimeCorrection.TOO_EARLY),
    ],
)
def test_an_item_without_a_believable_time_was_seen(element: str, correction: TimeCorrection | None) -> None:
    """Its first sight has to do; a moment in 2087 would keep it on top for sixty years."""
    item = only(rss(f"<title>T</title>{element}"))
    assert (item.published, item.time_origin, item.time_correction) == (None, TimeOrigin.SEEN, correction)


def test_a_json_feed_says_where_its_times_came_from_too() -> None:
    """As feeds and sitemaps do."""
    opening = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", '
    modified = f'{opening}"date_modified": "2021-08-26T18:20:00"}}]}}'
    (item,) = read(modified, outlet=KABUL).items
    assert (item.published, item.time_origin) == (ATTACK, TimeOrigin.UPDATED)
    assert item.time_correction is TimeCorrection.ZONE_ASSUMED


def test_feedparser_alone_reads_these_times_wrong_or_not_at_all() -> None:
    """The control: another day, hours off, sixty years ahead, or none."""

    def year_to_hour(text: str) -> list[int]:
        return list((_alone(rss(f"<title>T</title><pubDate>{text}</pubDate>")).entries[0].published_parsed or ())[:4])

    assert year_to_hour("1629985800") == [2016, 10, 25, 0]
    assert year_to_hour("Thu, 26 Aug 2021 18:20:00 AFT") == [2021, 8, 26, 18]
    assert year_to_hour("Thu, 26 Aug 2087 13:50:00 GMT")[0] == 2087
    assert year_to_hour("Thursday, August 26, 2021 - 13:50") == []


def test_items_inside_items_count_too() -> None:
    """A small document of nested items would bring thousands; what is cut is told, and read when there is room."""
    nest = "<item><guid>{0}</guid><title>{0}</title>" * 30 + "</item>" * 30
    body = f"<rss version='2.0'><channel>{''.join(nest.replace('{0}', f'n{n}') for n in range(10))}</channel></rss>"
    found = read(body, limits=ParseLimits(max_items=50))
    assert len(found.items) <= 50
    (aside,) = found.set_aside
    assert aside.fault.code == "too_many_items"
