"""When reports come and how they are told: `storywatch.updates.timing`, and the signs of a report that tells again."""

from datetime import timedelta

import pytest

from storywatch.updates import Past, as_past, place
from storywatch.updates.reading import read
from storywatch.updates.timing import Timing
from tests.support.samples import NOW, an_item

HOUR = timedelta(hours=1)


def paced(gap: timedelta) -> Timing:
    """Return the timing of eight reports that lie so far apart."""
    timing = Timing()
    for number in range(8):
        timing.add(NOW + number * gap)
    return timing


def test_a_silence_is_measured_by_the_pace_of_the_event() -> None:
    """Ten hours are long in a war, and short in a lawsuit."""
    war, lawsuit = paced(HOUR), paced(100 * HOUR)
    assert war.silence(NOW + 17 * HOUR) > 1
    assert lawsuit.silence(NOW + 710 * HOUR) < -1


def test_nothing_is_read_from_one_report_or_from_what_has_no_time() -> None:
    """Nor from what comes before all others."""
    timing = Timing()
    timing.add(None)
    timing.add(NOW)
    assert timing.silence(NOW + 90 * HOUR) == 0
    assert paced(HOUR).silence(None) == paced(HOUR).silence(NOW - HOUR) == 0


def test_the_order_in_which_reports_are_added_makes_no_difference() -> None:
    """A past that is imported comes as it comes."""
    timing = Timing()
    for number in (3, 0, 7, 1, 6, 2, 5, 4):
        timing.add(NOW + number * HOUR)
    assert timing.silence(NOW + 30 * HOUR) == paced(HOUR).silence(NOW + 30 * HOUR)


@pytest.mark.parametrize(
    "headline",
    [
        "Explainer: the road to the airport attack",
        "How the attack on the airport unfolded",
        "What we know about the airport attack",
        "A nurse of Kabul and the day of the bomb",
        "'I heard the blast': a survivor speaks",
        "Kabul marks two years since airport attack",
        "Who was behind the Kabul attack?",
    ],
)
def test_a_headline_that_tells_again_shows_it(headline: str) -> None:
    """By its manner, not by its subject."""
    assert read(f"{headline}\n").retelling >= 1


@pytest.mark.parametrize(
    "headline",
    [
        "Suicide bomber kills scores at Kabul airport",
        "Court jails planner of airport attack for 20 years",
        "Video analysis finds no explosives in car",
        "Pentagon admits Kabul strike was a mistake",
        "Police question second man over airport blast",
    ],
)
def test_a_headline_of_news_does_not(headline: str) -> None:
    """Years of a sentence and a video analysis are no look back."""
    assert read(f"{headline}\n").retelling == 0


def test_what_its_own_outlet_says_next_is_news_where_another_may_repeat_it() -> None:
    """Within the hour, in other words. The second of the same outlet is another development, likelier than not."""
    first = an_item("Blast kills scores outside Kabul airport", item="i0", outlet="nyt")
    opened = {}
    for outlet in ("nyt", "cnn"):
        past = Past(about="Attack on the airport of Kabul")
        placed = place(first, "kabul", past)
        assert placed is not None
        past.add(as_past(first, placed))
        second = an_item("Afghans thrown into a canal beside the airfield fence", item="i1", outlet=outlet)
        answer = place(second, "kabul", past)
        assert answer is not None
        opened[outlet] = answer.update is not None
    assert opened == {"nyt": True, "cnn": False}
