"""Whatever the bytes, parsing ends in a document of clean text or in a VisitError."""

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.parsing.text import html_to_text, one_line, paragraphs
from storywatch.errors import VisitError
from storywatch.model import Document
from tests.unit.spiders.feeds import atom, read, rss
from tests.unit.spiders.test_parsing_sitemaps import SITEMAP

CODES = {"empty_body", "too_large", "not_a_feed", "malformed", "entity_declaration"}
SEEDS = [
    rss(
        "<guid isPermaLink='false'>1</guid><link>/a</link><title>A &amp; B</title>"
        "<description>&lt;p&gt;x&lt;/p&gt;</description>"
        "<author>a@b.example (C)</author><pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate><category>x</category>"
        "<media:description>m</media:description><source url='u'>s</source><enclosure url='u' length='1'/>",
        channel="<image><url>u</url><title>i</title></image><textInput><name>n</name></textInput><ttl>5</ttl>",
    ).encode(),
    atom(
        "<id>urn:1</id><link href='/a' rel='alternate'/><title type='html'>&lt;b&gt;T</title>"
        "<updated>2021-08-26T13:50:00Z</updated><content type='xhtml' xml:base='x/'>"
        "<div xmlns='http://www.w3.org/1999/xhtml'><p>One <svg/></p></div></content>"
        "<author><name>N</name></author><contributor><name>M</name></contributor><source><id>s</id></source>"
    ).encode(),
    SITEMAP.encode(),
    b'{"version": "1.1", "items": [{"id": "1", "content_html": "<p>x", "author": {"name": "n"}}], "language": "en"}',
]
# What a mutation writes: the delimiters of XML and HTML, and the elements that feedparser has handlers of its own for.
PIECES = [
    *b"""
    < > & ; ]]> <![CDATA[ <!-- --> <? " &#xD800; &#99999999999; <item> </item> <entry> </entry> <title> </title> <svg>
    </svg> <source> </source> <author> </author> <name> <email> <category/> </category> <keywords> </keywords> <tags>
    </tags> <link/> <content> <content:encoded> <base> <height>x</height> <language> <dc:date> <georss:point> <image>
    <psc:chapters> <media:rating> </media:rating> </image> <textinput> <newlocation> <!DOCTYPE <!ENTITY <div> <script>
    """.split(),
    *(b"\0", b"\xff", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<content type='x'>", b"<item xml:base='//['>"),
]


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 30)))
        body[start:end] = draw(st.sampled_from(PIECES) | st.binary(max_size=6))
    return bytes(body)


def _outcome(body: bytes) -> Document | None:
    try:
        return read(body)
    except VisitError as error:
        assert error.fault.code in CODES  # noqa: PT017 - the other outcome is a document
        return None


def _is_clean(text: str, *, lines: bool) -> bool:
    return all(unicodedata.category(each) not in {"Cc", "Cs"} or (lines and each == "\n") for each in text)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_mutated() | st.binary(max_size=300))
def test_any_bytes_end_in_clean_items_or_in_a_known_error(body: bytes) -> None:
    """Nothing else is ever raised, and no control character gets through."""
    document = _outcome(body)
    for item in document.items if document else ():
        assert all(
            _is_clean(text, lines=False)
            for text in (item.guid, item.url, item.title, item.author, item.language)
            if text
        )
        assert _is_clean(item.summary, lines=True)
        assert _is_clean(item.content, lines=True)
        assert item.url is None or item.url.startswith(("http://", "https://"))


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_any_text_becomes_clean_text_and_stays_so(text: str) -> None:
    """Cleaning is finished after one round, and cutting keeps the limit."""
    for clean in (one_line, paragraphs):
        once = clean(html_to_text(text), 50)
        assert _is_clean(once, lines=clean is paragraphs)
        assert len(once) <= 50
        assert clean(once, 50) == once
