"""What can be wrong with a file or folder as a whole, and with YAML itself."""

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from config import load
from config.files import MAX_BYTES
from storywatch.errors import ConfigError
from tests.unit.config.conftest import SETTINGS, Load, Problems, Write

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

BROKEN = {
    "quote left open": ('events:\n- id: "a\n', 2, "not closed"),
    "bracket left open": ("events:\n- aliases: [a\n  id: b\n", 2, "not closed"),
    "second colon": ("events:\n- title: a: b\n", 2, "put text with ': ' in quotes"),
    "colon forgotten": ("settings:\n  contact\n  outbox: x\n", 3, "check the line above too|colon"),
    "tab": ("events:\n\t- id: a\n", 2, "indent with spaces"),
    "at sign": ("a: @desk\n", 1, "must stand in quotes"),
    "star": ("a: *hunter2\n", 1, "text that begins with \\* or &"),
    "lone ampersand": ("a: & b\n", 1, "text that begins with \\* or &"),
    "exclamation mark": ("a: !hunter2\n", 1, "text that begins with !"),
    "python object": ("a: !!python/object/apply:os.system [id]\n", 1, "tag"),
    "set": ("a: !!set {b}\n", 1, "tag"),
    "wrong indentation": ("- a\nb: c\n", 2, "indentation"),
    "backslash": ('a: "\\q"\n', 1, "single quotes"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "one document a file"),
    "anchor twice": ("a: &x 1\nb: &x 2\n", 2, "&anchor stands twice"),
    "template left in": ("a: {{ contact }}\n", 1, "text with {} needs quotes"),
    "merge key": ("a: &a {b: 1}\nc:\n  <<: *a\n", 3, "write the keys out"),
    "version": ("%YAML 3.0\n---\na: 1\n", 1, "check quotes, colons and indentation"),
    "control character": ("a: 1\nb: \x01\n", 2, "control character"),
    "NUL": ("a: 1\nb: \0\n", 2, "NUL"),
    "Latin-1": (b"a: 1\nb: Mo\xefse\n", 2, "UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), 1, "UTF-8"),
    "list at the top": ("- a\n", 1, "expected the keys settings, outlets"),
    "text at the top": ("hello\n", 1, "expected the keys settings, outlets"),
    "alias bomb": (BOMB, 3, "aliases repeat more than 1000 values"),
    "alias in itself": ("a: &a [*a]\n", 1, "holds it"),
    "key in itself": ("a: &a {b: *a}\n", 1, "holds it"),
    "too deep in brackets": ("a: " + "[" * 40 + "]" * 40 + "\n", 1, "nested deeper than 32"),
    "far too deep": ("[" * 100_000, 1, "nested deeper than 32"),
    "too deep by aliases": (
        "a: &a " + "[" * 20 + "]" * 20 + "\nb: &b " + "[" * 20 + "*a" + "]" * 20 + "\n",
        2,
        "32 levels",
    ),
    "too many values": ("a: [" + "1," * 300_001 + "]\n", 1, "more than 300000 values"),
    "too large": ("#" * (MAX_BYTES + 1), 1, "larger than 5 MB"),
}


@pytest.mark.parametrize(("content", "line", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_its_line(problems: Problems, content: str | bytes, line: int, said: str) -> None:
    """A problem names the file, the line and the remedy, and none quotes anything of the file."""
    found = problems({"watch.yaml": content})
    about = [one.message for one in found if (Path(one.file).name, one.line) == ("watch.yaml", line)]
    assert any(re.search(said, message) for message in about), found
    assert "hunter2" not in "".join(one.message for one in found)


def test_a_key_that_stands_twice_is_told_with_both_lines(problems: Problems) -> None:
    """YAML parsers keep the last of two equal keys in silence; we don't."""
    text = SETTINGS + "  outbox: a\n  contact: b@c.org\nevents: []\nevents: []\n"
    assert [(one.line, one.key, "first on line" in one.message) for one in problems({"a.yaml": text})] == [
        (4, "settings.contact", True),
        (6, "events", True),
    ]


def test_a_few_aliases_are_welcome(loaded: Load) -> None:
    """The negative control of the bomb: an anchor that is used twice saves typing."""
    events = "events:\n- {id: a, title: A, tags: &t [x, y]}\n- {id: b, title: B, tags: *t}\n"
    config = loaded({"a.yaml": SETTINGS + events})
    assert config.events["b"].tags == ("x", "y")


def test_keys_that_yaml_takes_for_truth_values_stay_keys(problems: Problems) -> None:
    """`on:` and `no:` are unknown keys by their own names, not `True` and `False`."""
    found = problems({"a.yaml": SETTINGS + "on: 1\nno: 2\n"})
    assert [one.key for one in found] == ["on", "no"]


def test_an_explicit_text_tag_is_as_good_as_quotes(loaded: Load) -> None:
    """`!!str 39` is YAML's own way to say that 39 is text."""
    config = loaded({"a.yaml": SETTINGS + "events:\n- {id: a, title: A, all: [[!!str 39, '40']]}\n"})
    assert config.events["a"].all_of == (("39", "40"),)


def test_files_are_joined_in_name_order_and_hidden_ones_skipped(loaded: Load) -> None:
    """Lists go on from file to file; editors' leftovers and other files are left alone."""
    config = loaded(
        {
            "20.yaml": "events:\n- {id: b, title: B}\n",
            "10.yml": "events:\n- {id: a, title: A}\n",
            "30.YAML": "events:\nsettings:\n  contact: a@b.org\n",
            ".40.yaml": "nonsense: [",
            "notes.txt": "nonsense: [",
            "empty.yaml": "# nothing yet\n",
            "bom.yaml": b"\xef\xbb\xbfevents: []\n",
        }
    )
    assert list(config.events) == ["a", "b"]


def test_settings_in_two_files_are_told_with_both_places(problems: Problems) -> None:
    """Two files must not fight over one setting."""
    (problem,) = problems({"a.yaml": SETTINGS, "b.yaml": "\n" + SETTINGS})
    assert (Path(problem.file).name, problem.line, problem.key) == ("b.yaml", 2, "settings")
    assert "a.yaml:1" in problem.message


def test_one_file_can_be_the_whole_watch_config(write: Write) -> None:
    """A file is as good as a folder, and its neighbours don't count."""
    folder = write({"watch.conf": SETTINGS, "other.yaml": "nonsense: ["})
    assert load(folder / "watch.conf", {}).settings.contact == "desk@newsroom.org"


@pytest.mark.parametrize("name", ["missing", "missing.yaml", "watch/none"])
def test_what_is_not_there_is_told_with_the_way_to_a_starter(write: Write, name: str) -> None:
    """A wrong path is the first mistake of a first run."""
    with pytest.raises(ConfigError, match="storywatch init"):
        load(write({"a.yaml": SETTINGS}).parent / name, {})


def test_a_folder_without_yaml_is_told(problems: Problems) -> None:
    """An empty folder is no watch config."""
    (problem,) = problems({"notes.txt": ""})
    assert "at least one .yaml file" in problem.message


def test_no_settings_at_all_are_told(problems: Problems) -> None:
    """Who polls must say who he is."""
    (problem,) = problems({"a.yaml": "events: []\n"})
    assert "the key settings is missing" in problem.message


@pytest.mark.parametrize("kind", ["loop", "dangling", "folder", "pipe"])
def test_what_is_no_regular_file_is_told_and_never_waited_for(write: Write, kind: str) -> None:
    """A symlink loop, a link to nothing, a folder and a pipe, each named like a YAML file."""
    folder = write({"a.yaml": SETTINGS})
    odd = folder / "odd.yaml"
    makers: dict[str, Callable[[], None]] = {
        "loop": partial(odd.symlink_to, odd),
        "dangling": partial(odd.symlink_to, "nowhere"),
        "folder": odd.mkdir,
        "pipe": partial(os.mkfifo, odd),
    }
    makers[kind]()
    with pytest.raises(ConfigError) as caught:
        load(folder, {})
    (problem,) = caught.value.problems
    assert Path(problem.file).name == "odd.yaml"
    assert "can't be read" in problem.message or "regular file" in problem.message


def test_a_folder_that_is_a_symlink_loop_is_told(tmp_path: Path) -> None:
    """The folder itself may be the loop."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(ConfigError, match="can't be opened"):
        load(loop, {})


def test_a_file_name_can_not_forge_lines_of_the_report(write: Write) -> None:
    """A newline or a byte that is no text in a file name is shown escaped."""
    folder = write({"a\nb.yaml": "wat: 1\n" + SETTINGS})
    with pytest.raises(ConfigError) as caught:
        load(folder, {})
    assert "a\\nb.yaml:1: wat" in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_a_key_can_not_forge_lines_of_the_report(problems: Problems) -> None:
    """A key with an escape sequence or a lone surrogate is shown as a literal."""
    (problem,) = problems({"a.yaml": SETTINGS + '"\\e[2J\\nx\\ud800": 1\n'})
    assert str(problem).isprintable()


def test_a_key_twice_and_a_tag_hide_nothing_else(problems: Problems) -> None:
    """The file can be read, so the rest of it is checked too."""
    text = SETTINGS + "events:\n- id: a\n  id: b\n  title: !x A\n  titel: B\n"
    assert [one.key for one in problems({"a.yaml": text})] == ["events[0].id", "events[0].title", "events[0].titel"]
