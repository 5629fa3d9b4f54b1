"""What speaks for an item: `storywatch.matching.likeness.evidence`."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import FEATURES, Background, Profile, Weighed, evidence, read, shipped

TITLE = "attack on the airport of Kabul"
SEEDS = (
    "Bombers kill Marines outside the airport of Kabul; the crowd at Abbey Gate fled the attack",
    "The general told of Marines at Abbey Gate, where bombers struck the airport",
)
DAY = 737_000


def a_profile(*taken: tuple[str, int], title: str = TITLE, seeds: tuple[str, ...] = SEEDS) -> Profile:
    """Return the profile of an event that took texts on days after its seeds."""
    profile = Profile([read([text]) for text in (title, *seeds)], days=[], since=DAY)
    for number, (text, day) in enumerate(taken):
        profile.take(f"i{number}", read([text]).stems, DAY + day, 0.9)
    return profile


def seen(
    text: str,
    profile: Profile | None = None,
    *,
    after: int = 0,
    satisfied: bool = False,
    members: int = 0,
    people: int = 0,
) -> dict[str, float]:
    """Return the features of a text that came some days after the seeds."""
    background = Background()
    weighed = Weighed.by(background, read([text]))
    profile = profile or a_profile()
    return evidence(weighed, profile, background, DAY + after, satisfied=satisfied, members=members, people=people)


def test_each_feature_has_a_value() -> None:
    """Those of the list, in its order."""
    assert tuple(seen("attack")) == FEATURES
    for model in shipped():
        assert math.isfinite(model.weights.score(seen("attack")))


def test_facets_say_whether_they_are_satisfied() -> None:
    assert [seen("x", satisfied=satisfied)["facets"] for satisfied in (False, True)] == [0.0, 1.0]


def test_one_of_the_people_is_as_good_as_many() -> None:
    assert [seen("x", people=people)["people"] for people in (0, 1, 5)] == [0, 1, 1]


def test_breadth_grows_with_the_members_that_were_hit_up_to_four() -> None:
    assert [seen("x", members=members)["breadth"] for members in (0, 1, 2, 4, 90)] == [0, 0.25, 0.5, 1, 1]


def test_alike_is_one_for_the_same_text_and_nothing_for_another() -> None:
    """Of an event that has nothing but that text."""
    only = a_profile(title=SEEDS[0], seeds=())
    assert seen(SEEDS[0], only)["alike"] == pytest.approx(1.0)
    assert seen("elections in Norway", only)["alike"] == 0.0
    assert 0 < seen("the crowd at Abbey Gate", only)["alike"] < 1


def test_rare_words_and_those_of_many_reports_weigh_more() -> None:
    """`police` is in the news every day; the second seed speaks of the gnu again."""
    profile = a_profile(seeds=("police horse gnu", "gnu"))
    rare, common, often = (seen(f"{word} zebra lion", profile) for word in ("horse", "police", "gnu"))
    assert often["alike"] > rare["alike"] > common["alike"] > 0


def test_contrast_tells_this_events_words_from_those_that_came_near() -> None:
    """Above zero for its own, below for the others'; nothing is known of words that neither has."""
    profile = a_profile()
    before = seen("the runway of Heathrow", profile)["contrast"]
    for _ in range(5):
        profile.pass_over(read(["runway of Heathrow closed, travellers wait"]).stems)
    assert before == 0
    assert seen("the runway of Heathrow", profile)["contrast"] < 0 < seen("Marines at Abbey Gate", profile)["contrast"]


def test_what_people_rejected_speaks_against_an_item_more_than_what_came_near() -> None:
    near, rejected = a_profile(), a_profile()
    near.pass_over(read(["zebra"]).stems)
    rejected.answer([], [(read(["zebra"]), DAY)])
    assert seen("zebra", rejected)["contrast"] < seen("zebra", near)["contrast"] < seen("zebra")["contrast"] == 0


def test_core_asks_for_the_names_and_for_the_other_words() -> None:
    """One without the other is worth nothing."""
    both, names, others = (seen(text)["core"] for text in ("an attack at Abbey Gate", "at Abbey Gate", "an attack"))
    assert both > 0
    assert (names, others) == (0, 0)
    assert seen("bombers attack Kabul airport; Marines die at Abbey Gate")["core"] > both


def test_names_that_the_event_never_had_are_strange() -> None:
    """The more the stranger; its own are not, nor are new words that are no names."""
    none, one, two = (
        seen(f"bombers told {names} of it")["strange_names"] for names in ("Marines", "Zemari", "Zemari and Ezmarai")
    )
    assert 0 == none < one < two
    assert seen("bombers told a zebra of it")["strange_names"] == 0
    assert seen("bombers told Zemari of it", a_profile(("Zemari Ahmadi", 1)))["strange_names"] == 0


