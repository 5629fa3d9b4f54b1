"""What everybody says: `storywatch.matching.likeness.background`."""

import json
import math
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import Background
from storywatch.matching.likeness.background import RENEWED_EVERY
from storywatch.matching.likeness.common import COMMON


def fed(*items: set[str], times: int = 1) -> Background:
    """Return a background that counted items, so many times each."""
    background = Background()
    for _ in range(times):
        for item in items:
            background.add(item)
    return background


def again(background: Background) -> Background:
    """Return what comes back from a file."""
    return Background.restored(json.loads(json.dumps(background.saved())))


def test_before_anything_came_by_words_have_a_usual_share() -> None:
    """An unknown word tells most, a country less, an everyday word of news least."""
    background = Background()
    assert background.share("zebra") == pytest.approx(0.004)
    assert background.share("@niger") == pytest.approx(0.02)
    assert background.share("court") == pytest.approx(0.06)
    assert background.share("wound") == pytest.approx(0.03)
    assert background.weight("zebra") > background.weight("@niger") > background.weight("court")


def test_the_common_words_are_rare_enough_to_tell_something() -> None:
    """None is taken for a word that every third item says, nor for one rarer than what nobody listed."""
    assert len(COMMON) > 500
    assert all(0.004 < share < 0.3 for share in COMMON.values())


def test_what_comes_by_soon_outweighs_the_usual_shares() -> None:
    """A word that half of the items say; and an everyday word that none says."""
    background = fed({"zebra", "grass"}, {"grass"}, times=500)
    assert background.share("zebra") == pytest.approx(0.5, abs=0.06)
    assert background.share("polic") < 0.01 < Background().share("polic")


def test_counts_take_effect_after_a_number_of_items() -> None:
    """Until then decisions rest on the same numbers."""
    background = fed({"zebra"}, times=RENEWED_EVERY - 1)
    assert (background.generation, background.items, background.known) == (0, 0, RENEWED_EVERY - 1)
    assert background.weight("zebra") == Background().weight("zebra")
    background.add({"zebra"})
    assert (background.generation, background.items, background.known) == (1, RENEWED_EVERY, RENEWED_EVERY)
    assert background.weight("zebra") < Background().weight("zebra")


@given(
    st.lists(st.sets(st.sampled_from(["zebra", "polic", "@niger", "kill", "grass"])), max_size=60),
    st.sampled_from(["zebra", "polic", "@niger", "kill", "never"]),
)
@settings(max_examples=50)
def test_a_share_is_above_zero_and_at_most_one(items: list[set[str]], word: str) -> None:
    """And the weight is its negative logarithm: never below zero."""
    with patch("storywatch.matching.likeness.background.RENEWED_EVERY", 7):
        background = fed(*items)
    assert 0 < background.share(word) <= 1
    assert 0 <= background.weight(word) < math.inf
    assert background.weight(word) == pytest.approx(-math.log(background.share(word)))


@given(st.integers(0, 450), st.integers(0, 450))
@settings(max_examples=20)
def test_a_background_that_was_saved_goes_on_as_if_nothing_had_been(before: int, after: int) -> None:
    """Also what had not yet taken effect."""
    straight = fed({"zebra", "grass"}, times=before)
    restored = again(straight)
    for background in (straight, restored):
        for number in range(after):
            background.add({"zebra", f"w{number % 7}"})
    assert restored.saved() == straight.saved()
    assert [restored.weight(word) for word in ("zebra", "grass", "w3")] == [
        straight.weight(word) for word in ("zebra", "grass", "w3")
    ]


def test_backgrounds_of_different_items_are_saved_differently() -> None:
    """The negative control."""
    assert fed({"zebra"}).saved() != fed({"grass"}).saved() != fed({"grass"}, times=2).saved()


def test_words_that_came_once_are_forgotten_when_there_are_too_many() -> None:
    """Those that came again stay, with their counts."""
    items = [{f"once{number}", "again"} for number in range(RENEWED_EVERY)]
    with patch("storywatch.matching.likeness.background.MOST_WORDS", 100):
        background = fed(*items)
    assert background.saved()["counts"] == {"again": RENEWED_EVERY}
    assert len(fed(*items).saved()["counts"]) == RENEWED_EVERY + 1
