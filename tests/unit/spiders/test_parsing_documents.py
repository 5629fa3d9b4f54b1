"""Documents that are not quite XML, not quite in their encoding, not feeds, or feeds of another kind."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from spiders.parsing import ParseLimits
from spiders.parsing.encoding import decode
from storywatch.model import SourceKind
from tests.unit.spiders.feeds import atom, fault_of, only, read, rss

RSS_091 = "<rss version='0.91'><channel><item><title>T</title></item></channel></rss>"
RSS_10 = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    "<item rdf:about='http://o.example/1'><title>T</title></item></rdf:RDF>"
)
ITEM = "<guid>1</guid><title>%s</title>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("content_type", [None, "application/rss+xml; charset=utf-8", "text/html; charset=iso-8859-1"])
def test_unicode_is_read_whatever_the_header_says(encoding: str, content_type: str | None) -> None:
    """The bytes are better evidence than the server."""
    assert only(rss(ITEM % "کابل – Ärzte").encode(encoding), content_type=content_type).title == "کابل – Ärzte"


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("windows-1252", "windows-1252", None),
        ("windows-1252", "iso-8859-1", None),
        ("windows-1252", "utf-8", None),
        ("windows-1252", None, "text/xml; charset=windows-1252"),
        ("windows-1252", None, None),
        ("iso-8859-15", "iso-8859-15", "text/xml; charset=utf-8"),
        ("gb18030", "gb2312", None),
        ("shift_jis", "Shift_JIS", None),
        ("iso2022_jp", "ISO-2022-JP", None),
        ("koi8-r", None, "text/xml; charset=KOI8-R"),
    ],
)
def test_other_encodings_are_found(encoding: str, declared: str | None, header: str | None) -> None:
    """By the declaration, the header, or as Windows-1252, which most undeclared text is in."""
    title = {"gb18030": "喀布尔", "shift_jis": "カブール", "iso2022_jp": "カブール", "koi8-r": "Кабул"}.get(
        encoding, "“café” €"
    )
    if encoding == "iso-8859-15":
        title = "café €"
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert only((declaration + rss(ITEM % title)).encode(encoding), content_type=header).title == title


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "utf-7", "rot13", "base64", "no-such", "utf-16"]
)
def test_a_label_that_names_no_usable_encoding_is_ignored(label: str) -> None:
    """Some of Python's codecs take quadratic time or are none."""
    assert decode(
        b'<?xml version="1.0" encoding="%s"?><a>\xe9' % label.encode(), f"text/xml; charset={label}"
    ).endswith("é")


@pytest.mark.parametrize("before", ["\n\n", "\ufeff\n", "<br />\n"[:0] + "PHP Warning: x in y\n", "\0\0"])
def test_noise_before_the_document_is_skipped(before: str) -> None:
    """Scripts and servers leave it there."""
    assert only(before + '<?xml version="1.0"?>' + rss(ITEM % "T")).title == "T"


@pytest.mark.parametrize("damage", ["", "<undeclared:x/>", "<b>never closed"], ids=["whole", "prefix", "unclosed"])
def test_an_item_is_the_same_whichever_parser_reads_it(damage: str) -> None:
    """One broken tag, or half a transfer, must not give every item another identity."""
    first = (
        "<guid>https://o.example/?a=1&amp;b=2</guid><link>https://o.example/?a=1&amp;b=2</link>"
        "<title>R&amp;D &lt;3</title>"
        "<description><![CDATA[<p>R&amp;D</p>]]></description><author>J &amp; K</author>"
    )
    document = rss(first, "<title>Last</title>")
    damaged = document.replace("<title>Last</title>", f"<title>Last</title>{damage}")
    assert read(damaged).items[0] == read(document).items[0]
    assert read(document[: document.index("Last")]).items[0] == read(document).items[0]


def test_a_document_that_breaks_off_inside_its_only_item_is_malformed() -> None:
    """An empty success would hide it."""
    assert fault_of(rss(ITEM % "T")[:-30]).code == "malformed"


def test_an_empty_feed_is_a_document_without_items() -> None:
    """Nothing new is not an error here; the source's settings decide."""
    assert read(rss()).items == ()
    for damaged in ("<language>en</langauge>", "<undeclared:x/>", "<title>a < b</title>"):
        assert read(rss(channel=damaged)).items == ()
        assert fault_of(rss("<title>T</title>", channel=damaged)[:-40]).code == "malformed"


