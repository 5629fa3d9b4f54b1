"""Documents, addresses, times and texts that were made to break their readers, and what must hold of every reading."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from hypothesis import strategies as st

from spiders.parsing import ParseLimits, parse_document
from spiders.parsing.dates import judged_time
from spiders.parsing.text import html_to_text, looks_like_html, one_line, paragraphs
from spiders.parsing.zones import zone_called
from storywatch.errors import VisitError
from storywatch.model import Document, Outlet, ParsedItem, TimeOrigin
from storywatch.urls import canonical_url, has_form, host_of, url_identity

NOW = datetime(2021, 9, 1, 12, 0, tzinfo=UTC)
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
URL = "https://outlet.example/feeds/world.xml"
OUTLET = Outlet(
    id="o",
    name="O",
    hosts=("www.outlet.example", "outlet.example"),
    strip_params=("smid", "x_*"),
    time_zone="Asia/Kabul",
    live_urls=("*/live/*",),
)
CODES = {"empty_body", "too_large", "not_a_feed", "malformed", "entity_declaration", "parse_limit"}

_PREFIXES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:g="http://www.georss.org/georss" '
    'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:h="http://www.w3.org/1999/xhtml"'
)

SEEDS = (
    f"""<?xml version="1.0"?><rss version="2.0" {_PREFIXES}><channel><title>Outlet</title><ttl>5</ttl>
    <image><url>u</url><title>i</title></image><textInput><name>n</name></textInput><skipHours><hour>3</hour></skipHours>
    <atom:link rel="hub" href="https://hub.example/"/><item><guid isPermaLink="false">1</guid><link>/a</link>
    <title>A &amp; B</title><description>&lt;p&gt;x&lt;/p&gt;</description><author>a@b.example (C)</author>
    <pubDate>Thu, 26 Aug 2021 13:50:00 GMT</pubDate><category>x</category><media:description>m</media:description>
    <source url="u">s</source><enclosure url="u" length="1"/></item><item><title>T</title></item></channel></rss>""",
    f"""<feed xmlns="http://www.w3.org/2005/Atom" {_PREFIXES}><title>Outlet</title><entry><id>urn:1</id>
    <link href="/a" rel="alternate"/><title type="html">&lt;b&gt;T</title><updated>2021-08-26T13:50:00Z</updated>
    <content type="xhtml" xml:base="x/"><h:div><h:p>One <svg/></h:p></h:div></content><author><name>N</name></author>
    <contributor><name>M</name></contributor><source><id>s</id></source></entry></feed>""",
    f"""<urlset {_PREFIXES}><url><loc>https://outlet.example/a</loc><lastmod>2021-08-26</lastmod><n:news><n:publication>
    <n:name>O</n:name><n:language>en</n:language></n:publication><n:publication_date>2021-08-26T13:50Z
    </n:publication_date><n:title>Blast &amp;amp; fire</n:title></n:news></url></urlset>""",
    "<sitemapindex><sitemap><loc>/news.xml</loc><lastmod>2021-08-26</lastmod></sitemap></sitemapindex>",
    """{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": "<p>x", "url": "/a",
    "author": {"name": "n"}, "date_published": "2021-08-26T13:50:00"}], "language": "en", "hubs": []}""",
)


def _words(text: str) -> list[str]:
    return text.split()


_NAMES = _words("""
    rss channel item feed entry rdf:RDF urlset url sitemapindex sitemap news n:news title link guid id description
    summary content content:encoded pubDate dc:date loc published updated author name email dc:creator source image
    textinput category tags media:title media:description media:content media:rating media:player media:group enclosure
    itunes:summary itunes:image g:point g:pos height language ttl skipHours hour skipDays day h:div div p b svg math
    script n:title n:publication_date lastmod cloud base atom:link newlocation psc:chapters undeclared:x ITEM items
    authors entries _ é a.b-c
""")
_ATTRIBUTES = _words("""
    href rel type url uri src mode version isPermaLink xml:base xml:lang length title scheme term label rdf:about xmlns
    xmlns:x xmlns:media language id _ é class
