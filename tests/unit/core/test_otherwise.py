"""What makes an item news however alike it is to an update: `storywatch.updates.otherwise`."""

from datetime import timedelta

import pytest

from storywatch.updates import Past, as_past, place
from storywatch.updates.agreeing import sums
from storywatch.updates.figures import figures_of
from tests.support.samples import NOW, an_item


def opened(*told: tuple[str, str], apart: timedelta = timedelta()) -> list[bool]:
    """Place reports of one event, a headline and a summary each, and tell which opened an update."""
    past, news = Past(about="Fighting in Sudan's capital Khartoum"), []
    for number, (title, summary) in enumerate(told):
        seen = NOW + number * apart
        item = an_item(title, item=f"i{number}", outlet=f"o{number}", summary=summary, seen=seen)
        placed = place(item, "sudan", past)
        assert placed is not None
        news.append(placed.update is not None)
        past.add(as_past(item, placed))
    return news


def test_what_one_country_does_after_another_is_news() -> None:
    """In a headline alone, in nearly the same words; the same country by another name does nothing anew."""
    headlines = [
        "US evacuates diplomats from Sudan",
        "France evacuates diplomats from Sudan",
        "Spain evacuates 72 diplomats from Sudan",
        "UK evacuates diplomats from Sudan",
        "Saudi Arabia evacuates diplomats from Sudan",
        "China evacuates diplomats from Sudan",
    ]
    assert opened(*((headline, "") for headline in headlines)) == [True] * 6
    again = ("Britain evacuates diplomats from Sudan", "American staff evacuated from Sudan")
    assert opened(*((headline, "") for headline in (*headlines, *again)))[6:] == [False, False], "control"


@pytest.mark.parametrize(
    "headline",
    ["Drone strike destroys a car in Kabul", "Video analysis finds no explosives in car hit in Kabul"],
)
def test_another_deed_in_a_headline_alone_is_news(headline: str) -> None:
    """Though both tell of violence in one place, two days apart."""
    first = ("Bomber attacks the gate of Kabul airport", "")
    assert opened(first, (headline, ""), apart=timedelta(days=2)) == [True, True]


def test_two_figures_make_their_exact_sum_and_nothing_beside_it() -> None:
    """170 and 13 are 183 dead; 182 are another toll."""
    first = ("Blast in Khartoum", "The blast in Khartoum killed 170 civilians and 13 soldiers, the ministry said.")
    toll = ("Blast in Khartoum", "The blast in Khartoum killed {} people, the ministry said.")
    assert sums(figures_of(first[1])) == {(figures_of(first[1])[0].kind, 183.0)}
    assert opened(first, (toll[0], toll[1].format(183))) == [True, False]
    assert opened(first, (toll[0], toll[1].format(182))) == [True, True]


def test_a_part_of_a_known_toll_is_no_other_toll() -> None:
    """26 of them were found in one village; a higher number is another."""
    first = ("Flood kills 64 in Khartoum", "The flood in Khartoum killed 64 people, the ministry said on Monday.")
    part = ("Flood kills 64 in Khartoum", "Soldiers found 26 bodies in a village near Khartoum, the ministry said.")
    more = ("Flood kills 91 in Khartoum", "The flood in Khartoum killed 91 people, the ministry said on Monday.")
    assert opened(first, part, more) == [True, False, True]
