"""Events alone, for `storywatch replay`: no settings, no outlets."""

import os
from pathlib import Path

import pytest

from config import load_events
from storywatch.errors import ConfigError
from tests.unit.config.conftest import SETTINGS, Write

DATA = Path(os.environ.get("STORYWATCH_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.parametrize(("name", "with_facets"), [("events.yaml", True), ("events-title-only.yaml", False)])
def test_the_developers_events_load(name: str, *, with_facets: bool) -> None:
    """The 21 stories of the developers' set, as a careful and as a hurried operator declares them."""
    path = DATA / "matching" / name
    if not path.exists():
        pytest.skip(f"{path} absent: set STORYWATCH_TEST_DATA to its folder")
    events = load_events(path)
    assert len(events) == 21
    assert all(bool(event.all_of) is with_facets and len(event.seeds) == 2 for event in events)


def test_events_of_a_whole_watch_config_load_too(write: Write) -> None:
    """Other sections are left alone, and references to outlets are not asked for."""
    text = SETTINGS + "events:\n- {id: a, title: A, outlets: [elsewhere]}\n"
    assert [event.id for event in load_events(write({"a.yaml": text}) / "a.yaml")] == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events:\n- {id: a, title: A}\n- {id: a, title: B}\n", "another event"),
        ("events:\n- {id: a, titel: A}\n", "did you mean 'title'?"),
        ("evnts: []\n", "did you mean 'events'?"),
        ("events: []\n", "at least one event"),
        ("", "at least one event"),
    ],
)
def test_mistakes_are_told(write: Write, text: str, said: str) -> None:
    """As in a watch config."""
    with pytest.raises(ConfigError) as caught:
        load_events(write({"a.yaml": text}) / "a.yaml")
    assert said in str(caught.value)
