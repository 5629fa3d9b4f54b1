"""Tables of the command line: `storywatch.cli.output`."""

import json

import pytest

from storywatch.cli.output import LONGEST_CELL, print_rows

LONG = "A" * 2000
ROWS = [{"id": "i1", "title": LONG}, {"id": "i2", "title": "B" * LONGEST_CELL}]


def test_a_table_shows_the_beginning_of_a_title_that_is_very_long(capsys: pytest.CaptureFixture[str]) -> None:
    """One that just fits is shown whole."""
    print_rows(ROWS, ("id", "title"), empty="", as_json=False)
    shown = capsys.readouterr().out
    assert (shown.count("A"), shown.count("…"), shown.count("B")) == (LONGEST_CELL - 1, 1, LONGEST_CELL)


def test_json_has_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The limit is one of tables."""
    print_rows(ROWS, ("id", "title"), empty="", as_json=True)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS
