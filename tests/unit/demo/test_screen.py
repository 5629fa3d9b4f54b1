"""The terminal: what it says, and that it fits."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from storywatch.cli.demo.screen import WIDEST, Screen, why
from storywatch.cli.demo.stage import Stage
from storywatch.cli.demo.summary import Summary
from tests.unit.demo.samples import STORY, call_of

GOOD = Summary(
    seconds=41.2,
    polls=150,
    unchanged=120,
    not_modified=100,
    items=28,
    matched=14,
    revisions=1,
    updates=11,
    alerts=25,
    mails=14,
    calls=11,
    duplicates=0,
    problems=(),
    complaints=("poll: a hiccup",),
)


def _shown(tell: Callable[[Screen], None], width: int = 80, *, terminal: bool = False) -> str:
    file = StringIO()
    tell(Screen(Console(file=file, width=width, force_terminal=terminal, highlight=False, legacy_windows=False)))
    return file.getvalue()


def _everything(screen: Screen) -> None:
    screen.title("The event", [press.name for press in STORY.outlets])
    for scene in STORY.scenes:
        screen.day(scene.at)
    screen.opening(items=7)
    screen.update(call_of(STORY.firsts[0]))
    screen.confirmation(STORY.telling[1], "Khaama Press")
    screen.edit(STORY.article(STORY.edits[0].of), STORY.edits[0], "WAMU")
    screen.look_alike(STORY.article("drone-strike-zawahiri"), "Al Jazeera")
    screen.summary(GOOD, Stage(folder=Path("demo-output")))


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_fits(width: int) -> None:
    """In a terminal of 80 columns, and never wider than reads well."""
    assert max(map(len, _shown(_everything, width).splitlines())) <= min(width, WIDEST)


def test_without_a_terminal_it_is_plain_text() -> None:
    """No escape sequence reaches a log; a terminal gets colours."""
    assert "\x1b" not in _shown(_everything)
    assert "\x1b" in _shown(_everything, terminal=True)


def test_it_prints_once_and_never_moves() -> None:
    """No cursor is moved, no line erased: colours are the only sequences."""
    shown = _shown(_everything, terminal=True)
    assert all(part.split("m")[0].replace(";", "").isdigit() for part in shown.split("\x1b[")[1:])


def test_an_update_says_what_where_when_why_and_to_whom() -> None:
    """All that the issue asks of the terminal."""
    article = STORY.firsts[2]
    shown = " ".join(_shown(lambda screen: screen.update(call_of(article))).split())
    for part in (
        "3 Three days before",
        "Washington Post, 26 Aug 2021 22:36 UTC",
        "Nobody announced",
        "why Kabul",
        "mail",
    ):
        assert part in shown


def test_what_is_new_comes_first() -> None:
    """As in the mail: the report's sentence and its figures, then the headline; the summary is left out."""
    news = {
        "lead": ["The toll rose overnight."],
        "figures": [{"kind": "killed", "text": "170 killed, before 100 (CNN, 27 August 2021)"}],
    }
    shown = " ".join(_shown(lambda screen: screen.update(call_of(STORY.firsts[2], news=news))).split())
    places = [
        shown.index(part)
        for part in ("The toll rose", "170 killed, before 100", "Washington Post", "Three days before")
    ]
    assert places == sorted(places)
    assert "Nobody announced" not in shown


def test_markup_in_a_headline_is_shown_as_it_is() -> None:
    """Square brackets are words, not styles."""
    call = call_of(STORY.firsts[0], headline="[red]Alert[/red] [/]")
    assert "[red]Alert[/red] [/]" in _shown(lambda screen: screen.update(call))


def test_a_day_is_announced_once_and_a_long_silence_is_counted() -> None:
    """Two scenes of one day stand under one date."""
    shown = _shown(_everything)
    assert shown.count("26 August 2021 ─") == 1
    assert "8 February 2022  after 143 days of silence" in shown


def test_the_reasons_that_say_most_come_first() -> None:
    """A word within a longer one is left out, a spelling says what it stands for, a pattern shows what it found."""
    matched = [
        {"asked": "Kabul", "found": "Kabul", "field": "title"},
        {"asked": "Kabul airport", "found": "Kabul airport", "field": "title"},
        {"asked": "ISIS-K", "found": "Islamic State Khorasan", "field": "summary"},
        {"asked": "attack*", "found": "attackers", "field": "title"},
    ]
    assert why(matched) == "ISIS-K (as “Islamic State Khorasan”), Kabul airport, attackers"


def test_a_summary_that_is_well_keeps_quiet_about_hiccups() -> None:
    """A complaint in the log is no problem by itself."""
    shown = _shown(lambda screen: screen.summary(GOOD, Stage(folder=Path("out"))))
    assert "11 updates in 41 seconds" in shown
    assert "14 mails, 11 webhook calls with a verified signature, 0 duplicates" in shown
    assert "storywatch updates --config out" in shown
    assert "hiccup" not in shown


def test_a_summary_of_trouble_says_what_and_what_the_daemon_said() -> None:
    """The reader needs both."""
    bad = Summary(**{**{name: getattr(GOOD, name) for name in GOOD.__slots__}, "problems": ("no mail came",)})
    shown = _shown(lambda screen: screen.summary(bad, Stage(folder=Path("out"))))
    assert "went wrong" in shown
    assert "no mail came" in shown
    assert "hiccup" in shown
    assert "exactly once" not in shown
