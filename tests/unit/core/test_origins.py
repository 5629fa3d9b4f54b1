"""Origins: `storywatch.updates.origins`. One wire text in five outlets is one origin."""

from datetime import timedelta

import pytest

from storywatch.updates import Past, as_past, place
from storywatch.updates.agencies import agency_of
from storywatch.updates.origins import origin_of
from tests.support.samples import NOW, an_item


@pytest.mark.parametrize(
    ("author", "text", "agency"),
    [
        (None, "KABUL (AP) — Two bombers attacked crowds on Thursday.", "ap"),
        (None, "KABUL, Afghanistan (AP) — Two bombers attacked crowds.", "ap"),
        (None, "PUERTO ADANA, March 11 (Reuters) - At least 14 people died.", "reuters"),
        (None, "(Reuters) - At least 14 people died.", "reuters"),
        (None, "At least 14 people died, officials said. (AFP)", "afp"),
        (None, "At least 14 people died, officials said. — Reuters", "reuters"),
        (None, "At least 14 people died, officials said. AFP", "afp"),
        (None, "Text.\nCopyright 2021 The Associated Press. All rights reserved.", "ap"),
        (None, "Text.\n© 2021 AFP", "afp"),
        (None, "The toll rose to 14. With agencies", "agencies"),
        (None, "The toll rose to 14.\nSource: Xinhua", "xinhua"),
        (None, "The toll rose (with inputs from ANI)", "ani"),
        ("Associated Press", "Text.", "ap"),
        ("By Jane Doe, Associated Press", "Text.", "ap"),
        ("AFP", "Text.", "afp"),
        ("Reuters Staff", "Text.", "reuters"),
        ("Jane Doe", "A doctor told Reuters that 14 people died.", None),
        (None, "Reuters reported on Friday that 14 people died.", None),
        (None, "The AP and AFP have offices in Kabul.", None),
        (None, "A video obtained by AFP shows the ship.", None),
        (None, "Kabul (AFP) – Two bombers attacked crowds on Thursday.", "afp"),
        (None, "KABUL, 26 Aug (AFP) - Two bombers attacked crowds.", "afp"),
        (None, "Aug 26 (Reuters) - Two bombers attacked crowds.", "reuters"),
        (None, "Kabul, Aug 26 (Xinhua) -- Two bombers attacked crowds.", "xinhua"),
        (None, "Kabul/Berlin (dpa/lby) - Zwei Attentäter griffen an.", "dpa"),
        (None, "Kabul, 26 ago (EFE).- Dos atacantes.", "efe"),
        (None, "KABUL, August 26. /TASS/. Two bombers attacked crowds.", "tass"),
        (None, "МОСКВА, 28 ноя — РИА Новости. Плотина рухнула.", "ria"),
        (None, "بغداد (رويترز) - انهار السد", "reuters"),
        (None, "新华社喀布尔8月26日电 两名袭击者", "xinhua"),
        (None, "By JANE ROE Associated Press\nTwo bombers attacked crowds.", "ap"),
        (None, "Le barrage s'est effondré. (avec AFP)", "afp"),
        (None, "Der Damm brach. dpa/abc", "dpa"),
        (None, "The toll rose. (Reporting by Jane Roe; Editing by John Doe)", "reuters"),
        (None, "The toll rose. This story was originally published by the Associated Press.", "ap"),
        ("JANE ROE Associated Press", "Text.", "ap"),
        ("Jane Roe, Associated Press writer", "Text.", "ap"),
        ("Jane Roe; Reuters", "Text.", "reuters"),
        ("Le Monde avec AFP", "Text.", "afp"),
        ("Guardian staff and agencies", "Text.", "agencies"),
        ("Von dpa", "Text.", "dpa"),
        ("Agencia EFE", "Text.", "efe"),
        ("ТАСС", "Text.", "tass"),
        ("رويترز", "Text.", "reuters"),
        ("法新社", "Text.", "afp"),
        ("Australian Associated Press", "Text.", "aap"),
        ("Marie-Ani Lusa", "Text.", None),
        ("Anna Papadaki", "Text about APA Hotel.", None),
        (None, "She had no regrets, she said in an interview with Reuters.", None),
        (None, "Handout via Reuters\nThe gate after the blast.", None),
        (None, "The gate after the blast. (AP Photo/Jane Roe)", None),
        (None, "It was first reported by Reuters that he lied.", None),
        (None, "По данным ТАСС, плотина рухнула.", None),
        (None, "据新华社报道，大坝倒塌", None),
        (None, "", None),
    ],
)
def test_credits_are_read_and_mentions_are_none(author: str | None, text: str, agency: str | None) -> None:
    """In the author, the dateline, at the end of the text, in the copyright line."""
    assert agency_of(author, text) == agency


