"""What a report adds: `storywatch.updates.news`. Every word is the report's own."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.model import NOTHING_NEW, Item, News, Severity
from storywatch.updates import Past, as_past, place
from tests.support.samples import ATTACK, NOW, an_item

LATER = NOW + timedelta(days=30)


def placed_news(*items: Item) -> News:
    """Place items one after the other and return the news of the last."""
    past, news = Past(), NOTHING_NEW
    for item in items:
        placed = place(item, "kabul", past)
        assert placed is not None
        news = placed.report.news
        past.add(as_past(item, placed))
    return news


FIRST = an_item(
    "Attack at Kabul airport", item="i1", outlet="bbc",
    summary="A suicide bomber attacked a gate of Kabul airport. At least 60 Afghans were killed, officials said.",
)  # fmt: skip


def test_the_lead_is_the_sentence_that_says_what_is_new() -> None:
    """Not the background before it."""
    news = placed_news(
        FIRST,
        an_item(
            "Toll of Kabul attack rises", item="i2", outlet="nyt",
            summary="A suicide bomber attacked a gate of Kabul airport. The death toll has risen to 170 Afghans, "
            "the health ministry said on Friday. The attack was at a gate of the airport.",
        ),
    )  # fmt: skip
    assert news.lead == ("The death toll has risen to 170 Afghans, the health ministry said on Friday.",)
    (change,) = news.figures
    assert change.before is not None
    assert (change.now.value, change.before.figure.value, change.now.said_by) == (170, 60, "health ministry")
    assert (change.before.item, change.before.outlet) == ("i1", "bbc")
    assert news.severity is Severity.HIGH


def test_a_repeat_adds_nothing() -> None:
    """It has no lead."""
    again = an_item(
        "Kabul airport attacked",
        item="i2",
        outlet="cnn",
        summary=FIRST.revision.summary.replace("At least", "Some"),
    )
    assert placed_news(FIRST, again) == NOTHING_NEW


def test_new_names_are_told_and_known_ones_in_another_spelling_are_not() -> None:
    """As they are written."""
    news = placed_news(
        an_item(
            "Bomber named", item="i1",
            summary="The Islamic State named the bomber as Abdul Rehman al-Loghri. He was freed from Bagram prison.",
        ),
        an_item(
            "Taliban hold a man in Jalalabad", item="i2", outlet="cnn", seen=LATER,
            summary="The Taliban hold a man whom they call Mohammad Sharifullah."
            " It was he who drove Abdul Rahman Al-Logari and one Al-Shamari.",
        ),
    )  # fmt: skip
    assert news.names == ("Taliban", "Mohammad Sharifullah", "Al-Shamari")


def test_no_deaths_and_nothing_taken_back_is_of_normal_urgency() -> None:
    """A development like most."""
    hearing = an_item(
        "Senate hears generals on Kabul", item="i2", outlet="cnn", seen=LATER,
        summary="Three generals answered questions of a Senate committee about the evacuation for six hours.",
    )  # fmt: skip
    assert placed_news(FIRST, hearing).severity is Severity.NORMAL


def test_a_report_without_text_leads_with_its_headline() -> None:
    """There is nothing else."""
    assert placed_news(an_item(ATTACK)).lead == (ATTACK,)


def test_a_long_sentence_is_cut_at_a_word() -> None:
    """And says so."""
    (lead,) = placed_news(an_item("T", summary="explosion gate " * 60)).lead
    assert len(lead) <= 320
    assert lead.endswith("gate…")


@given(st.lists(st.text(max_size=300), min_size=1, max_size=4), st.text(max_size=80))
def test_the_lead_is_never_invented(summaries: list[str], title: str) -> None:
    """Every sentence stands in the report but for white space and the cut."""
    items = [an_item(title, item=f"i{n}", outlet=f"o{n}", summary=text) for n, text in enumerate(summaries)]
    news = placed_news(*items)
    own = " ".join(f"{title} {summaries[-1]}".split())
    assert all(sentence.removesuffix("…") in own for sentence in news.lead)
    assert all(name in own for name in news.names)


@pytest.mark.parametrize("language", ["de", "fa", "uk"])
def test_other_languages_give_no_figures(language: str) -> None:
    """English words are read in English reports only."""
    assert not placed_news(an_item("60 killed", summary="60 people were killed", language=language)).figures
    assert placed_news(an_item("60 killed", summary="60 people were killed", language="en-GB")).figures


def test_numbers_are_no_names() -> None:
    """Neither alone nor beside words with capitals, and years make no headline of a sentence."""
    text = "170 people died, not 100. 170 was what the ministry said in 2021 when it was asked by Mohammad Sharifullah."
    news = placed_news(FIRST, an_item("Toll of the attack now at 170", item="i2", outlet="cnn", summary=text))
    assert news.names == ("Mohammad Sharifullah",)
