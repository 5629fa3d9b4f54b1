"""What is known of an event: `storywatch.matching.likeness.profile`."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import Background, Postings, Profile, read
from storywatch.matching.likeness.profile import (
    FORGIVEN_BY,
    HOT_DAYS,
    MOST_NOISE,
    NOISE_DAYS,
    NOISE_RANK,
    QUIET,
    REJECTED_WEIGHT,
)

TITLE = read(["Attack on the airport of Kabul"])
SEED = read(["Bombers kill Marines outside the airport; the Pentagon mourns"])
DAY = 737_000


def a_profile(*, day: int | None = DAY) -> Profile:
    return Profile([TITLE, SEED], since=day)


WORDS = st.frozensets(st.sampled_from(["attack", "airport", "zebra", "gnu", "marine"]), min_size=1)
TAKES = st.lists(st.tuples(st.sampled_from("abc"), WORDS, st.integers(DAY, DAY + 20), st.floats(0.1, 1)), max_size=8)


def learned(profile: Profile) -> dict[str, float]:
    return {stem: round(count, 6) for stem, count in profile.learned.items()}


@given(TAKES, WORDS, st.floats(0.1, 1))
@settings(max_examples=50)
def test_to_drop_an_item_undoes_that_it_was_taken(
    before: list[tuple[str, frozenset[str], int, float]], stems: frozenset[str], weight: float
) -> None:
    """Words, days and the number of reports are what they were."""
    profile, wanted = a_profile(), a_profile()
    for each in (profile, wanted):
        known: dict[str, frozenset[str]] = {}
        for item, said, day, sure in before:
            each.drop(item, known.get(item, said))
            each.take(item, said, day, sure)
            known[item] = said
    profile.take("new", stems, DAY + 5, weight)
    assert profile.reports == wanted.reports + 1
    profile.drop("new", stems)
    assert learned(profile) == learned(wanted)
    assert profile.taken == wanted.taken
    assert [profile.heat(day) for day in range(DAY, DAY + 20)] == [wanted.heat(day) for day in range(DAY, DAY + 20)]
    assert profile.documents == pytest.approx(wanted.documents)


def test_taking_an_item_again_changes_only_its_weight() -> None:
    """It is one report; dropping what was not taken changes nothing."""
    profile = a_profile()
    profile.take("a", {"zebra"}, DAY, 0.5)
    profile.take("a", {"zebra"}, DAY, 0.9)
    profile.drop("never", {"zebra"})
    assert profile.count("zebra") == pytest.approx(0.9)
    assert profile.reports == 2
    assert profile.documents == pytest.approx(2.9)


def test_the_title_is_no_report() -> None:
    """Seeds and taken items are."""
    assert Profile([TITLE]).reports == 0
    assert a_profile().reports == 1


def test_the_core_is_what_the_title_says_and_what_several_say() -> None:
    profile = Profile([TITLE, SEED, read(["The Marines in Ohio"])])
    assert profile.core == TITLE.stems | {"marin"}
    assert {"@afghanistan", "marin", "pentagon"} <= profile.names
    assert "attack" not in profile.names


def test_heat_counts_the_items_of_some_days_around_up_to_nine() -> None:
    profile = a_profile()
    for number, day in enumerate([DAY, DAY + HOT_DAYS, DAY + HOT_DAYS + 1]):
        profile.take(f"i{number}", {"zebra"}, day, 1.0)
    assert profile.heat(DAY) == 2
    assert profile.heat(DAY + 1) == 3
    assert profile.heat(DAY + 400) == 0
    for number in range(50):
        profile.take(f"more{number}", {"zebra"}, DAY, 1.0)
    assert profile.heat(DAY) == 9


def test_seeds_heat_their_days_like_other_items() -> None:
    """A story is busiest when it begins. The day from which an event is watched is nothing that was reported."""
    seeded = Profile([TITLE, SEED], days=[DAY, DAY + 1], since=DAY - 30)
    assert [seeded.heat(DAY + after) for after in (-30, 0, HOT_DAYS + 1, HOT_DAYS + 2)] == [0, 2, 1, 0]
    seeded.take("a", {"zebra"}, DAY, 1.0)
    assert seeded.heat(DAY) == 3
    assert a_profile().heat(DAY) == 0


def test_an_item_of_no_weight_heats_its_day_and_teaches_no_word() -> None:
    """And leaves nothing behind when it is dropped."""
    profile = a_profile()
    profile.take("a", {"zebra"}, DAY, 0.0)
    assert (profile.heat(DAY), profile.count("zebra"), profile.documents) == (1, 0, a_profile().documents)
    profile.drop("a", {"zebra"})
    assert profile.saved() == a_profile().saved()


def test_rejections_of_late_count_less_one_for_each_eight_confirmations() -> None:
    """Of as many days as noise; longer ago they count no more."""
    profile, zebra = a_profile(), read(["zebra"])
    profile.answer([(zebra, DAY)] * FORGIVEN_BY, [(zebra, DAY), (zebra, DAY + NOISE_DAYS)])
    assert [profile.rejected_lately(day) for day in (DAY - 1, DAY, DAY + NOISE_DAYS + 1)] == [0, 1, 1]
    assert profile.rejected_lately(DAY + 2 * NOISE_DAYS + 1) == 0
    assert a_profile().rejected_lately(DAY) == 0


def test_silence_is_the_way_to_the_nearest_item_or_to_the_beginning() -> None:
    """In either direction; of an event without any it is a year."""
    profile = a_profile()
    assert [profile.silence(day) for day in (DAY, DAY + 7, DAY - 3)] == [0, 7, 3]
    profile.take("a", {"zebra"}, DAY + 20, 1.0)
    profile.take("b", {"zebra"}, DAY + 30, 1.0)
    assert [profile.silence(day) for day in (DAY + 24, DAY + 26, DAY + 30, DAY + 50)] == [4, 4, 0, 20]
    assert a_profile(day=None).silence(DAY) == 365
    assert Profile([TITLE], days=[DAY + 5], since=DAY).silence(DAY + 7) == 2


def test_noise_is_the_eighth_best_of_late() -> None:
    """Of fewer scores nothing is known; what is long ago, or far ahead, doesn't count."""
    profile = a_profile()
    for number in range(NOISE_RANK - 1):
        profile.hear(-1.0 - number / 10, DAY)
    assert profile.noise(DAY) == QUIET
    profile.hear(-4.0, DAY)
    assert profile.noise(DAY) == -4.0
    profile.hear(-0.5, DAY)
    assert profile.noise(DAY) == pytest.approx(-1.6)
    assert profile.noise(DAY + NOISE_DAYS) == profile.noise(DAY - NOISE_DAYS) == profile.noise(DAY)
    assert profile.noise(DAY + NOISE_DAYS + 1) == profile.noise(DAY - NOISE_DAYS - 1) == QUIET


