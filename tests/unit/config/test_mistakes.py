"""Each mistake that an operator may make is told with file, line, key, what was expected and what to do."""

import pytest

from tests.unit.config import mistakes
from tests.unit.config.conftest import SETTINGS, Problems
from tests.unit.config.mistakes import Mistake

SECRET = "whsec_" + "QUJD" * 10
ENVIRON = {"HOOK": SECRET}
TABLES = (mistakes.SECTIONS, mistakes.SETTINGS, mistakes.OUTLETS, mistakes.EVENTS, mistakes.SUBSCRIBERS)
ALL = {f"{number}: {name}": case for number, table in enumerate(TABLES) for name, case in table.items()}


def _files(mistake: Mistake) -> dict[str, str]:
    others = {} if mistake.text.startswith("settings") else {"settings.yaml": SETTINGS}
    return {"watch.yaml": mistake.text, "hook": SECRET, **others}


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_a_mistake_is_the_only_problem_and_stands_at_its_line(mistake: Mistake, problems: Problems) -> None:
    """One mistake gives one problem: in its file, on its line, under its key, with what to do."""
    (problem,) = problems(_files(mistake), ENVIRON)
    line = next(number for number, text in enumerate(mistake.text.split("\n"), start=1) if "HERE" in text)
    assert (problem.file.rpartition("/")[2], problem.line, problem.key) == ("watch.yaml", line, mistake.key)
    assert [word for word in mistake.words if word not in problem.message] == []


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_no_message_shows_a_secret_or_speaks_pydantic(mistake: Mistake, problems: Problems) -> None:
    """Neither a secret nor a library's own words reach the operator."""
    said = "\n".join(map(str, problems(_files(mistake), ENVIRON)))
    jargon = ("hunter2", SECRET, "pydantic", "Input should", "Value error", "another value", "string_type")
    assert [word for word in jargon if word in said] == []


def test_the_table_holds_enough_mistakes() -> None:
    """The table is as long as we say that it is."""
    assert len(ALL) >= 100


def test_all_mistakes_of_all_files_are_told_at_once(problems: Problems) -> None:
    """Nearly every mistake of the tables in one folder, one a file: none hides another's.

    Left out: the settings, which stand once; and what an unknown outlet makes doubtful.
    """
    texts = [case.text for name, case in ALL.items() if not name.startswith("1:") and "unknown outlet" not in name]
    files = {f"{number:03}.yaml": text for number, text in enumerate(texts)}
    found = problems({**files, "settings.yaml": SETTINGS, "hook": SECRET}, ENVIRON)
    told = {(problem.file.rpartition("/")[2], problem.line) for problem in found}
    expected = {(name, text[: text.index("HERE")].count("\n") + 1) for name, text in files.items()}
    assert len(texts) > 70
    assert expected - told == set()


def test_a_file_that_is_not_yaml_does_not_hide_the_others(problems: Problems) -> None:
    """A syntax error in one file, a misspelt key in another, no settings that could be read: two problems."""
    found = problems({"a.yaml": "settings: [", "b.yaml": "events:\n- id: a\n  titel: b\n  title: c\n"})
    assert [(one.file.rpartition("/")[2], one.key) for one in found] == [
        ("a.yaml", "(whole file)"),
        ("b.yaml", "events[0].titel"),
    ]


def test_an_unreadable_file_raises_no_false_alarm_about_references(problems: Problems) -> None:
    """The event that a subscription wants may stand in the file that can't be read."""
    wants = "subscribers:\n- id: a\n  name: A\n  subscriptions:\n  - {channel: file, events: [flood]}\n"
    found = problems({"a.yaml": SETTINGS, "events.yaml": 'events: [{id: "flood}', "subscribers.yaml": wants})
    assert [one.file.rpartition("/")[2] for one in found] == ["events.yaml"]


def test_an_unknown_catalogue_name_does_not_hide_unknown_events(problems: Problems) -> None:
    """Only what may hang on the unknown outlet is left out."""
    wants = "subscribers:\n- id: a\n  name: A\n  subscriptions:\n  - {channel: file, events: [flood]}\n"
    event = "events:\n- id: flod\n  title: Flood\n  outlets: [daily]\n"
    found = problems({"a.yaml": SETTINGS + "outlets:\n- catalogue: daily\n" + event + wants})
    assert [one.key for one in found] == ["outlets[0].catalogue", "subscribers[0].subscriptions[0].events[0]"]


def test_several_mistakes_in_one_entry_are_all_told(problems: Problems) -> None:
    """A clash between keys shows although another key is unknown and a third is missing."""
    text = "events:\n- id: a\n  since: 2022-01-01\n  until: 2021-01-01\n  wat: 1\n"
    assert {one.key for one in problems({"a.yaml": SETTINGS + text})} == {
        "events[0].since",
        "events[0].title",
        "events[0].wat",
    }
