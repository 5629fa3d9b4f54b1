"""Figures: `storywatch.updates.figures`. Each labelled sentence gives exactly what stands beside it, or nothing."""

import pytest

from storywatch.updates.figures import figures_of, of_sentence
from storywatch.updates.numbers import value_of

KILLED, INJURED, MISSING, ARRESTED = "killed", "injured", "missing", "arrested"
DISPLACED, HOSTAGES, MONEY, OTHER = "displaced", "hostages", "money", "other"

Told = tuple[str, float, str, str | None]

LABELLED: tuple[tuple[str, tuple[Told, ...]], ...] = (
    (
        "At least 13 US service members and 170 Afghans were killed, according to the health ministry.",
        ((KILLED, 13, "us service members", "health ministry"), (KILLED, 170, "afghans", "health ministry")),
    ),
    ("Death toll rises to 182", ((KILLED, 182, "", None),)),
    ("The death toll rose from 100 to 170 on Friday, officials said.", ((KILLED, 170, "", "officials"),)),
    ("More than 60 dead after bombing", ((KILLED, 60, "", None),)),
    (
        "Dozens were killed and hundreds injured, the Pentagon said.",
        ((KILLED, 24, "", "Pentagon"), (INJURED, 200, "", "Pentagon")),
    ),
    (
        "The blast killed at least 60 people, including 13 US troops, and wounded 150 others.",
        ((KILLED, 60, "", None), (KILLED, 13, "us troops", None), (INJURED, 150, "", None)),
    ),
    ("Police arrested 12 suspects on Monday.", ((ARRESTED, 12, "suspects", None),)),
    ("A hundred and seventy Afghans died", ((KILLED, 170, "afghans", None),)),
    ("Insurers agreed to pay $40 million to the families.", ((MONEY, 40e6, "", None),)),
    ("The bank owes 1.2 billion euros, the administrator said.", ((MONEY, 1.2e9, "", "administrator"),)),
    (
        "The number of confirmed deaths stands at 203, with 21 missing.",
        ((KILLED, 203, "", None), (MISSING, 21, "", None)),
    ),
    ("The bomb claimed the lives of 170 people", ((KILLED, 170, "", None),)),
    ("The sinking cost 212 lives.", ((KILLED, 212, "", None),)),
    ("Some 120,000 people were evacuated from Kabul.", ((DISPLACED, 120_000, "", None),)),
    ("Militants kidnapped 40 students and killed a guard.", ((HOSTAGES, 40, "students", None),)),
    ("Fourteen bodies recovered from ferry disaster", ((KILLED, 14, "", None),)),
    ("The ministry put the number of dead at 14.", ((KILLED, 14, "", "ministry"),)),
    (
        "One person was killed and two were hurt, police said.",
        ((KILLED, 1, "", "police"), (INJURED, 2, "", "police")),
    ),
    (
        "Health officials raised the toll to 169 Afghans and 13 US service members.",
        ((KILLED, 169, "afghans", None), (KILLED, 13, "us service members", None)),
    ),
    (
        "Two years ago an attack at Kabul airport killed 183 people, 13 of them American troops.",
        ((KILLED, 183, "", None), (KILLED, 13, "american troops", None)),
    ),
    ("About 60% of the 300 passengers were rescued.", ((OTHER, 300, "passengers", None),)),
    ("The ship carried 412 people, 144 more than on the manifest.", ((OTHER, 412, "", None),)),
    ("The attacks of 9/11 killed 2,977 people.", ((KILLED, 2977, "", None),)),
    (
        "The army said 12 were killed but residents said 41 died.",
        ((KILLED, 12, "", "army"), (KILLED, 41, "", "residents")),
    ),
    (
        "The mayor said 41 were killed while the army put the toll at 12.",
        ((KILLED, 41, "", "mayor"), (KILLED, 12, "", "army")),
    ),
    (
        "Rescuers pulled out 41 bodies, but the ministry said 12 were killed.",
        ((KILLED, 41, "", None), (KILLED, 12, "", "ministry")),
    ),
    (
        "Ten people were killed, but 5 of the missing were found and 3 hurt, police said.",
        ((KILLED, 10, "", "police"), (INJURED, 3, "", "police")),
    ),
    ("41 killed in strike: police", ((KILLED, 41, "", "police"),)),
    ("UN: 41 killed in strike", ((KILLED, 41, "", "UN"),)),
    (
        "Ten people, including three children, were killed.",
        ((KILLED, 10, "", None), (KILLED, 3, "children", None)),
    ),
    ("12 of the 280 passengers died.", ((KILLED, 12, "passengers", None), (OTHER, 280, "passengers", None))),
    ("All 62 people aboard the plane died.", ((KILLED, 62, "", None),)),
    ("30-40 injured in clashes", ((INJURED, 30, "", None),)),
    ("Toll tops 1 000", ((KILLED, 1000, "", None),)),
    ("Deaths rose by 12 to 52", ((KILLED, 52, "", None),)),
    ("As many as 10,000 may have died", ((KILLED, 10_000, "", None),)),
    ("203 people died, 188 survived and 21 remain missing.", ((KILLED, 203, "", None), (MISSING, 21, "", None))),
)


