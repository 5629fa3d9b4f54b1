"""The stored items: found by time, by what they say, by id and by address. The search leaves nothing out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Store, archive, search, tables
from storage.engine import writing
from storywatch.matching.words import words
from storywatch.model import Item, SearchTerm, WatchConfig
from tests.contract.working import poll, rows
from tests.support.samples import ATTACK, NOW, a_config, parsed

HOUR = timedelta(hours=1)
CONFIG: WatchConfig = a_config(events=())
STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"
NORWAY = "Elections in Norway"


def term(text: str, *, prefix: bool = False) -> SearchTerm:
    """Return a term."""
    return SearchTerm(text=text, prefix=prefix)


async def store_items(store: Store, *titles: str) -> None:
    """Store an item for each title, an hour apart."""
    await store.sources.apply(CONFIG, NOW)
    for hours, title in enumerate(titles):
        await poll(store, CONFIG, parsed(title, guid=title, url=f"https://nytimes.com/{hours}"), now=NOW + hours * HOUR)


async def all_of(items: AsyncIterator[Item]) -> list[str]:
    """Return the titles of items."""
    return [item.revision.title async for item in items]


async def found(store: Store, *terms: SearchTerm) -> list[str]:
    """Return the titles of the items that the search finds."""
    return await all_of(store.archive.stream(any_of=terms))


# By time -------------------------------------------------------------------------------------------------------------


async def test_items_are_streamed_in_the_order_in_which_they_were_seen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the size of a page: none twice, none left out, also of those that were seen at one moment."""
    await store_items(store, ATTACK, STRIKE)
    await poll(store, CONFIG, *(parsed(f"Story {n}", guid=f"s{n}") for n in range(5)), now=NOW + HOUR)
    ordered = [item async for item in store.archive.stream()]
    assert [(one.first_seen, one.id) for one in ordered] == sorted((one.first_seen, one.id) for one in ordered)
    assert len({item.id for item in ordered}) == 7
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(archive, "PAGE", size)
        monkeypatch.setattr(archive, "AT_ONCE", max(1, size - 1))
        assert [item async for item in store.archive.stream()] == ordered
        assert [item async for item in store.archive.stream(after=ordered[2])] == ordered[3:]


async def test_a_span_of_time_has_its_beginning_and_not_its_end(store: Store) -> None:
    """So that spans side by side have every item once."""
    await store_items(store, ATTACK, STRIKE, NORWAY)
    assert await all_of(store.archive.stream(NOW, NOW + HOUR)) == [ATTACK]
    assert await all_of(store.archive.stream(NOW + HOUR)) == [STRIKE, NORWAY]
    assert await all_of(store.archive.stream(None, NOW + HOUR)) == [ATTACK]
    assert await store.archive.count(NOW, NOW + 2 * HOUR) == 2
    assert await store.archive.count() == 3


async def test_items_come_whole_and_as_they_read_now(store: Store) -> None:
    await store_items(store, ATTACK)
    await poll(store, CONFIG, parsed("170 dead", guid=ATTACK, url="https://nytimes.com/0"), now=NOW + HOUR)
    [item] = [item async for item in store.archive.stream()]
    assert (item.outlet, item.source, item.url) == ("nyt", "nyt-world", "https://www.nytimes.com/0")
    assert (item.first_seen, item.revision.number, item.revision.title) == (NOW, 2, "170 dead")
    assert item.revision.difference


# By words ------------------------------------------------------------------------------------------------------------


async def test_the_search_finds_what_says_one_of_the_terms(store: Store) -> None:
    """Words of phrases may stand anywhere, for a search only narrows down."""
    await store_items(store, ATTACK, STRIKE, NORWAY)
    assert await found(store, term("norway")) == [NORWAY]
    assert await found(store, term("drone"), term("norway")) == [STRIKE, NORWAY]
    assert await found(store, term("airport of kabul")) == [ATTACK, STRIKE]
    assert await found(store, term("kabul drone")) == [STRIKE]
    assert await found(store, term("kabul norway")) == []
    assert await found(store) == []
    assert await store.archive.count(any_of=[term("kabul")]) == 2
    assert await all_of(store.archive.stream(NOW + HOUR, any_of=[term("kabul")])) == [STRIKE]


