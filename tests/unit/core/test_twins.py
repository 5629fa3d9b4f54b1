"""Sources that would bring the same document: `storywatch.twins`."""

from storywatch.twins import twins
from tests.support.samples import a_source

URL = "https://nyt.example/feed.xml"


def test_the_first_of_several_is_polled_for_all() -> None:
    """Unless it is off, or they are read in another way."""
    off, first, second = a_source("off", url=URL, enabled=False), a_source("b", url=URL), a_source("a", url=URL)
    other = a_source("c", url=URL, drop_urls=("*/sport/*",))
    assert twins([off, first, second, other]) == {"a": "b"}


def test_one_that_waits_for_gaps_never_keeps_another_waiting() -> None:
    """Wherever it stands."""
    seldom, often = a_source("seldom", url=URL, gaps_only=True), a_source("often", url=URL)
    assert twins([seldom, often]) == twins([often, seldom]) == {"seldom": "often"}