@pytest.mark.parametrize(("sentence", "told"), LABELLED, ids=[sentence[:40] for sentence, _ in LABELLED])
def test_a_sentence_gives_its_figures(sentence: str, told: tuple[Told, ...]) -> None:
    """Exact in value, kind, whom, and who says so; the quote is the sentence."""
    found = list(of_sentence(sentence))
    assert [(one.kind.value, one.value, one.of, one.said_by) for one in found] == list(told)
    assert all(one.quote == sentence for one in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "Zemari Ahmadi, 43, was killed by the drone.",
        "The 13-year-old boy was killed on 26 August 2021.",
        "He was aged 54 and lived at 13 Main Street.",
        "The 82nd Airborne Division took part; the 1st Battalion arrested no one.",
        "UN Resolution 1373 was cited, and Article 5 too.",
        "The ferry sank 48 metres deep, 5 km off the coast.",
        "In 2021 the strike killed a family.",
        "The captain was jailed for 12 years.",
        "Unemployment rose by 4.5 percent in 2020.",
        "The blast went off at 5:50 pm, 10 minutes before the flight.",
        "An F-16 and a Boeing 737 were seen near Gate 4.",
        "The anniversary of 9/11 was marked in New York.",
        "Another 73 bodies were found.",
        "Three more people died overnight.",
        "No one was killed.",
        "Two of the wounded died overnight.",
        "Three out of 5 died.",
        "Police denied that 12 people were killed.",
        "The army withdrew its earlier claim that 12 people were killed.",
        "It was not true that 50 people died, the minister said.",
        "The spokesman declined to say whether 41 people were killed.",
        "The dam could kill 10,000, scientists warn.",
        "If the dam broke 10,000 people would be killed.",
        "Fewer than 10 people were killed.",
        "Toll rises to 1.000",
        "Les autorités ont annoncé la mort de 13 personnes.",
        "Bei dem Anschlag starben 13 US-Soldaten und 170 Zivilisten.",
        "В результате взрыва погибли 170 человек.",
        "",
    ],
)
def test_what_counts_nobody_is_no_figure(sentence: str) -> None:
    """Years, ages, addresses, dates, distances, names of units, shares; so many more; other languages."""
    assert not list(of_sentence(sentence))


def test_a_range_has_two_ends_and_a_lower_bound_says_so() -> None:
    """As they are written."""
    (ranged,) = of_sentence("Between 60 and 80 people died, a doctor told Reuters.")
    assert (ranged.value, ranged.high, ranged.said_by) == (60, 80, "doctor")
    (least,) = of_sentence("At least 60 people were killed.")
    assert (least.value, least.high, least.least) == (60, 60, True)
    (plain,) = of_sentence("60 people were killed.")
    assert not plain.least, "control: a plain number is no bound"


def test_a_figure_is_given_once_per_report() -> None:
    """Headline and text say the same."""
    assert len(figures_of("60 killed in Kabul", "In all, 60 people were killed.\n60 were killed, officials said.")) == 1


def test_the_sentence_that_says_who_says_so_is_the_quote() -> None:
    """Headlines seldom do; without a speaker in either the first one stays."""
    said = "At least 41 people were killed, the interior ministry said."
    (told,) = figures_of("Dam collapses, at least 41 dead", said)
    assert (told.said_by, told.quote) == ("interior ministry", said)
    (first,) = figures_of("Dam collapses, at least 41 dead", "At least 41 people were killed.")
    assert (first.said_by, first.quote) == (None, "Dam collapses, at least 41 dead"), "control"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("13", 13),
        ("2,977", 2977),
        ("1.5m", 1500000.0),
        ("two hundred and five", 205),
        ("a dozen", 12),
        ("twenty-one", 21),
        ("3 thousand", 3000),
        ("twenty twenty", None),
        ("12foo", None),
    ],
)
def test_numbers_are_read(written: str, value: float | None) -> None:
    """In digits and words; what is no number is none."""
    assert value_of(written) == value


def test_hostile_texts_are_read_in_time() -> None:
    """Rows of numbers, endless words and nothing but commas end, and invent nothing endless."""
    for text in ("1 and " * 20_000, "9" * 100_000, ", " * 50_000, "killed " * 20_000, "a" * 100_000, "one-" * 20_000):
        assert len(figures_of(text)) <= 40


@pytest.mark.parametrize(
    ("headline", "kind", "value"),
    [
        ("Dam collapse: 170, not 100, died", "killed", 170),
        ("170 people, not 100, were killed", "killed", 170),
        ("Death toll: 170", "killed", 170),
        ("Toll now at 170", "killed", 170),
        ("Storm kills 12", "killed", 12),
        ("12 die in storm", "killed", 12),
        ("412 lives lost to earthquake", "killed", 412),
        ("Rescue phase ends; quake toll 1,102", "killed", 1102),
        ("Riot: arrests climb to 31", "arrested", 31),
        ("Missing: 14", "missing", 14),
    ],
)
def test_headlines_give_one_figure(headline: str, kind: str, value: float) -> None:
    """What a number is said not to be is no figure."""
    assert [(one.kind.value, one.value) for one in figures_of(headline)] == [(kind, value)]