async def test_a_word_is_found_in_any_field(store: Store) -> None:
    await store.sources.apply(CONFIG, NOW)
    await poll(store, CONFIG, parsed("a", guid="1", summary="Bagram"), parsed("b", guid="2", content="Bagram"))
    assert sorted(await found(store, term("bagram"))) == ["a", "b"]


async def test_only_a_prefix_finds_longer_words(store: Store) -> None:
    """It is the last word of the term that may go on."""
    await store_items(store, ATTACK, STRIKE, NORWAY)
    assert await found(store, term("explos", prefix=True)) == [ATTACK, STRIKE]
    assert await found(store, term("kabul expl", prefix=True)) == [ATTACK, STRIKE]
    assert await found(store, term("explos")) == []
    assert await found(store, term("kab explosions", prefix=True)) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("ISIS-K claims it", "isis k"),
        ("ISIS K claims it", "ISIS-K"),
        ("al-Sha'ab", "al shaab"),
        ("Ba’ath", "baath"),
        ("the U.S. leaves", "us"),
        ("Skrīpal’s daughter", "skripal"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("حملهٔ فرودگاه کابل", "كابل"),
        ("می\u200cگوید", "میگوید"),
        ("взрыв у аэропорта", "Взрыв"),
        ("⑴ first", "1"),
        ("喀布尔机场", "喀布尔机场"),
    ],
)
async def test_a_word_is_found_however_it_is_written(store: Store, said: str, asked: str) -> None:
    """The index has the words that matching compares, not the letters of the text."""
    await store_items(store, NORWAY, said)
    assert await found(store, term(asked)) == [said]


