"""The linter of events: `storywatch.matching.language.lint`."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config import load_events
from config.shipped import starter_files
from storywatch.matching.language.lint import lint
from storywatch.model import Event, Name, Seed

DATA = Path(os.environ.get("STORYWATCH_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
DAM = Event(
    id="dam",
    title="Breach of the Kakhovka dam",
    all_of=(("Kakhovka", "Kherson"), ("dam", "flood*")),
    places=(Name(spellings=("Kakhovka", "Nova Kakhovka")),),
)
SEED = Seed(text="Flood at Nova Kakhovka", published=date(2023, 6, 6))
REPORT = Seed(text="A dam of Kherson breaks", published=date(2023, 6, 7))


def doubts(*events: Event, **known: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(doubt.path, doubt.message) for doubt in lint(events, **known)]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"aliases": ("—",)}, ("aliases", 0), "no letter or digit"),
        ({"aliases": ("the attacks",)}, ("aliases", 0), "everyday words"),
        ({"aliases": ("喀布尔机场",)}, ("aliases", 0), "/喀布尔机场/"),
        ({"people": (Name(spellings=("Ann", "安娜")),)}, ("people", 0), "/安娜/"),
        ({"all_of": (("Kherson", "title: ヘルソン*"), ("dam",))}, ("all", 0, 1), "/ヘルソン/"),
        ({"query": "dam เขื่อน"}, ("query",), "found only between spaces"),
        ({"query": "dam x*"}, ("query",), "begins with x"),
        ({"people": (Name(spellings=("Ann", "…")),)}, ("people", 0), "no letter or digit"),
        ({"people": (Name(spellings=("Noah", "kherson")), Name(spellings=("Kherson",)))}, ("people", 1), "Noah too"),
        ({"none_of": ("flood*",)}, ("all", 1, 1), "`none` forbids flood*"),
        ({"none_of": ("Kakhovka", "kherson")}, ("all", 0), "no member of this group"),
        ({"none_of": ("flo* OR dam",)}, ("all", 1), "no member of this group"),
        ({"all_of": (("Kherson",),), "query": "dam -(flood OR dam)"}, ("query",), "NOT in `query` forbids"),
        ({"all_of": (("Kherson", "title:a NEAR content:b"),)}, ("all", 0, 1), "different fields"),
        ({"outlets": ("nyt",), "all_of": (("dam",), ("outlet: cnn", "Kherson"))}, ("all", 1, 0), "event's `outlets`"),
        ({"outlets": ("nyt",), "query": "dam outlet:cnn"}, ("query",), "event's `outlets`"),
        ({"languages": ("en",), "query": "dam lang:(fa OR ps)"}, ("query",), "event's `languages`"),
        ({"query": "dam outlet:(nyt OR nty)"}, ("query",), "no outlet has the id 'nty'"),
        ({"query": "dam -outlet:nty"}, ("query",), "no outlet has the id 'nty'"),
        ({"until": date(2023, 1, 1), "seeds": (SEED, REPORT)}, ("until",), "before every seed"),
        ({"since": date(2024, 1, 1), "seeds": (SEED, REPORT)}, ("since",), "after every seed"),
        ({"all_of": (("says", "police"), ("killed",))}, ("all",), "only for everyday words"),
        (
            {"all_of": (("says", "Kherson"), ("killed", "dam"))},
            ("all",),
            "everyday words alone satisfy it (says; killed)",
        ),
        ({"all_of": (), "query": "police OR says"}, ("query",), "only for everyday words"),
        ({"all_of": (("Kherson",), ("da*", "flood"))}, ("all", 1, 0), "every word that begins with da"),
        ({"all_of": (("Kherson",), ("dam", "Dam", "flood"))}, ("all", 1, 1), "twice: 'dam'"),
        ({"none_of": ("x-y", "x y")}, ("none", 1), "twice"),
        ({"all_of": (("Kakhovka*",),)}, ("all", 0, 0), "Kakhovka without * stands for all"),
        ({"query": "Kherson and dam"}, ("query",), "column 9: 'and' is a word here"),
        ({"query": "Kherson +dam"}, ("query",), "column 9: the + is nothing here"),
        ({"query": "Kherson dam !cricket"}, ("query",), "to exclude it, write -cricket"),
        ({"query": "Kherson~2 dam"}, ("query",), "write Kherson* for any ending"),
        ({"all_of": (("Kherson",), ("+dam",))}, ("all", 1, 0), "the + is nothing here"),
        ({"all_of": (("Kherson", "!dam"),)}, ("all", 0, 1), "write dam under none"),
        ({"all_of": (("Kherson~0.8", "dam"),)}, ("all", 0, 0), "the ~0.8 is not read here"),
        ({"all_of": (("Kherson", '"Nova dam'),)}, ("all", 0, 1), "never closed"),
        ({"all_of": (("Kherson since:2023",), ("dam",))}, ("all", 0, 0), "write since: or until:"),
        (
            {"query": "Nova Kakhovka dam", "places": (Name(spellings=("Nova Kakhovka",)),)},
            ("query",),
            'in quotes, "Nova Kakhovka"',
        ),
        ({"seeds": (Seed(text="Kherson weeps"), Seed(text="Kakhovka too"))}, ("all", 1), "no seed has a hit for dam"),
        ({"seeds": (Seed(text="Kherson weeps"), Seed(text="Flood"))}, ("all",), "seed 1 lacks dam | flood*; seed 2"),
        ({"seeds": (SEED,), "query": "dam"}, ("query",), "no seed has a hit for dam"),
        ({"seeds": (SEED,), "none_of": ("nova",)}, ("seeds", 0), "this seed says 'Nova', which `none` forbids"),
        ({"all_of": (("Kherson", "NEAR/x dam"),)}, ("all", 0, 1), "NEAR/ is a word here"),
        ({"all_of": (("Kherson", "flood -film"),)}, ("all", 0, 1), "asks for film; to exclude it, write it under none"),
        ({"all_of": (("Kherson", "tittle:dam"),)}, ("all", 0, 1), "did you mean title: ?"),
        ({"all_of": ()}, (), "the title is all there is"),
        ({"all_of": (), "title": "!!!"}, (), "nothing can match"),
        ({"all_of": (), "title": "the"}, (), "nothing can match"),
        ({"all_of": (), "seeds": (SEED,)}, (), "the title is all there is"),
    ],
)
def test_a_doubt_is_told_at_its_place(changes: dict[str, Any], path: tuple[str | int, ...], words: str) -> None:
    """And nothing else is."""
    ((found, message),) = doubts(replace(DAM, **changes), outlets={"nyt", "cnn"})
    assert found == path
    assert words in message


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"none_of": ("dam film", "flooding of")},
        {"none_of": ("title: dam",)},
        {"none_of": ("Nova Kakhovka",)},
        {"query": '"Nova Kakhovka" AND dam -outlet:nyt', "outlets": ("nyt", "cnn")},
        {"all_of": (("killed", "says"), ("Kherson",))},
        {"all_of": (("title: a NEAR b", "title:a NEAR title:b"), ("Kherson",))},
        {"all_of": (("US", "us"), ("Kherson",))},
        {"seeds": (SEED, Seed(text="Somewhere else"))},
        {"all_of": (("title: flood",), ("Kakhovka",)), "seeds": (SEED,)},
        {"all_of": (), "seeds": (SEED, REPORT)},
        {"all_of": (), "query": "Kherson dam"},
        {"aliases": ("Kakhovka dam",)},
        {"all_of": (("Kherson", "Disney+", "Yahoo!", "C++ ~ dam", "the “Nova” dam", "12 o’clock"),)},
        {"all_of": (("Kherson", "COVID:19", "al-Shabaab", "flood - dam", "dam NEAR/5 wall", "title: dam"),)},
    ],
)
def test_a_sound_event_raises_no_doubt(changes: dict[str, Any]) -> None:
    """The negative controls."""
    assert doubts(replace(DAM, **changes), outlets={"nyt", "cnn"}) == []


OTHER = Event(id="other", title="Another dam breaks", all_of=(("Kherson dam*",),), aliases=("Dam news",))


def on_aliases(event: Event, other: Event) -> list[str]:
    doubts_of_it = [doubt for doubt in lint([event, other]) if doubt.event == event.id]
    return [doubt.message for doubt in doubts_of_it if doubt.path == ("aliases", 0)]


@pytest.mark.parametrize(
    ("alias", "place"),
    [
        ("another dam", "the title 'Another dam breaks' of event other"),
        ("Dam-News", "the alias 'Dam news' of event other"),
        ("Kherson", "the facet 'Kherson dam*' of event other"),
        ("dam", "the title 'Another dam breaks' of event other, and 2 more"),
    ],
)
def test_an_alias_that_another_event_says_too_is_told(alias: str, place: str) -> None:
    """Once, where the alias stands."""
    (found,) = on_aliases(replace(DAM, aliases=(alias,)), OTHER)
    assert place in found


@pytest.mark.parametrize("alias", ["Kakhovka breach", "dam news of the day", "DA"])
def test_an_alias_of_its_own_is_not(alias: str) -> None:
    """The negative control; an acronym isn't a word in small letters."""
    other = replace(OTHER, title="Da capo")
    assert on_aliases(replace(DAM, aliases=(alias,)), other) == []


def test_the_sample_raises_no_doubt(tmp_path: Path) -> None:
    (tmp_path / "events.yaml").write_text(starter_files()["events.yaml"], "utf-8")
    assert doubts(*load_events(tmp_path / "events.yaml")) == []


def test_the_developers_events_raise_no_false_doubt() -> None:
    """Their two doubts are right: the same word with and without its accent."""
    path = DATA / "matching" / "events.yaml"
    if not path.exists():
        pytest.skip(f"{path} absent: set STORYWATCH_TEST_DATA to its folder")
    found = doubts(*load_events(path))
    assert [path for path, _ in found] == [("all", 0, 1), ("all", 0, 2)]
    assert all("twice" in message for _, message in found)