@pytest.mark.parametrize(
    ("document", "format_name"),
    [
        (rss(ITEM % "T"), "rss20"),
        (atom("<title>T</title>"), "atom10"),
        (RSS_091, "rss091u"),
        (f"<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'rss-0.91.dtd'>{RSS_091}", "rss091n"),
        (RSS_10, "rss10"),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>T</title></entry></feed>", "atom03"),
        ("<CHANNEL><ITEM HREF='http://o.example/1'><TITLE>T</TITLE></ITEM></CHANNEL>", "cdf"),
    ],
)
def test_the_format_is_the_precise_dialect(document: str, format_name: str) -> None:
    """RSS, Atom and CDF."""
    parsed = read(document)
    assert (parsed.kind, parsed.format, parsed.items[0].title) == (SourceKind.FEED, format_name, "T")


@pytest.mark.parametrize(
    ("document", "code", "says"),
    [
        (b"", "empty_body", "empty"),
        (b" \r\n\0", "empty_body", "empty"),
        (b"\xef\xbb\xbf\n", "empty_body", "empty"),
        ("<!doctype html><html><body>Please log in</body></html>", "not_a_feed", "HTML page"),
        ("<html><body><!-- <rss > --></body></html>", "not_a_feed", "HTML page"),
        ('{"message": "rate limited"}', "not_a_feed", "JSON Feed"),
        ("{broken", "malformed", "JSON"),
        ("<opml><body/></opml>", "not_a_feed", "OPML"),
        ("<foo/>", "not_a_feed", "'foo'"),
        ("just words", "not_a_feed", "neither"),
        ("<urlset><url><loc>http://o.example/</loc></url></urlset>", "not_a_feed", "without news"),
        (b"\x1f\x8bgarbage", "malformed", ".gz"),
    ],
)
def test_what_is_no_feed_says_what_it_is(document: str | bytes, code: str, says: str) -> None:
    """An operator can act on it."""
    fault = fault_of(document)
    assert fault.code == code
    assert says in fault.message


def test_a_declared_kind_that_is_not_served_is_named() -> None:
    """The remedy is the other word."""
    fault = fault_of(rss(ITEM % "T"), kind=SourceKind.NEWS_SITEMAP)
    assert (fault.code, fault.permanent) == ("kind_mismatch", True)
    assert "serves a feed" in fault.message
    assert fault_of(rss(ITEM % "T"), kind=SourceKind.PAGE).code == "kind_mismatch"


def test_a_body_over_the_limit_is_refused_also_when_it_unpacks_to_one() -> None:
    """A .gz file of a kilobyte can hold a megabyte."""
    limits = ParseLimits(max_bytes=10_000)
    large = rss(ITEM % ("t" * 10_000))
    assert fault_of(large, limits=limits).code == "too_large"
    packed = gzip.compress(large.encode())
    assert len(packed) < 1000
    assert fault_of(packed, limits=limits).code == "too_large"


def test_a_gz_file_is_unpacked() -> None:
    """Outlets serve sitemaps so, as files of their own type."""
    assert only(gzip.compress(rss(ITEM % "T").encode())).title == "T"


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Outlet",
    "language": "en",
    "authors": [{"name": "The Editors"}],
    "items": [
        {
            "id": 7,
            "url": "/a",
            "external_url": "https://other.example/",
            "title": "Blast",
            "summary": "Short.",
            "content_html": "<p>One</p><p>Two</p>",
            "date_published": "2021-08-26T13:50:00Z",
            "date_modified": "2021-08-26T14:00:00Z",
            "authors": [{"name": "Jane Doe"}],
            "language": "fa-ir",
        },
        {"id": "8", "content_text": "a < b", "author": {"name": 3}},
        "no item",
        {"id": None, "tags": ["x"]},
    ],
}


def test_json_feed_is_read() -> None:
    """Both versions of authors, numbers as identifiers, and what is no item left out."""
    document = read(json.dumps(JSON_FEED), kind=SourceKind.FEED)
    first, second = document.items
    assert document.format == "json11"
    assert (first.guid, first.url, first.title) == ("7", "https://outlet.example/a", "Blast")
    assert (first.summary, first.content, first.author, first.language) == ("Short.", "One\n\nTwo", "Jane Doe", "fa-IR")
    assert first.published == datetime(2021, 8, 26, 13, 50, tzinfo=UTC)
    assert (second.content, second.author, second.language) == ("a < b", "3", "en")


def test_json_that_is_nested_or_numbered_without_end_is_refused() -> None:
    """Python's reader gives up on both, each in its own way."""
    opening = '{"version": "https://jsonfeed.org/version/1", "items": '
    assert fault_of(opening + "[" * 200_000).code == "parse_limit"
    assert fault_of(opening + "9" * 10_000 + "}").code == "malformed"