HOSTILE = [
    '"',
    "'",
    "\\",
    "*",
    '" OR words MATCH "a',
    "kabul*",
    "NEAR(kabul norway)",
    "words : kabul",
    "^kabul",
    "-kabul",
    "kabul:*",
    "!kabul",
    "kabul & !norway",
    "kabul <-> norway",
    "') OR 1=1 --",
    "\0",
    "%",
    "…",
    "(",
    "AND OR NOT",
    "x" * 100_000,
    "\u202ekabul",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_becomes_syntax(store: Store, text: str) -> None:
    """A term finds exactly the items that say all of its words, whatever stands between them."""
    await store_items(store, ATTACK, NORWAY)
    for prefix in (False, True):
        asked = {word.folded for word in words(text)}
        expected = [ATTACK] if asked == {"kabul"} else []
        assert await found(store, term(text, prefix=prefix)) == expected


async def test_many_terms_are_asked_at_once(store: Store) -> None:
    await store_items(store, ATTACK, NORWAY)
    many = [term(f"word{n} kab", prefix=True) for n in range(3000)]
    assert await found(store, *many, term("norway")) == [NORWAY]


async def test_a_very_long_item_is_found_by_any_word(store: Store) -> None:
    """More different words than an index takes: then the search leaves the item to matching."""
    await store.sources.apply(CONFIG, NOW)
    long = " ".join(f"слово{n}" for n in range(search.MOST_WORDS + 1))
    await poll(store, CONFIG, parsed("long", guid="1", content=long), parsed("short", guid="2", content=long[:900]))
    assert await found(store, term("nothing")) == ["long"]
    assert sorted(await found(store, term("слово7"))) == ["long", "short"]


async def test_a_very_long_word_is_found(store: Store) -> None:
    """Its beginning counts."""
    await store_items(store, "ы" * 5000, NORWAY)
    assert await found(store, term("ы" * 5000)) == ["ы" * 5000]
    assert await found(store, term("ы" * 70, prefix=True)) == ["ы" * 5000]
    assert await found(store, term("ы" * 9)) == []


async def test_a_revised_item_is_found_by_its_new_words(store: Store) -> None:
    """Once; also still by the old ones, for a search may find too much."""
    await store_items(store, ATTACK)
    await poll(store, CONFIG, parsed("170 dead in Kabul", guid=ATTACK, url="https://nytimes.com/0"), now=NOW + HOUR)
    assert await found(store, term("170"), term("kabul")) == ["170 dead in Kabul"]


async def test_a_poll_that_fails_leaves_nothing_in_the_index(store: Store) -> None:
    await store_items(store, NORWAY)
    with pytest.raises(RuntimeError):
        await add_and_fail(store)
    assert await found(store, term("kabul")) == []
    assert sorted([word async for word, _ in store.archive.vocabulary()]) == ["elections", "in", "norway"]


async def add_and_fail(store: Store) -> None:
    """Index an item's other words in a transaction that fails."""
    [item] = [item async for item in store.archive.stream()]
    async with writing(store.engine) as connection:
        await search.add(connection, [replace(item, revision=replace(item.revision, title=ATTACK))])
        raise RuntimeError


async def test_the_vocabulary_counts_the_revisions_that_say_a_word(store: Store) -> None:
    await store_items(store, ATTACK, STRIKE, NORWAY)
    counted = {word: revisions async for word, revisions in store.archive.vocabulary()}
    assert (counted["kabul"], counted["norway"], counted["in"]) == (2, 1, 1)
    assert "…" not in counted


def readings(said: str) -> list[set[str]]:
    """Return the words that a term asks for, in each of its readings."""
    asked = search.asking([term(said)], search.FTS5).split(" OR ")
    return [{word.strip('"') for word in one.strip("()").split(" AND ")} for one in asked[:-1]]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_whatever_a_text_says_is_in_the_index(title: str, summary: str, content: str) -> None:
    """The promise of the search: an item is indexed by each word that it says, as it stands and as it is folded."""
    indexed = set(search.searched(title, summary, content))
    for text in (title, summary, content):
        for word in words(text):
            for said in (text[word.start : word.end], word.folded) if word.folded.strip() else ():  # a lone mark
                assert any(reading <= indexed for reading in readings(said))


FOLDED = (
    "Skrīpal's U.S. ISIS-K al-Sha'ab Ba’ath Straße İstanbul Łódź Øresund حملهٔ فرودگاه كابل می\u200cگوید Қабул "
    "взрыва Ёлка 喀布尔 naïve co\u00adop ﬁre ½ Ⅷ"
)
IS_FOLDED_TO = (
    "1⁄2 al baath coop fire isis istanbul k lodz naive oresund shaab skripal strasse us viii взрыва елка қабул حمله "
    "فرودگاه میگوید کابل 喀布尔"
)


def test_words_are_folded_as_they_were_when_the_index_was_filled() -> None:
    """If this fails, then what is stored no longer answers to its words: a new migration must call `search.fill`."""
    assert " ".join(search.searched(FOLDED)) == IS_FOLDED_TO


# By id and by address ------------------------------------------------------------------------------------------------


async def test_an_item_is_found_by_its_id_and_by_the_beginning_of_it(store: Store) -> None:
    """Several where the beginning is common to them; none where nothing begins so."""
    await store_items(store, ATTACK, STRIKE)
    attack, strike = [item async for item in store.archive.stream()]
    assert await store.archive.by_id([attack.id, strike.id, "nothing"]) == {attack.id: attack, strike.id: strike}
    for text in (attack.id, attack.id[:9], attack.id.upper(), f" {attack.id}\n"):
        assert await store.archive.find_item(text) == (attack,)
    assert await store.archive.find_item("i") == (attack, strike)
    for text in ("", " ", "nothing", "%", "_", "i%", attack.id + "0", "\0"):
        assert await store.archive.find_item(text) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.nytimes.com/0",
        "https://nytimes.com/0",
        "http://m.nytimes.com/0/?utm_source=feed#comments",
    ],
)
async def test_an_item_is_found_by_its_address(store: Store, url: str) -> None:
    """However it is spelled."""
    await store_items(store, ATTACK, STRIKE)
    [item] = await store.archive.find_item(url)
    assert item.revision.title == ATTACK
    assert await store.archive.by_url(url) == (item,)


@pytest.mark.parametrize("url", ["https://nytimes.com/9", "https://nytimes.com/", "https://[", "ftp://nytimes.com/0"])
async def test_another_address_finds_nothing(store: Store, url: str) -> None:
    await store_items(store, ATTACK)
    assert await store.archive.by_url(url) == ()


async def test_all_items_of_a_shared_address_are_found(store: Store) -> None:
    """A live page has many."""
    await store.sources.apply(CONFIG, NOW)
    page = "https://nytimes.com/live"
    await poll(store, CONFIG, *(parsed(title, guid=title, url=page) for title in (ATTACK, STRIKE)))
    assert len(await rows(store, tables.items)) == 2
    assert sorted(item.revision.title for item in await store.archive.by_url(page)) == sorted([ATTACK, STRIKE])
