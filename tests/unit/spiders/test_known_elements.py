"""A poll costs what is new, and brings what it would bring if everything were read again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.parsing import ParseLimits, parse_document, pieces
from storywatch.errors import VisitError
from storywatch.intake import Intake
from storywatch.model import Document, Outlet, SourceKind
from tests.support.fakes import Memory
from tests.support.samples import a_source
from tests.unit.spiders.feeds import NOW, atom, rss

OUTLET = Outlet(id="nyt", name="N", hosts=("www.o.example", "o.example"), strip_params=("ref",))
SOURCE = a_source()
URL = "https://o.example/feed.xml"
LIMITS = ParseLimits()


def parsed(
    body: str | bytes, elements: bytes = b"", *, url: str = URL, outlet: Outlet = OUTLET, limits: ParseLimits = LIMITS
) -> Document:
    """Parse as a poll does."""
    data = body.encode() if isinstance(body, str) else body
    return parse_document(data, url=url, content_type=None, now=NOW, limits=limits, outlet=outlet, elements=elements)


@dataclass
class Follower:
    """Polls a source: with what its documents leave, or reading everything again."""

    prunes: bool
    elements: bytes = b""
    known: int = 0

    def __post_init__(self) -> None:
        self.memory = Memory()

    def poll(self, body: str | bytes) -> Intake | str:
        """Return what a document brings, or the code of its fault."""
        try:
            document = parsed(body, self.elements)
        except VisitError as error:
            return error.fault.code
        self.known += document.known
        self.elements = document.elements if self.prunes else b""
        taken = self.memory.take_in(document.items, SOURCE, OUTLET, NOW)
        # A known item was there before, whether it is read or left out.
        return replace(taken, sightings=(), overlaps=taken.overlaps or document.known > 0)


def brings_the_same(bodies: Sequence[str | bytes]) -> int:
    """Poll the documents in both ways, compare every poll, and return how many items were left out."""
    full, pruned = Follower(prunes=False), Follower(prunes=True)
    for number, body in enumerate(bodies):
        assert pruned.poll(body) == full.poll(body), f"document {number}"
    assert pruned.memory.items == full.memory.items
    return pruned.known


# What follows are whole documents.


def test_a_document_whose_items_are_all_known_has_none_and_is_no_error() -> None:
    first = parsed(rss("<guid>1</guid><title>A</title>", "<guid>2</guid><title>B</title>"))
    again = parsed(rss("<guid>1</guid><title>A</title>", "<guid>2</guid><title>B</title>"), first.elements)
    assert (again.items, again.known, again.dropped, again.elements) == ((), 2, 0, first.elements)
    assert (again.kind, again.format, again.wishes) == (first.kind, first.format, first.wishes)


def test_only_new_and_changed_items_are_read() -> None:
    first = parsed(rss("<guid>1</guid><title>A</title>", "<guid>2</guid><title>B</title>"))
    again = parsed(
        rss("<guid>3</guid><title>C</title>", "<guid>1</guid><title>A</title>", "<guid>2</guid><title>Bb</title>"),
        first.elements,
    )
    assert [item.title for item in again.items] == ["C", "Bb"]
    assert again.known == 1


def test_what_a_feed_says_of_itself_is_read_whatever_is_left_out() -> None:
    item = "<guid>1</guid><title>A</title>"
    first = parsed(rss(item, channel="<ttl>5</ttl><lastBuildDate>Thu, 26 Aug 2021 13:50:00 GMT</lastBuildDate>"))
    again = parsed(
        rss(item, channel="<ttl>90</ttl><lastBuildDate>Thu, 26 Aug 2021 13:55:00 GMT</lastBuildDate>"), first.elements
    )
    assert again.known == 1
    assert again.wishes.ttl is not None
    assert again.wishes.ttl.total_seconds() == 90 * 60


ITEM = "<guid isPermaLink='false'>1</guid><link>/a</link><title>A</title>"
OTHERS = {
    "language": rss(ITEM, channel="<language>fr</language>"),
    "author": rss(ITEM, channel="<managingEditor>Jane</managingEditor>"),
    "unheard-of": rss(ITEM, channel="<x:unheard xmlns:x='u:x'>Jane</x:unheard>"),
    "namespace": rss(ITEM).replace("purl.org/dc/elements", "purl.org/dc/elephants"),
    "base": rss(ITEM).replace("<rss ", "<rss xml:base='https://other.example/' "),
    "dialect": rss(ITEM).replace('version="2.0"', 'version="0.91"'),
}


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
def test_everything_is_read_again_where_something_changed_that_items_depend_on(body: str) -> None:
    first = parsed(rss(ITEM))
    assert parsed(rss(ITEM), first.elements).known == 1
    again = parsed(body, first.elements)
    assert (len(again.items), again.known) == (1, 0)


def test_everything_is_read_again_at_another_address_or_with_other_rules_of_the_outlet() -> None:
    first = parsed(rss(ITEM)).elements
    assert parsed(rss(ITEM), first, url="https://o.example/other.xml").known == 0
    assert parsed(rss(ITEM), first, outlet=replace(OUTLET, strip_params=())).known == 0
    assert parsed(rss(ITEM), first, limits=replace(LIMITS, max_field_chars=10)).known == 0


@pytest.mark.parametrize("junk", [b"", b"\0", b"\x02" + bytes(40), b"junk", bytes(100)])
def test_a_record_that_is_none_is_ignored(junk: bytes) -> None:
    first = parsed(rss(ITEM))
    for elements in (junk, first.elements[:-3], first.elements + junk, b"\x09" + first.elements[1:]):
        again = parsed(rss(ITEM), elements)
        assert len(again.items) + again.known == 1


BROKEN = {
    "no XML": rss(ITEM).replace("<title>A", "<title><b>A"),
    "items in odd places": rss(ITEM).replace("</channel>", "</channel><item><title>B</title></item>"),
    "no document": '{"version": "1.1", "items": [{"id": "1", "title": "A"}]}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_read_element_by_element_is_read_whole_every_time(body: str) -> None:
    first = parsed(body)
    again = parsed(body, first.elements)
    assert again.known == 0
    assert again.items == first.items != ()


@pytest.mark.parametrize("body", [rss(ITEM, "<title>half")[:-30], rss(ITEM).replace("<title>A", "<title>A & B &nbsp;")])
def test_what_can_be_repaired_or_breaks_off_is_pruned_too(body: str) -> None:
    assert parsed(body, parsed(body).elements).known == 1


def test_only_the_first_items_count() -> None:
    """What lies beyond the limit of items was never read, so it is never known."""
    limits = replace(LIMITS, max_items=2)
    items = [f"<guid>{n}</guid><title>T{n}</title>" for n in range(4)]
    first = parsed(rss(*items), limits=limits)
    assert [item.guid for item in first.items] == ["0", "1"]
    assert [(each.item, each.fault.code) for each in first.set_aside] == [("2 further items", "too_many_items")]
    again = parsed(rss(*items[1:]), first.elements, limits=limits)
    assert ([item.guid for item in again.items], again.known) == (["2"], 1)


def test_dropped_items_are_never_known() -> None:
    body = rss("<pubDate>x</pubDate>", ITEM)
    again = parsed(body, parsed(body).elements)
    assert (again.known, again.dropped, again.items) == (1, 1, ())


def test_items_that_share_an_identifier_are_always_read() -> None:
    body = rss("<guid>1</guid><title>A</title>", "<guid>1</guid><title>B</title>", "<guid>2</guid><title>C</title>")
    again = parsed(body, parsed(body).elements)
    assert ([item.title for item in again.items], again.known) == (["A", "B"], 1)


def test_a_new_item_that_shares_something_with_a_known_one_has_everything_read() -> None:
    first = parsed(rss(ITEM, "<guid>2</guid><title>B</title>"))
    again = parsed(
        rss("<link>https://www.o.example/a?ref=rss</link><title>N</title>", ITEM, "<guid>2</guid><title>B</title>"),
        first.elements,
    )
    assert ([item.title for item in again.items], again.known) == (["N", "A", "B"], 0)


def test_elements_inside_texts_and_sections_are_none() -> None:
    tricky = ITEM + "<description><![CDATA[</item><item><title>no</title></item>]]></description>"
    nested = "<guid>2</guid><title>B</title><x:item xmlns:x='u:x'><item><title>inner</title></item></x:item>"
    body = rss(tricky, "<guid>3</guid><description>&lt;/item>&lt;item></description><!-- </item><item> -->", nested)
    assert brings_the_same([body, body, body.replace("<title>A", "<title>AA")]) > 0


def test_a_sitemap_is_pruned_too() -> None:
    def sitemap(*numbers: int) -> str:
        urls = "".join(
            f"<url><loc>https://o.example/{n}</loc><n:news><n:title>T{n}</n:title>"
            f"<n:publication_date>2021-08-26T13:50:00Z</n:publication_date></n:news></url>"
            for n in numbers
        )
        return f"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{urls}<url><loc>https://o.example/x</loc></url></urlset>"

    first = parsed(sitemap(2, 1))
    again = parsed(sitemap(3, 2, 1), first.elements)
    assert again.kind is SourceKind.NEWS_SITEMAP
    assert ([item.title for item in again.items], again.known, again.dropped) == (["T3"], 2, 0)
    assert brings_the_same([sitemap(2, 1), sitemap(3, 2, 1), sitemap(3, 2)]) == 4


# What follows are sequences of documents.


@dataclass(frozen=True)
class Told:
    """An item as its feed tells it."""

    guid: str
    link: str
    title: str
    text: str
    date: str = ""
    cdata: bool = False

    def rss(self) -> str:
        quoted = (lambda text: f"<![CDATA[{text}]]>") if self.cdata else escape
        parts = {
            "guid isPermaLink='false'": self.guid,
            "link": self.link,
            "title": self.title,
            "description": self.text,
            "pubDate": self.date,
        }
        return "".join(f"<{name}>{quoted(text)}</{name.split()[0]}>" for name, text in parts.items() if text)

    def atom(self) -> str:
        parts = {"id": self.guid, "title": self.title, "summary": self.text, "updated": self.date}
        link = f"<link href='{escape(self.link)}'/>" if self.link else ""
        return link + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text)


_GUIDS = st.sampled_from(["", "1", "2", "https://o.example/a", "https://www.o.example/b?utm_source=x", "3"])
_LINKS = st.sampled_from(
    ["", "https://o.example/", "https://o.example/a", "http://www.o.example/a/?ref=1", "https://o.example/b", "/b"]
)
_TOLD = st.builds(
    Told,
    guid=_GUIDS,
    link=_LINKS,
    title=st.sampled_from(["", "A", "B", "C & D"]),
    text=st.sampled_from(["", "x", "y <b>z</b>"]),
    date=st.sampled_from(["", "Thu, 26 Aug 2021 13:50:00 GMT", "Thu, 26 Aug 2021 14:50:00 GMT"]),
    cdata=st.booleans(),
)
_CHANNELS = st.sampled_from(["", "", "", "<language>fr</language>", "<lastBuildDate>x</lastBuildDate>"])


@st.composite
def sequences(draw: st.DrawFn) -> list[str]:
    """Draw documents of one feed, each made of the one before."""
    is_rss = draw(st.booleans())
    whole: Callable[..., str] = rss if is_rss else atom
    items: list[Told] = draw(st.lists(_TOLD, max_size=5))
    bodies = []
    for _ in range(draw(st.integers(2, 6))):
        inside = [item.rss() if is_rss else item.atom() for item in items]
        body = whole(*inside, **{"channel" if is_rss else "feed": draw(_CHANNELS)})
        bodies.append(body.replace("xmlns:dc", "xmlns:d") if draw(st.integers(0, 9)) == 0 else body)
        items = list(_changed(draw, items))
    return bodies


def _changed(draw: st.DrawFn, items: list[Told]) -> Iterator[Told]:
    yield from draw(st.lists(_TOLD, max_size=2))
    for item in draw(st.permutations(items)) if draw(st.booleans()) else items:
        match draw(st.integers(0, 9)):
            case 0:
                pass
            case 1:
                yield from (item, item)
            case 2:
                part = draw(st.sampled_from(["guid", "link", "title", "text", "date", "cdata"]))
                yield replace(item, **{part: getattr(draw(_TOLD), part)})
            case _:
                yield item


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences())
def test_leaving_known_items_out_changes_nothing(bodies: list[str]) -> None:
    """Items that come, go, change, move and repeat each other's guids, addresses and texts."""
    brings_the_same(bodies)


