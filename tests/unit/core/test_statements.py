"""Statements: `storywatch.updates.statements`, and what they turn around."""

import pytest

from storywatch.model import Stance, Statement
from storywatch.updates import Past, as_past, place
from storywatch.updates.reversing import against, is_same_speaker
from storywatch.updates.statements import of_sentence, statements_of
from tests.support.samples import an_item


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("The Pentagon denies that the strike killed civilians.", [("denies", "Pentagon")]),
        ("Pentagon admits 'tragic mistake' in Kabul drone strike", [("admits", "Pentagon")]),
        (
            "The company denied on Sunday that the ship was overloaded, but survivors accused it of lying.",
            [("denies", "company"), ("accuses", "survivors")],
        ),
        ("ISIS-K claims responsibility for the attack", [("claims", "ISIS-K")]),
        ("The White House confirmed the killing.", [("confirms", "White House")]),
        ("He admitted that he had lied.", [("admits", "")]),
        ("The newspaper retracted its report on Monday.", [("withdraws", "newspaper")]),
        ("The ministry withdrew its statement about the toll.", [("withdraws", "ministry")]),
        ("Gen. Frank McKenzie acknowledged that ten civilians were killed", [("admits", "Gen. Frank McKenzie")]),
        ("Prosecutors allege that Sartori fled", [("accuses", "Prosecutors")]),
        ("US officials, speaking on condition of anonymity, denied the claims.", [("denies", "US officials")]),
        (
            "Taliban spokesman Zabihullah Mujahid rejected the accusation",
            [("denies", "Taliban spokesman Zabihullah Mujahid")],
        ),
        ("Harbour blast kills 300, and 45 missing: minister resigns, denies sabotage", [("denies", "")]),
        ("Harbour blast kills 300, wounds 1,200, company denies fault", [("denies", "company")]),
        ("The blast claimed the lives of 13 people.", []),
        ("The accused man was denied bail.", []),
        ("The US has not confirmed the report.", []),
        ("US withdraws troops from Kabul", []),
        ("14 people are confirmed dead, officials said.", []),
        ('"There is no truth in claims of overcrowding," she said.', []),
        ("No group has claimed responsibility.", []),
        ("No one has claimed responsibility.", []),
        (
            "The army admitted that its missile hit the hospital, and withdrew its earlier claim.",
            [("admits", "army"), ("withdraws", "army")],
        ),
        ("Nobody has confirmed the toll.", []),
        ("Lopez no longer denies the charges.", []),
        ("Bail denied for Lopez", []),
        ("A court rejected Lopez's appeal.", []),
        ("The hospital admitted 14 patients.", []),
        ("Police blamed for deaths deny fault", [("denies", "Police blamed for deaths")]),
        ("The company withdrew its earlier claim that no data was lost.", [("withdraws", "company")]),
        ("Le Pentagone nie toute responsabilité.", []),
        ("", []),
    ],
)
def test_a_sentence_tells_who_takes_which_stance(sentence: str, told: list[tuple[str, str]]) -> None:
    """Or nothing, where the word means something else; the quote is the sentence."""
    found = list(of_sentence(sentence))
    assert [(one.stance.value, one.speaker) for one in found] == told
    assert all(one.quote == sentence for one in found)


def test_hostile_texts_are_read_in_time() -> None:
    """Rows of verbs and clauses end."""
    for text in ("denies, " * 20_000, "that " * 40_000, "he admitted " * 10_000):
        assert len(statements_of(text)) <= 20


DENIAL = "Calvera Lines denied that its ferry Ocean Meridian was overloaded."


def past_of(*titles: str) -> Past:
    past = Past()
    for number, title in enumerate(titles):
        item = an_item(title, item=f"p{number}", outlet=f"o{number}")
        placed = place(item, "ferry", past)
        assert placed is not None
        past.add(as_past(item, placed))
    return past


def test_an_admission_turns_around_the_same_speakers_denial() -> None:
    """On the same thing; not the denial of somebody else, and nothing where nobody denied."""
    admission = Statement(
        stance=Stance.ADMITS, speaker="Calvera Lines", quote="Calvera Lines admitted that it was overloaded."
    )
    found = against(admission, past_of(DENIAL))
    assert found is not None
    assert (found.item, found.statement.quote) == ("p0", DENIAL)
    assert against(admission, past_of("The captain denied that the ferry Ocean Meridian was overloaded.")) is None
    assert against(admission, past_of("Calvera Lines confirmed that the ferry was overloaded.")) is None


def test_an_admission_in_the_words_of_the_denial_is_news() -> None:
    """With what it reverses and as urgent; said again it is a repeat."""
    past = past_of(DENIAL)
    item = an_item(DENIAL.replace("denied", "admitted"), item="x", outlet="o9")
    placed = place(item, "ferry", past)
    assert placed is not None
    assert placed.update is not None
    assert placed.report.news.reverses is not None
    assert placed.report.news.reverses.item == "p0"
    assert placed.report.news.severity.name == "HIGH"
    assert [known.against for known in placed.report.statements] == ["p0"]
    past.add(as_past(item, placed))
    again = place(an_item(DENIAL.replace("denied", "admitted"), item="y", outlet="o8"), "ferry", past)
    assert again is not None
    assert again.update is None, "control: the same words are no news twice"


def test_speakers_are_the_same_by_a_telling_word() -> None:
    """Ranks and spokesmen tell nobody apart."""
    assert is_same_speaker("Pentagon", "Pentagon spokesman John Kirby")
    assert not is_same_speaker("Taliban officials", "US officials")
    assert not is_same_speaker("", "")


def test_what_is_only_said_again_reverses_nothing() -> None:
    """An admission turns the denial around once; after a new denial it does so anew."""
    admission = "Calvera Lines admitted that its ferry Ocean Meridian was overloaded."
    again = Statement(
        stance=Stance.ADMITS,
        speaker="Calvera Lines",
        quote="Calvera Lines admitted its ferry Ocean Meridian was overloaded, lawyers recalled.",
    )
    assert against(again, past_of(DENIAL, admission)) is None
    found = against(again, past_of(DENIAL, admission, f"{DENIAL} It did so for a second time on Friday."))
    assert found is not None
    assert found.item == "p2"
    assert against(again, past_of(DENIAL)) is not None, "control"
