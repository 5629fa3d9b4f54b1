"""Documents that were written to do harm end soon, and as what they are."""

import time

import feedparser
import pytest

from storywatch.errors import VisitError
from tests.support.patience import SLOWNESS
from tests.unit.spiders.feeds import atom, fault_of, only, read, rss

LAUGHS = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
SUBSETS = {
    "billion laughs": f'<!ENTITY lol0 "lol">{LAUGHS}',
    "quadratic blow-up": f'<!ENTITY a "{"a" * 50_000}">',
    "external entity": '<!ENTITY a SYSTEM "file:///etc/passwd">',
    "parameter entity": '<!ENTITY % a SYSTEM "http://192.0.2.1/x.dtd"> %a;',
    "in the middle": '<!ELEMENT x ANY><!-- > --><!ENTITY nbsp "&#160;"><!ENTITY a "b">',
    "as a default": '<!ENTITY a "b"><!ATTLIST rss x CDATA "&a;">',
}


@pytest.mark.parametrize("subset", SUBSETS.values(), ids=SUBSETS.keys())
def test_entity_declarations_are_refused_at_once(subset: str) -> None:
    """Before anything could be expanded or loaded."""
    started = time.process_time()
    fault = fault_of(f'<?xml version="1.0"?>\n<!DOCTYPE rss [{subset}]>' + rss("<title>&lol9;&a;</title>"))
    assert fault.code == "entity_declaration"
    assert time.process_time() - started < 0.5 * SLOWNESS


def test_htmls_own_names_may_be_declared_and_mean_what_they_mean() -> None:
    """Old feeds declare them, and what they say about them is not believed."""
    subset = '<!ENTITY nbsp "&#160;"><!ENTITY eacute "EVIL">'
    assert only(f"<!DOCTYPE rss [{subset}]>" + rss("<title>caf&eacute;&nbsp;bar</title>")).title == "café bar"


def test_a_damaged_doctype_expands_nothing() -> None:
    """The loose parser takes over and knows no entities."""
    document = '<!DOCTYPE rss [ <!BAD <!ENTITY a "EVIL">]>' + rss("<title>x&a;y</title>")
    assert "EVIL" not in str(read(document).items)


_MAILBOX_BAIT = "a" * 32_768
_BAD_ITEM = "<title>T</title><description>{}</description>"

SLOW = {
    "author": rss(f"<title>T</title><author>{_MAILBOX_BAIT}</author>"),
    "creator": rss(f"<title>T</title><dc:creator>{_MAILBOX_BAIT}</dc:creator>"),
    "itunes author": rss(f"<title>T</title><itunes:author>{_MAILBOX_BAIT}</itunes:author>"),
    "editor": rss("<title>T</title>", channel=f"<managingEditor>{_MAILBOX_BAIT}</managingEditor>"),
    "web master": rss("<title>T</title>", channel=f"<webMaster>{_MAILBOX_BAIT}</webMaster>"),
    "publisher": rss("<title>T</title>", channel=f"<dc:publisher>{_MAILBOX_BAIT}</dc:publisher>"),
    "categories": rss("<title>T</title>" + "".join(f"<category>{n}</category>" for n in range(30_000))),
    "subjects": rss("<title>T</title>" + "".join(f"<dc:subject>{n}</dc:subject>" for n in range(30_000))),
    "nested": rss(_BAD_ITEM.format("<div>" * 50_000 + "x" + "</div>" * 50_000)),
    "nested, escaped": rss(_BAD_ITEM.format("&lt;div>" * 50_000 + "x" + "&lt;/div>" * 50_000)),
    "nested xhtml": atom(
        "<title>T</title><content type='xhtml'>" + "<div>" * 50_000 + "</div>" * 50_000 + "</content>"
    ),
    "less-than": "<" * 2_000_000,
    "spaces": " " * 1_000_000 + "x",
    "spaces inside": rss(_BAD_ITEM.format(" " * 1_000_000 + "&")),
    "less-than inside": rss(_BAD_ITEM.format("<" * 2_000_000)),
    "ampersands": rss(_BAD_ITEM.format("&" * 2_000_000)),
    "items": rss(*["<title>T</title>"] * 100_000),
    "broken items": rss(*["<title>T</title>&x<"] * 50_000),
    "no end": "<rss><channel>" + "<item>" * 200_000,
    "attributes": "<rss " + " ".join(f'a{n}="x"' for n in range(100_000)) + "><channel><item>",
    "attributes, closed": "<rss " + " ".join(f'a{n}="x"' for n in range(100_000)) + "><channel/></rss>",
    "prefixes": "<rss " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(30_000)) + "><channel/></rss>",
    "open CDATA": rss("<title><![CDATA[" * 200_000),
    "open comments": rss("<!--" * 400_000),
    "open instructions": rss("<?x" * 400_000),
    "open quotes": "<rss><channel>" + '<item a="' * 200_000,
    "sitemap": "<urlset>"
    + "<url><loc>http://o.example/</loc><news><title>T</title></news></url>" * 50_000
    + "</urlset>",
}


@pytest.mark.parametrize("document", SLOW.values(), ids=SLOW.keys())
def test_no_known_bait_takes_long(document: str) -> None:
    """Each of these is read or refused in seconds; most took feedparser minutes, or take a quadratic reader hours."""
    started = time.process_time()
    try:
        read(document)
    except VisitError as error:
        assert error.fault.code in {"malformed", "not_a_feed", "parse_limit"}  # noqa: PT017 - any ending is right
    assert time.process_time() - started < 12 * SLOWNESS


def test_feedparser_alone_is_slow_on_a_long_author() -> None:
    """The control: an eighth of that author costs it more than the whole costs us."""
    document = rss(f"<title>T</title><author>{_MAILBOX_BAIT[:4096]}</author>").encode()
    started = time.process_time()
    feedparser.parse(document)
    alone = time.process_time() - started
    started = time.process_time()
    read(SLOW["author"])
    assert alone > 4 * (time.process_time() - started)


def test_markup_in_titles_and_authors_comes_out_as_text() -> None:
    """What is shown or mailed later starts without tags and without line breaks."""
    item = only(
        rss(
            "<title>&lt;script&gt;alert(1)&lt;/script&gt;Blast&lt;img src=x onerror=alert(1)&gt;\nBcc: v@o.example"
            "</title>"
            "<dc:creator>&lt;b&gt;Jane&lt;/b&gt;\r\nDoe</dc:creator>"
        )
    )
    assert item.title == "Blast Bcc: v@o.example"
    assert item.author == "Jane Doe"
