"""New or a repeat: `storywatch.updates`."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.model import Item, ReportRole
from storywatch.updates import PastReport, as_past, headline, place, said, update_id
from tests.support.samples import ATTACK, NOW, an_item

STRIKE = "Pentagon says drone strike destroyed a car of explosives bound for the gates"
COPY = f"{ATTACK}, officials say"


def past_of(*items: Item) -> list[PastReport]:
    """Place the items one after the other."""
    past: list[PastReport] = []
    for item in items:
        placed = place(item, "kabul", past)
        assert placed is not None
        past.append(as_past(item, placed))
    return past


def test_the_first_item_of_an_event_opens_its_first_update() -> None:
    """With the item as first report."""
    placed = place(an_item(), "kabul", [])
    assert placed is not None
    assert placed.update is not None
    assert (placed.update.event, placed.update.item, placed.update.headline) == ("kabul", "i1", ATTACK)
    assert (placed.update.created, placed.sequence) == (NOW, 1)
    assert (placed.report.role, placed.report.update) == (ReportRole.FIRST, placed.update.id)


def test_another_development_opens_the_next_update() -> None:
    """Shared names are no repetition."""
    placed = place(an_item(STRIKE, item="i2"), "kabul", past_of(an_item()))
    assert placed is not None
    assert placed.update is not None
    assert placed.sequence == 2


@pytest.mark.parametrize("title", [ATTACK, ATTACK.upper(), COPY])
def test_a_wire_copy_corroborates(title: str) -> None:
    """Another outlet with the same words, at any age, tells the known update."""
    past = past_of(an_item(), an_item(STRIKE, item="i2"))
    late = an_item(title, item="i3", outlet="cnn", seen=NOW + timedelta(days=900))
    placed = place(late, "kabul", past)
    assert placed is not None
    assert (placed.update, placed.sequence) == (None, 1)
    assert placed.report.update == past[0].update
    assert (placed.report.role, placed.report.outlet) == (ReportRole.CORROBORATION, "cnn")


def test_a_copy_of_a_corroboration_tells_the_same_update() -> None:
    """Words drift from copy to copy."""
    past = past_of(an_item(), an_item(COPY, item="i2", outlet="cnn"))
    placed = place(an_item(f"{COPY} on Friday", item="i3", outlet="wion"), "kabul", past)
    assert placed is not None
    assert placed.report.update == past[0].update
    assert placed.sequence == 1


def test_an_item_is_placed_once() -> None:
    """A revision of a placed item is no report again."""
    past = past_of(an_item())
    assert place(an_item("Wholly different words now stand here", number=2), "kabul", past) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Kabul falls", "KABUL falls!", True), ("Kabul airport attack", "Kabul airport closed", False)],
)
def test_short_texts_are_the_same_only_when_equal(one: str, other: str, *, same: bool) -> None:
    """Two of three words in common say nothing."""
    placed = place(an_item(other, item="i2"), "kabul", past_of(an_item(one)))
    assert placed is not None
    assert (placed.update is None) is same


_WORDS = ("kabul", "gate", "blast", "strike", "family", "payment", "denial", "video")
_TEXTS = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=9).map(" ".join)


@given(st.lists(_TEXTS, max_size=6), _TEXTS)
def test_placing_is_deterministic(told: list[str], text: str) -> None:
    """The same item and history, the same place."""
    past = past_of(*(an_item(title, item=f"p{n}") for n, title in enumerate(told)))
    item = an_item(text, item="x")
    assert place(item, "kabul", past) == place(item, "kabul", list(past))


@given(st.lists(_TEXTS, min_size=1, max_size=6), st.data())
def test_an_exact_repeat_never_opens_an_update(told: list[str], data: st.DataObject) -> None:
    """Whatever else the event has."""
    past = past_of(*(an_item(title, item=f"p{n}") for n, title in enumerate(told)))
    placed = place(an_item(data.draw(st.sampled_from(told)), item="x", outlet="cnn"), "kabul", past)
    assert placed is not None
    assert placed.update is None


@given(st.lists(_TEXTS, max_size=8))
def test_sequences_count_the_updates(told: list[str]) -> None:
    """From 1, without a gap; a corroboration has the number of its update."""
    past: list[PastReport] = []
    numbers: dict[str, int] = {}
    for number, title in enumerate(told):
        item = an_item(title, item=f"p{number}")
        placed = place(item, "kabul", past)
        assert placed is not None
        assert placed.sequence == numbers.setdefault(placed.report.update, len(numbers) + 1)
        past.append(as_past(item, placed))


def test_an_updates_id_depends_on_event_and_item_alone() -> None:
    """A poll that is done again finds the same update; no two are mixed up."""
    ids = [update_id(event, item) for event in ("kabul", "airport") for item in ("i1", "i2")]
    assert ids == [update_id(event, item) for event in ("kabul", "airport") for item in ("i1", "i2")]
    assert len(set(ids)) == 4


def test_a_headline_is_the_title_or_the_start_of_the_text() -> None:
    """Never empty, never endless."""
    assert headline(an_item("T", summary="s")) == "T"
    assert headline(an_item("", summary="s", content="c")) == "s"
    assert headline(an_item("", content="c")) == "c"
    assert headline(an_item("")) == "https://nyt.example/i1"
    assert headline(an_item("word " * 100)) == ("word " * 40).rstrip().rsplit(" ", 1)[0] + "…"
    assert len(headline(an_item("x" * 500))) <= 200


def test_what_an_item_says_is_its_title_and_summary() -> None:
    """And the start of its content where the summary is short, said once."""
    assert said(an_item("T", summary="s", content="c")) == "T\ns\nc"
    assert said(an_item("T", summary="s" * 200, content="c")) == "T\n" + "s" * 200
    assert said(an_item("T", summary="One.", content="One. Two.")) == "T\nOne. Two."
    assert said(an_item("T", content="c" * 5000)) == "T\n" + "c" * 2000


def test_an_outlet_that_takes_back_its_own_words_says_something_new() -> None:
    """It denied, now it admits: nearly the same words, and the very thing that nobody may miss."""
    denies = "Pentagon denies that the Kabul drone strike killed ten civilians of one family"
    past = past_of(an_item(denies))
    placed = place(an_item(denies.replace("denies", "admits"), item="i2"), "kabul", past)
    assert placed is not None
    assert placed.report.role is ReportRole.FIRST
    again = place(an_item(denies, item="i3"), "kabul", past)
    assert again is not None
    assert again.report.role is ReportRole.CORROBORATION, "control: the same words again are a repeat"


@pytest.mark.parametrize(
    ("later", "role"),
    [
        ("Death toll of the Kabul airport bombing rises to 170 people", ReportRole.FIRST),
        ("Death toll of the Kabul airport bombing rises to 100 people", ReportRole.CORROBORATION),
        ("Death toll of the Kabul airport bombing rises again, people say", ReportRole.CORROBORATION),
    ],
)
def test_other_figures_are_news_whoever_prints_them(later: str, role: ReportRole) -> None:
    """170 is not 100; a copy that leaves the figure out contradicts nothing."""
    past = past_of(an_item("Death toll of the Kabul airport bombing rises to 100 people"))
    placed = place(an_item(later, item="i2", outlet="cnn"), "kabul", past)
    assert placed is not None
    assert placed.report.role is role