def test_of_much_noise_the_loudest_of_late_is_remembered() -> None:
    """What is too old goes first."""
    profile = a_profile()
    profile.hear(-0.1, DAY - NOISE_DAYS - 1)
    for number in range(MOST_NOISE):
        profile.hear(-5.0 + number / 100, DAY)
    assert len(profile.heard) == MOST_NOISE
    assert {day for _, day in profile.heard} == {DAY}
    profile.hear(-0.2, DAY)
    assert (-0.2, DAY) in profile.heard
    assert (-5.0, DAY) not in profile.heard


def test_what_was_heard_can_be_unheard() -> None:
    """Once for each time; what was not heard can't."""
    profile = a_profile()
    for score in (-1.0, -1.0, -2.0):
        profile.hear(score, DAY)
    for score in (-1.0, -3.0):
        profile.unhear(score, DAY)
    assert sorted(profile.heard) == [(-2.0, DAY), (-1.0, DAY)]


def test_what_people_rejected_weighs_double() -> None:
    """Twice an item that merely came near."""
    near, rejected = a_profile(), a_profile()
    near.pass_over({"zebra"})
    rejected.answer([], [(read(["zebra"]), DAY)])
    assert (near.contrary["zebra"], near.others) == (1, 1)
    assert (rejected.contrary["zebra"], rejected.others) == (REJECTED_WEIGHT, REJECTED_WEIGHT) == (2, 2)
    rejected.answer([], [])
    assert (rejected.contrary["zebra"], rejected.others) == (0, 0)


def test_what_people_confirmed_is_a_report_and_widens_no_core() -> None:
    """It counts in full, makes its days busy, and is gone when it is revoked."""
    profile = a_profile()
    core = profile.core
    profile.answer([(read(["Zebras at the gate"]), DAY + 9), (read(["Zebras at the gate"]), DAY + 30)], [])
    assert (profile.reports, profile.confirmations, profile.documents) == (3, 2, 4)
    assert (profile.count("zebra"), profile.core) == (2, core)
    assert (profile.heat(DAY + 10), profile.silence(DAY + 12)) == (1, 3)
    profile.answer([], [])
    assert (profile.reports, profile.count("zebra"), profile.heat(DAY + 10)) == (1, 0, 0)