TAKEN_OVER = [
    rss("<guid>2</guid>", "<title>B</title>"),
    rss("<guid>2</guid><description>x</description>", "<guid>2</guid>", "<title>B</title>"),
]
MOVED_AND_TAKEN_OVER = [
    rss("<guid>1</guid><link>https://o.example/a</link>"),
    rss("<guid>1</guid><link>https://o.example/b</link>"),
    rss("<link>https://o.example/a</link><title>N</title>", "<guid>1</guid><link>https://o.example/b</link>"),
]


@pytest.mark.parametrize("bodies", [TAKEN_OVER, MOVED_AND_TAKEN_OVER])
def test_an_item_that_takes_over_what_another_is_known_by_is_told_from_it(bodies: list[str]) -> None:
    brings_the_same(bodies)


def test_without_regard_to_what_items_share_it_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first control."""
    monkeypatch.setattr(pieces, "meet", lambda *_: False)
    with pytest.raises(AssertionError):
        brings_the_same(TAKEN_OVER)


def test_without_regard_to_what_items_were_known_by_it_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second control."""
    monkeypatch.setattr("storywatch.elements._inherited", lambda present, _: (list(present), []))
    with pytest.raises(AssertionError):
        brings_the_same(MOVED_AND_TAKEN_OVER)