WIRES = tuple(
    (
        agency,
        (
            f"{place} ({credit}) - {number} people were killed when a {thing} struck the {where} of {place.title()} on "
            f"{day}, and rescue workers were searching for survivors, the {who} said. Witnesses spoke of {seen}."
        ),
    )
    for agency, credit, place, number, thing, where, day, who, seen in (
        ("ap", "AP", "KABUL", 60, "bomb", "airport", "Thursday", "health ministry", "bodies in a canal"),
        ("reuters", "Reuters", "BELIS", 31, "quake", "province", "Wednesday", "governor", "villages in ruins"),
        ("afp", "AFP", "LIMA", 17, "landslide", "outskirts", "Monday", "fire service", "a roar in the night"),
        ("dpa", "dpa", "BERLIN", 5, "train", "station", "Friday", "federal police", "sparks and smoke"),
    )
)


def as_printed(text: str, number: int) -> str:
    """Return the wire as five outlets print it: as it came, without dateline, cut, with a tail, in other words."""
    bare = text.split(") - ", 1)[1]
    return (
        text,
        bare,
        bare.rsplit(". ", 1)[0] + ".",
        f"{bare} Read more on our live page.",
        text.replace("rescue workers", "rescuers"),
    )[number]


@pytest.mark.parametrize(("agency", "text"), WIRES, ids=[agency for agency, _ in WIRES])
@pytest.mark.parametrize("begin", range(5))
def test_one_wire_text_in_five_outlets_is_one_origin(agency: str, text: str, begin: int) -> None:
    """Whatever headline each gives it, and whichever of them comes first."""
    past, origins = Past(), []
    for turn in range(5):
        printed = as_printed(text, (begin + turn) % 5)
        item = an_item(
            f"Headline {turn} of our own", item=f"i{turn}", outlet=f"paper{turn}", summary=printed,
            seen=NOW + timedelta(minutes=turn),
        )  # fmt: skip
        placed = place(item, "event", past)
        assert placed is not None
        past.add(as_past(item, placed))
        origins.append(placed.report.origin)
    assert len(set(origins)) == 1
    assert begin or origins[0] == f"agency:{agency}"


def test_own_words_on_the_same_thing_are_another_origin() -> None:
    """Control: who writes by themselves is an origin by themselves."""
    past = Past()
    for number, (outlet, text) in enumerate(
        [
            ("nyt", "Two bombers attacked crowds of Afghans at the airport on Thursday, killing at least 60 people."),
            (
                "bbc",
                "Our correspondent in Kabul saw dozens of bodies in a sewage canal beside the gate after the blast.",
            ),
        ]
    ):
        item = an_item("Attack at Kabul airport", item=f"i{number}", outlet=outlet, summary=text)
        assert origin_of(item, past) == f"outlet:{outlet}"
        placed = place(item, "kabul", past)
        assert placed is not None
        past.add(as_past(item, placed))


def test_an_agency_is_the_origin_of_what_it_publishes_itself() -> None:
    """With or without a dateline."""
    assert origin_of(an_item("T", outlet="reuters", summary="s"), Past()) == "agency:reuters"