def test_likeness_and_known_names_count_more_while_the_event_is_busy() -> None:
    """Without other items of these days they are nothing."""
    text = "He was at Abbey Gate"
    quiet = seen(text)
    warm, hot = (seen(text, a_profile(*[(SEEDS[0], 0)] * count)) for count in (1, 6))
    assert (quiet["hot_alike"], quiet["hot_names"]) == (0, 0)
    assert 0 < warm["hot_alike"] < hot["hot_alike"]
    assert 0 < warm["hot_names"] < hot["hot_names"]
    stranger = seen("He was at Buckingham Palace", a_profile(*[(SEEDS[0], 0)] * 6))
    assert (stranger["hot_alike"], stranger["hot_names"]) == (0, 0)


def test_fresh_likeness_fades_with_the_silence() -> None:
    """And is nothing for what is not alike."""
    values = [seen("attack at Abbey Gate", after=days)["fresh_alike"] for days in (0, 1, 7, 60)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4
    assert seen("elections in Norway")["fresh_alike"] == 0


OF_THE_DAYS = {"hot_alike", "hot_names", "hot_words", "fresh_alike"}


@pytest.mark.parametrize(
    "text", ["General told court of attack at Abbey Gate", "Marines of Abbey Gate honoured", "zebra"]
)
def test_a_follow_up_after_400_days_is_what_one_after_four_is(text: str) -> None:
    """Nothing that was learned fades: but for heat and freshness all evidence is the same."""
    profile = a_profile((SEEDS[0], 0), ("Zemari Ahmadi mourns at Abbey Gate", 1))
    profile.pass_over(read(["zebra at the airport"]).stems)
    soon, late = (seen(text, profile, after=days) for days in (4, 400))
    assert {name: soon[name] for name in FEATURES if name not in OF_THE_DAYS} == {
        name: late[name] for name in FEATURES if name not in OF_THE_DAYS
    }
    assert text == "zebra" or soon["fresh_alike"] > late["fresh_alike"]


def test_what_was_learned_long_ago_still_counts() -> None:
    """The negative control: a word that was never learned does not, and is evidence of its own 400 days later too."""
    learned = a_profile(("gnus at Abbey Gate", 0), ("Ezmarai at the airport", 500))
    assert seen("gnus", learned, after=500)["alike"] > 0 == seen("gnus", a_profile(), after=500)["alike"]


TEXTS = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [
            "",
            " ",
            "😀" * 40,
            "😀 Kabul 😀",
            "انفجار در میدان هوایی کابل",
            "مُحَمَّد",
            "a" * 100_000,
            "Zemari " * 20_000,
            " ".join(f"Name{number}" for number in range(5_000)),
            " ".join([*SEEDS] * 50),
            "\x00\ud7ff\U0010ffff",
        ]
    ),
    st.lists(st.sampled_from(["Kabul", "Abbey", "gate", "attack", "police", "Zemari"]), max_size=40).map(" ".join),
)


@given(
    text=TEXTS,
    taken=TEXTS,
    satisfied=st.booleans(),
    members=st.integers(0, 1_000),
    after=st.integers(-2_000, 2_000),
)
@settings(max_examples=50)
def test_the_evidence_of_any_text_is_finite_and_bounded(
    text: str, taken: str, *, satisfied: bool, members: int, after: int
) -> None:
    """Whatever the event has learned, and whichever way time runs."""
    profile = a_profile((taken, 0))
    profile.pass_over(read([taken]).stems)
    found = seen(text, profile, after=after, satisfied=satisfied, members=members)
    assert all(map(math.isfinite, found.values()))
    assert all(0 <= found[name] <= 1 + 1e-9 for name in ("facets", "breadth", "alike"))
    assert abs(found["contrast"]) < 60
    assert 0 <= found["core"] <= math.log1p(3)
    assert 0 <= found["strange_names"] < 8
    assert 0 <= found["hot_alike"] <= math.log1p(9)
    assert 0 <= found["hot_names"] <= math.log1p(9)
    assert -6 < found["fresh_alike"] <= 5 + 1e-9


@given(TEXTS)
@settings(max_examples=30)
def test_an_event_of_whatever_title_can_be_asked(title: str) -> None:
    """Also one without a word."""
    found = seen("Marines at Abbey Gate", a_profile(title=title, seeds=()))
    assert all(map(math.isfinite, found.values()))