""")
_WORDS = [
    *_words("""
    T 1 &amp; &lt;p&gt; & &x; &#0; &#xD800; &#99999999999; &nbsp; ]]> <![CDATA[ <![CDATA[x]]> <!-- --> <?x ?> < > " '
    https://o.example/a /a //[ javascript:x true false text/html xhtml application/xhtml+xml text base64 image/png
    alternate 2.0 2021-08-26 1629985800 25:61 2087-01-01T00:00:00Z GMT+9 24 Monday http://www.w3.org/2005/Atom
    http://www.w3.org/1999/xhtml aGk= کابل
    """),
    *("", " ", "\n", "<!-- x -->", "<!DOCTYPE x>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "a@b.example (C)", "self hub"),
    *("Thu, 26 Aug 2021 13:50:00 GMT", "\u202e", "\u200b", "\x00", "\x0b", "\ufffe"),
]


def _rendered(name: str, attributes: dict[str, str], children: list[str]) -> str:
    shown = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{shown}>{''.join(children)}</{name}>"


_VALUES = st.sampled_from(_WORDS) | st.text(max_size=8)
_TREES = st.recursive(
    _VALUES,
    lambda children: st.builds(
        _rendered,
        st.sampled_from(_NAMES),
        st.dictionaries(st.sampled_from(_ATTRIBUTES), _VALUES, max_size=3),
        st.lists(children, max_size=6),
    ),
    max_leaves=25,
)
_ROOTS = st.sampled_from(
    [
        f"<rss version='2.0' {_PREFIXES}><channel>{{}}</channel></rss>",
        f"<rss {_PREFIXES}><channel><item><title>T</title>{{}}</item></channel></rss>",
        f"<feed xmlns='http://www.w3.org/2005/Atom' {_PREFIXES}>{{}}</feed>",
        f"<feed xmlns='http://www.w3.org/2005/Atom' {_PREFIXES}><entry>{{}}</entry></feed>",
        f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' {_PREFIXES}>{{}}</rdf:RDF>",
        f"<urlset {_PREFIXES}><url>{{}}</url></urlset>",
        "<sitemapindex><sitemap>{}</sitemap></sitemapindex>",
        "{}",
    ]
)
_JSON_KEYS = st.sampled_from(
    _words("""
    version items id url external_url title summary content_html content_text authors author name date_published
    date_modified language hubs type feed_url x
    """)
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _VALUES,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(_JSON_KEYS, children, max_size=6),
    max_leaves=20,
)


def _json_feed(items: object, others: dict[str, object]) -> bytes:
    return json.dumps({"version": "1.1", **others, "items": items}).encode()


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[str | bytes, ...] = SEEDS) -> bytes:
    """Draw a document in which pieces were cut out and put in."""
    seed = draw(st.sampled_from(seeds))
    body = bytearray(seed.encode() if isinstance(seed, str) else seed)
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 30)))
        inside = st.sampled_from(_WORDS).map(_encoded) | st.sampled_from(_NAMES).map(_tag) | st.binary(max_size=6)
        body[start:end] = draw(inside)
    return bytes(body)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _tag(name: str) -> bytes:
    return f"<{name}>".encode()


def documents(seeds: tuple[str | bytes, ...] = SEEDS) -> st.SearchStrategy[bytes]:
    """Draw documents: mutated ones, trees of hostile names, JSON, and mere bytes."""
    return (
        mutated(seeds)
        | st.builds(
            lambda root, trees: _encoded(root.replace("{}", "".join(trees))), _ROOTS, st.lists(_TREES, max_size=5)
        )
        | st.builds(_json_feed, _JSON, st.dictionaries(_JSON_KEYS, _JSON, max_size=4))
        | st.binary(max_size=300)
    )


TEXTS = st.lists(_VALUES | st.sampled_from(_NAMES).map("<{}".format), max_size=30).map("".join) | st.text(max_size=200)
TIMES = (
    st.from_regex(r"[0-9/:., T+ZAPMGUTC()-]{0,40}", fullmatch=True)
    | st.lists(
        st.sampled_from(_words("Thu, 26 Aug 2021 13:50 GMT +0430 IST AM - de 年 ۱۴۰۰ / Asia/Kabul")), max_size=8
    ).map(" ".join)
    | st.text(max_size=100)
)
_ADDRESS_PIECES = [
    *_words(r"""
    http: https: // / \ ? # #! & = ; : @ [ ] % %2 %41 %ff .. . /./ /../ amp .amp m. www. outlet.example
    cdn.ampproject.org /c/s/ www.google.com /amp/s/ utm_source=rss id=1 rss ;jsessionid=1 index.html é 。 خ 📰 ß :80
    /live/ xn-- ::1 99999
    """),
    *("\ud800", " ", "\t", "\x00", "a" * 64),
]
ADDRESSES = st.lists(st.sampled_from(_ADDRESS_PIECES) | st.text(max_size=4), max_size=14).map("".join) | st.builds(
    "https://outlet.example{}".format, st.text(max_size=60)
)


# What must hold ------------------------------------------------------------------------------------------------------


def check_document(body: bytes) -> None:
    """Read a document; it ends in clean items or in a fault of a known code."""
    try:
        document = parse_document(
            body, url=URL, content_type=None, now=NOW, limits=ParseLimits(max_items=50), outlet=OUTLET
        )
    except VisitError as error:
        assert error.fault.code in CODES  # noqa: PT017 - the other outcome is a document
        return
    for item in document.items:
        _check_item(item)
    _check_channel(document)


def _check_item(item: ParsedItem) -> None:
    assert any((item.guid, item.url, item.title, item.summary, item.content))
    for text in (item.guid, item.url, item.title, item.author, item.language):
        assert text is None or is_clean(text, lines=False)
    assert is_clean(item.summary, lines=True)
    assert is_clean(item.content, lines=True)
    assert item.url is None or is_web_address(item.url)
    for moment in (item.published, item.updated):
        assert moment is None or is_believable(moment)
    assert (item.published is None) is (item.time_origin is TimeOrigin.SEEN)
    check_address(item.url or "")


def _check_channel(document: Document) -> None:
    assert document.wishes.skip_hours < frozenset(range(24))
    assert document.wishes.skip_days < frozenset(range(7))
    assert document.wishes.ttl is None or document.wishes.ttl > timedelta(0)
    addresses = [part.url for part in document.parts]
    if document.push:
        addresses += [document.push.hub, document.push.topic]
    assert all(map(is_web_address, addresses))


def check_address(text: str) -> None:
    """Read an address: its canonical form is one, is its own, and has one identity."""
    canonical = canonical_url(text, OUTLET)
    for each in (text, canonical or ""):
        url_identity(each)
        host_of(each)
        has_form(each, (*OUTLET.live_urls, text[:20]))
    if canonical is not None:
        assert canonical.isascii()
        assert is_web_address(canonical)
        assert canonical_url(canonical, OUTLET) == canonical


def check_time(text: str) -> None:
    """Read a time: it is a believable instant, or there is a reason why not."""
    for zone in ("UTC", "Asia/Kabul", "America/New_York"):
        read = judged_time(text, NOW, zone_called(zone))
        assert read.moment is None or is_believable(read.moment)
        assert read.moment or read.correction or not text.strip()


def check_text(text: str) -> None:
    """Read HTML: clean text comes out, within its limit, and cleaning it again changes nothing."""
    looks_like_html(text)
    plain = html_to_text(text)
    for clean, lines in ((one_line, False), (paragraphs, True)):
        once = clean(plain, 50)
        assert is_clean(once, lines=lines)
        assert len(once) <= 50
        assert clean(once, 50) == once


def is_clean(text: str, *, lines: bool) -> bool:
    """Tell whether a text has no control character and no half of one; line feeds may be permitted."""
    return all(unicodedata.category(each) not in {"Cc", "Cs"} or (lines and each == "\n") for each in text)


def is_web_address(url: str) -> bool:
    """Tell whether an address is http(s) and has a host."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def is_believable(moment: datetime) -> bool:
    """Tell whether a time is in UTC, and one of publication."""
    return moment.utcoffset() == timedelta(0) and OLDEST <= moment <= NOW + timedelta(hours=36)