@given(st.lists(WORDS, max_size=5), WORDS)
@settings(max_examples=30)
def test_what_was_passed_over_can_be_taken_up_again(before: list[frozenset[str]], stems: frozenset[str]) -> None:
    profile, wanted = a_profile(), a_profile()
    for said in before:
        profile.pass_over(said)
        wanted.pass_over(said)
    profile.pass_over(stems)
    assert profile.saved() != wanted.saved()
    profile.take_up(stems)
    assert profile.saved() == wanted.saved()


@given(TAKES, st.lists(WORDS, max_size=4), st.lists(st.integers(-6, 0), max_size=12))
@settings(max_examples=30)
def test_a_profile_that_was_saved_is_the_same(
    taken: list[tuple[str, frozenset[str], int, float]], passed: list[frozenset[str]], heard: list[int]
) -> None:
    """By all that can be asked of it; what is declared comes from the declaration."""
    profile, restored = a_profile(), a_profile()
    for number, (_, said, day, weight) in enumerate(taken):
        profile.take(f"i{number}", said, day, weight)
    for said in passed:
        profile.pass_over(said)
    for score in heard:
        profile.hear(float(score), DAY)
    background = Background()
    restored.norm(background)  # what was worked out before counts no longer
    restored.restore(json.loads(json.dumps(profile.saved())))
    assert restored.saved() == profile.saved()
    assert (restored.others, restored.reports) == (profile.others, profile.reports)
    assert restored.documents == pytest.approx(profile.documents)
    assert restored.norm(background) == pytest.approx(profile.norm(background))
    for day in (DAY, DAY + 10, DAY + 70):
        assert (restored.heat(day), restored.silence(day), restored.noise(day)) == (
            profile.heat(day),
            profile.silence(day),
            profile.noise(day),
        )


@pytest.mark.parametrize("spoilt", [{"taken": {"a": 1}}, {"noise": [1]}, {"passed": "many"}, {"learned": [3]}])
def test_what_is_no_profile_changes_nothing(spoilt: dict[str, object]) -> None:
    profile = a_profile()
    profile.take("a", {"zebra"}, DAY, 0.5)
    before = profile.saved()
    with pytest.raises((TypeError, ValueError)):
        profile.restore(before | spoilt)
    assert profile.saved() == before


def test_the_length_follows_what_is_learned_and_what_the_background_says() -> None:
    """Also of another background, and of one that counted on."""
    profile, background = a_profile(), Background()
    first = profile.norm(background)
    profile.take("a", {"zebra"}, DAY, 1.0)
    longer = profile.norm(background)
    assert longer > first
    saved = Background()
    for _ in range(400):
        saved.add({"zebra", "attack", "airport"})
    restored = Background.restored(saved.saved())
    assert restored.generation == background.generation
    assert profile.norm(restored) == profile.norm(saved) != longer
    for _ in range(200):
        background.add({"zebra"})
    assert profile.norm(background) == a_norm_anew(profile, background) != longer


def a_norm_anew(profile: Profile, background: Background) -> float:
    """Return the length as a profile says it that never said one."""
    fresh = a_profile()
    fresh.restore(profile.saved())
    return fresh.norm(background)


def test_postings_find_the_events_of_a_word_and_keep_no_trace_of_what_is_gone() -> None:
    postings = Postings()
    postings.put("a", {"zebra": 4, "gnu": 1}, ["zebra", "gnu", "horse"])
    postings.put("b", {"zebra": 1.5}, ["zebra"])
    assert postings.of("zebra") == {"a": 2, "b": pytest.approx(math.sqrt(1.5))}
    assert list(postings.of("horse")) == []
    postings.put("a", {}, ["zebra", "gnu", "horse"])
    assert (list(postings.of("zebra")), list(postings.of("gnu"))) == (["b"], [])
    postings.put("b", {}, ["zebra"])
    assert not len(postings)


def test_words_of_what_came_near_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commoner ones stay, and what people rejected."""
    monkeypatch.setattr("storywatch.matching.likeness.profile.MOST_CONTRARY", 6)
    profile = a_profile()
    profile.answer([], [(read(["zebra"]), DAY)])
    for number in range(9):
        profile.pass_over({"gnu", f"w{number}"})
        assert len(profile.contrary) <= 6 + 1
    assert profile.contrary["gnu"] == 9
    assert profile.contrary["zebra"] == REJECTED_WEIGHT
