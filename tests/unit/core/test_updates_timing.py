"""When reports come and how they are told: `storywatch.updates.timing`, and the signs of a report that tells again."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from storywatch.updates import Past, as_past, place
from storywatch.updates.novelty import candidates, shipped
from storywatch.updates.reading import read
from storywatch.updates.timing import Timing
from tests.support.samples import NOW, an_item

HOUR = timedelta(hours=1)


def timed(*times: datetime | None) -> Timing:
    """Return the timing of reports, each of an update of its own."""
    timing = Timing()
    for number, at in enumerate(times):
        timing.add(at, update=f"u{number}", number=number, item=f"i{number}")
    return timing


def paced(gap: timedelta) -> Timing:
    """Return the timing of eight reports that lie so far apart."""
    return timed(*(NOW + number * gap for number in range(8)))


def test_a_silence_is_measured_by_the_pace_of_the_event() -> None:
    """Ten hours are long in a war, and short in a lawsuit."""
    war, lawsuit = paced(HOUR), paced(100 * HOUR)
    assert war.silence(NOW + 17 * HOUR) > 1
    assert lawsuit.silence(NOW + 710 * HOUR) < -1


def test_no_pace_is_read_from_one_report_or_from_what_has_no_time() -> None:
    """Nor from what comes before all others. But more than a day is a silence."""
    timing = timed(None, NOW)
    assert timing.silence(NOW + 20 * HOUR) == 0
    assert timing.silence(NOW + 240 * HOUR) > 1
    assert paced(HOUR).silence(None) == paced(HOUR).silence(NOW - HOUR) == 0


def test_the_order_in_which_reports_are_added_makes_no_difference() -> None:
    """A past that is imported comes as it comes."""
    timing = timed(*(NOW + number * HOUR for number in (3, 0, 7, 1, 6, 2, 5, 4)))
    assert timing.silence(NOW + 30 * HOUR) == paced(HOUR).silence(NOW + 30 * HOUR)


def test_the_latest_update_is_the_same_in_whatever_order_a_past_is_read() -> None:
    """Those of one moment stand in the order of their numbers; what is later than the item doesn't count."""
    reports = [
        (NOW, "u1", 1, "a"),
        (NOW + HOUR, "u2", 2, "b"),
        (NOW + HOUR, "u1", 1, "c"),
        (NOW + 5 * HOUR, "u3", 3, "d"),
    ]
    for order in permutations(reports):
        timing = Timing()
        for at, update, number, item in order:
            timing.add(at, update=update, number=number, item=item)
        assert [timing.latest(NOW + hours * HOUR) for hours in (-1, 0, 2, 9)] == [None, "u1", "u2", "u3"]
        assert timing.latest(None) == "u3"


def test_one_date_that_is_wrong_by_years_silences_nothing() -> None:
    """A page without a real date came in between daily updates: what comes after three days is a silence still."""
    daily = [NOW + number * 24 * HOUR for number in range(7)]
    astray = timed(NOW - timedelta(days=7_000), *daily)
    assert timed(*daily).silence(daily[-1] + 72 * HOUR) > 0.5
    assert abs(astray.silence(daily[-1] + 72 * HOUR)) < 1
    assert astray.silence(daily[-1] + 240 * HOUR) > 0.5


@pytest.mark.parametrize(
    "headline",
    [
        "Explainer: the road to the airport attack",
        "How the attack on the airport unfolded",
        "What we know about the airport attack",
        "A nurse of Kabul and the day of the bomb",
        "'I heard the blast': a survivor speaks",
        "Kabul marks two years since airport attack",
        "“We have nothing left”: families of Kabul's dead",
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
        "The Hague court indicts general",
        "A 7.1-magnitude earthquake hits Herat",
        "“Guilty”: jury convicts general",
        "Police name man who was behind hotel fire",
    ],
)
def test_a_headline_of_news_does_not(headline: str) -> None:
    """Years of a sentence and a video analysis are no look back."""
    assert read(f"{headline}\n").retelling == 0


def test_manners_are_those_of_english() -> None:
    """A Portuguese headline that begins with `A` is none that narrates."""
    assert read("A polícia prende um suspeito\n", english=False).retelling == 0


def test_an_outlet_that_told_an_update_seldom_repeats_it() -> None:
    """That it did counts against a repeat."""
    first = an_item("Blast kills scores outside Kabul airport", item="i0", outlet="nyt")
    placed = place(first, "kabul", Past())
    assert placed is not None
    past = Past([as_past(first, placed)])
    second = read("Deadly explosion at Kabul airport\n")
    own, other = (candidates(second, past, at=NOW, outlet=outlet)[0] for outlet in ("nyt", "cnn"))
    assert (own.features["same_outlet"], other.features["same_outlet"]) == (1.0, 0.0)
    assert shipped()["repeats"]["same_outlet"] < 0
    assert own.score < other.score
