"""Which items are new, revised or known: `storywatch.intake`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.intake import Intake, identify
from storywatch.model import ParsedItem
from tests.support.fakes import Memory
from tests.support.samples import ATTACK, NOW, NYT, a_source, parsed

WORLD = a_source("nyt-world")
ASIA = a_source("nyt-asia")
STORY = "https://www.nytimes.com/kabul"
LIVE = "https://www.nytimes.com/live"


def titles(taken: Intake) -> tuple[list[str], list[str]]:
    """Return what was new and what was revised."""
    return ([item.revision.title for item in taken.new], [item.revision.title for item in taken.revised])


def history(*documents: Sequence[ParsedItem]) -> list[tuple[list[str], list[str]]]:
    """Pass the documents of one source through intake, one after the other."""
    memory = Memory()
    return [titles(memory.take_in(document, WORLD, NYT)) for document in documents]


# Known again ---------------------------------------------------------------------------------------------------------


_TITLES = st.sampled_from(["", "Attack", "Strike", "Denial"])
_ITEMS = st.lists(
    st.builds(
        ParsedItem,
        guid=st.sampled_from([None, "", "1", "2", LIVE, f"{LIVE}#2", f"{STORY}/", "urn:3"]),
        url=st.sampled_from(
            [None, LIVE, f"{LIVE}?utm_source=rss", STORY, "http://nytimes.com/kabul/", "https://nytimes.com/"]
        ),
        title=_TITLES,
        summary=st.sampled_from(["", "Dozens are dead."]),
        content=st.sampled_from(["", "The whole text."]),
        published=st.sampled_from([None, NOW, NOW - timedelta(days=1)]),
    ),
    max_size=6,
)


@given(_ITEMS, st.data())
def test_the_same_document_again_brings_nothing(document: list[ParsedItem], data: st.DataObject) -> None:
    """In any order, and with any part of it: nothing new, nothing revised. Duplicates of every sort are in it."""
    memory = Memory()
    memory.take_in(document, WORLD, NYT)
    for _ in range(3):
        again = data.draw(st.permutations(document))
        assert titles(memory.take_in(again, WORLD, NYT)) == ([], [])
    # A part that leaves out a twin may show the other twin: one item in two forms.
    distinct = list({one.keys: one.parsed for one in identify(document, WORLD, NYT)}.values())
    part = data.draw(st.lists(st.sampled_from(distinct), unique_by=id)) if distinct else []
    assert titles(memory.take_in(part, WORLD, NYT)) == ([], [])


@given(st.lists(_ITEMS, max_size=4), st.integers(1, 2))
def test_no_history_of_documents_breaks_an_identity(documents: list[list[ParsedItem]], sources: int) -> None:
    """Each key has one owner and each item one id, whatever the publisher does: the memory refuses anything else."""
    memory = Memory()
    for number, document in enumerate(documents):
        memory.take_in(document, (WORLD, ASIA)[number % sources], NYT)
    assert set(memory.owners.values()) == set(memory.items)


@given(_ITEMS)
def test_no_two_items_of_a_document_share_an_identity(document: list[ParsedItem]) -> None:
    """And each has at least one."""
    keys = [one.keys for one in identify(document, WORLD, NYT)]
    assert all(keys)
    flat = [key for some in keys for key in some]
    assert len(flat) == len(set(flat))


@given(_ITEMS, st.data())
def test_the_order_of_a_document_decides_nothing(document: list[ParsedItem], data: st.DataObject) -> None:
    """The same items with the same texts, however they are listed."""

    def stored(listed: Sequence[ParsedItem]) -> list[tuple[str, str, str]]:
        revisions = [item.revision for item in Memory().take_in(listed, WORLD, NYT).new]
        return sorted((revision.title, revision.summary, revision.content) for revision in revisions)

    assert stored(document) == stored(data.draw(st.permutations(document)))


@given(_ITEMS, st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_new_dates_are_no_revision(document: list[ParsedItem], shift: timedelta) -> None:
    """Publishers re-date what they re-render."""
    memory = Memory()
    kept = [one.parsed for one in identify(document, WORLD, NYT)]
    memory.take_in(kept, WORLD, NYT)
    dated = [replace(item, published=NOW + shift, updated=NOW + shift) for item in kept]
    assert titles(memory.take_in(dated, WORLD, NYT)) == ([], [])


@given(_ITEMS, st.data())
def test_a_changed_title_is_one_revision(document: list[ParsedItem], data: st.DataObject) -> None:
    """Of that item, and of no other; afterwards it is known in its new form."""
    memory = Memory()
    kept = [one.parsed for one in identify(document, WORLD, NYT) if len(one.keys) == 3]
    memory.take_in(kept, WORLD, NYT)
    if not kept:
        return
    changed = data.draw(st.integers(0, len(kept) - 1))
    kept[changed] = replace(kept[changed], title="Corrected")
    assert titles(memory.take_in(kept, WORLD, NYT)) == ([], ["Corrected"])
    assert titles(memory.take_in(kept, WORLD, NYT)) == ([], [])


# Case by case --------------------------------------------------------------------------------------------------------

CASES: dict[str, tuple[list[list[ParsedItem]], list[tuple[list[str], list[str]]]]] = {
    "white space is no revision": (
        [[parsed("An  attack", guid="1")], [parsed(" An attack\n", guid="1")]],
        [(["An  attack"], []), ([], [])],
    ),
    "a changed summary is a revision": (
        [[parsed("A", guid="1", summary="13 dead")], [parsed("A", guid="1", summary="170 dead")]],
        [(["A"], []), ([], ["A"])],
    ),
    "a changed address under one guid is the same item": (
        [[parsed("A", guid="1", url=STORY)], [parsed("A", guid="1", url=f"{STORY}-2")]],
        [(["A"], []), ([], [])],
    ),
    "a new guid under one address is another item": (
        [[parsed("A", guid="1", url=LIVE)], [parsed("B", guid="2", url=LIVE)]],
        [(["A"], []), (["B"], [])],
    ),
    "a new guid with the address and the words of an item is that item": (
        [
            [parsed("A", guid="1", url=STORY), parsed("B", guid="2", url=LIVE)],
            [parsed("A", guid="x1", url=STORY), parsed("B", guid="x2", url=LIVE)],
            [parsed("A corrected", guid="x1", url=STORY), parsed("B", guid="x2", url=LIVE)],
        ],
        [(["A", "B"], []), ([], []), ([], ["A corrected"])],
    ),
    "a fragment of the address as guid is no other item": (
        [[parsed("A", guid=f"{LIVE}#1", url=LIVE)], [parsed("A", guid=f"{LIVE}#2", url=LIVE)]],
        [(["A"], []), ([], [])],
    ),
    "a guid that appears later is the same item": (
        [[parsed("A", url=STORY)], [parsed("A", guid="1", url=STORY)]],
        [(["A"], []), ([], [])],
    ),
    "a guid that goes away is the same item": (
        [[parsed("A", guid="1", url=STORY)], [parsed("A", url=STORY)]],
        [(["A"], []), ([], [])],
    ),
    "a live page without guids rolls on": (
        [
            [parsed("B", url=LIVE), parsed("A", url=LIVE)],
            [parsed("C", url=LIVE), parsed("B", url=LIVE)],
            [parsed("D", url=LIVE), parsed("C", url=LIVE)],
            [parsed("E", url=LIVE), parsed("D", url=LIVE)],
        ],
        [(["B", "A"], []), (["C"], []), (["D"], []), (["E"], [])],
    ),
    "a repeated guid rolls on": (
        [
            [parsed("B", guid="1", url=f"{LIVE}/b"), parsed("A", guid="1", url=f"{LIVE}/a")],
            [parsed("C", guid="1", url=f"{LIVE}/c"), parsed("B", guid="1", url=f"{LIVE}/b")],
        ],
        [(["B", "A"], []), (["C"], [])],
    ),
    "one guid for all items without addresses": (
        [
            [parsed("B", guid="1"), parsed("A", guid="1")],
            [parsed("A", guid="1")],
            [parsed("B", guid="1")],
        ],
        [(["B", "A"], []), ([], []), ([], [])],
    ),
    "items with nothing but a text": (
        [[parsed("", summary="one"), parsed("", summary="two")], [parsed("", summary="two")]],
        [(["", ""], []), ([], [])],
    ),
    "items without a title on one page": (
        [[parsed("", url=LIVE, summary="one"), parsed("", url=LIVE, summary="two")]],
        [(["", ""], [])],
    ),
    "an item without guid and address is known by its title": (
        [[parsed("A", summary="one")], [parsed("A", summary="two")]],
        [(["A"], []), ([], ["A"])],
    ),
    "the home page as address tells nothing": (
        [[parsed("A", url="https://nytimes.com/"), parsed("B", url="https://nytimes.com/")]],
        [(["A", "B"], [])],
    ),
    "an item that is listed twice is one item": (
        [[parsed("A", guid="1", url=STORY), parsed("A", guid="1", url=STORY)]],
        [(["A"], [])],
    ),
    "an address that moved and came back": (
        [
            [parsed("A", guid="1", url=f"{STORY}/a")],
            [parsed("A", guid="1", url=f"{STORY}/b")],
            [parsed("A", guid="1", url=f"{STORY}/a"), parsed("A", guid="1", url=f"{STORY}/b")],
        ],
        [(["A"], []), ([], []), ([], [])],
    ),
    "the latest form of an item that is listed twice counts": (
        [
            [
                parsed("Newer", guid="1", url=STORY, updated=NOW),
                parsed("Older", guid="1", url=STORY, updated=NOW - timedelta(hours=1)),
            ]
        ],
        [(["Newer"], [])],
    ),
    "lone surrogates are texts like others": ([[parsed("\ud800", guid="\udfff")]], [(["\ud800"], [])]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_publishers_habit(case: str) -> None:
    """What each document of a history brings: the new titles, the revised titles."""
    documents, expected = CASES[case]
    assert history(*documents) == expected


def test_separators_in_a_guid_make_no_other_guid() -> None:
    """A guid that ends like an address is not the guid with that address."""
    document = [parsed("A", guid="1\0nytimes.com/kabul"), parsed("B", guid="1", url=STORY), parsed("C", guid="1\0")]
    assert history(document, document) == [(["A", "B", "C"], []), ([], [])]


# Two sources of an outlet --------------------------------------------------------------------------------------------


def test_one_article_in_two_sources_of_an_outlet_is_one_item() -> None:
    """Known by its address, although each source has guids and excerpts of its own."""
    memory = Memory()
    [item] = memory.take_in([parsed(guid="world-1", url=f"{STORY}?utm_source=rss", summary="Long")], WORLD, NYT).new
    taken = memory.take_in([parsed(guid="asia-7", url="http://nytimes.com/kabul/", summary="Short")], ASIA, NYT)
    assert titles(taken) == ([], [])
    assert [sighting.item for sighting in taken.sightings] == [item.id]


def test_two_sources_take_no_turns_in_revising() -> None:
    """Each is compared with what it showed itself; a correction that both bring is one revision."""
    memory = Memory()
    world, asia = parsed(url=STORY, summary="Long"), parsed(url=STORY, summary="Short")
    memory.take_in([world], WORLD, NYT)
    memory.take_in([asia], ASIA, NYT)
    assert titles(memory.take_in([world], WORLD, NYT)) == ([], [])
    assert titles(memory.take_in([replace(world, title="Corrected")], WORLD, NYT)) == ([], ["Corrected"])
    assert titles(memory.take_in([replace(asia, title="Corrected")], ASIA, NYT)) == ([], [])


def test_a_source_that_takes_over_anothers_words_revises_nothing() -> None:
    """Its own headline is no news, and the excerpt is known from the other source."""
    memory = Memory()
    memory.take_in([parsed("Long title", url=STORY, summary="Long")], WORLD, NYT)
    memory.take_in([parsed("Short", url=STORY, summary="Brief")], ASIA, NYT)
    assert titles(memory.take_in([parsed("Short", url=STORY, summary="Long")], ASIA, NYT)) == ([], [])


def test_one_guid_in_two_sources_is_two_items() -> None:
    """Guids such as `17` repeat; only an address speaks across sources."""
    memory = Memory()
    memory.take_in([parsed("A", guid="17")], WORLD, NYT)
    assert titles(memory.take_in([parsed("B", guid="17")], ASIA, NYT)) == (["B"], [])


# What an item is -----------------------------------------------------------------------------------------------------


def test_an_item_keeps_what_its_document_gave() -> None:
    """With the canonical address, and the moment at which it was seen."""
    given_item = parsed(
        guid="1", url=f"{STORY}?utm_source=x", summary="s", content="c", author="a", published=NOW, language="en"
    )
    [item] = Memory().take_in([given_item], WORLD, NYT, NOW).new
    assert (item.outlet, item.source, item.url, item.first_seen) == ("nyt", "nyt-world", STORY, NOW)
    revision = item.revision
    assert (revision.item, revision.number, revision.seen) == (item.id, 1, NOW)
    assert (revision.title, revision.summary, revision.content) == (ATTACK, "s", "c")
    assert (revision.author, revision.published, revision.updated, revision.language) == ("a", NOW, None, "en")


def test_an_item_without_a_language_speaks_its_outlets() -> None:
    """What the publisher says of the item itself comes first."""
    outlet = replace(NYT, language="en")
    items = Memory().take_in([parsed("A", guid="1"), parsed("B", guid="2", language="fa")], WORLD, outlet).new
    assert [item.revision.language for item in items] == ["en", "fa"]


def test_a_revision_is_the_same_item_with_the_next_number() -> None:
    """First seen stays; the address follows the publisher."""
    memory, later = Memory(), NOW + timedelta(hours=1)
    [item] = memory.take_in([parsed("A", guid="1", url=STORY)], WORLD, NYT, NOW).new
    [again] = memory.take_in([parsed("B", guid="1", url=f"{STORY}-2")], WORLD, NYT, later).revised
    assert (again.id, again.first_seen, again.url) == (item.id, NOW, f"{STORY}-2")
    assert (again.revision.number, again.revision.seen, again.revision.title) == (2, later, "B")


def test_ids_of_items_are_stable_and_distinct_between_outlets() -> None:
    """A poll that is done again finds its own rows."""
    document = [parsed("A", url=STORY), parsed("B", guid="2")]
    first, again = (Memory().take_in(document, WORLD, NYT).new for _ in range(2))
    assert [item.id for item in first] == [item.id for item in again]
    other = replace(NYT, id="cnn"), a_source("cnn-world", "cnn")
    elsewhere = Memory().take_in(document, other[1], other[0]).new
    assert not {item.id for item in first} & {item.id for item in elsewhere}


# Pages that keep changing --------------------------------------------------------------------------------------------


def test_under_a_live_form_the_address_alone_says_which_item_it_is() -> None:
    """A liveblog gets a new guid and a new title with each entry, and stays one item with revisions."""
    live = replace(NYT, live_urls=("*/live/*",))
    address = "https://www.nytimes.com/live/kabul"
    memory = Memory()
    first = parsed("Live: attack", guid="1", url=address)
    assert titles(memory.take_in([first], WORLD, live)) == (["Live: attack"], [])
    second = parsed("Live: toll rises", guid="2", url=f"{address}/amp?smid=tw")
    assert titles(memory.take_in([second], WORLD, live)) == ([], ["Live: toll rises"])
    assert len(identify([first, second], WORLD, live)) == 1


def test_elsewhere_guids_tell_items_of_one_address_apart() -> None:
    """The control: without the form these are two items."""
    address = "https://www.nytimes.com/live/kabul"
    items = [parsed("Live: attack", guid="1", url=address), parsed("Live: toll rises", guid="2", url=address)]
    assert len(identify(items, WORLD, NYT)) == 2
