"""The words for alarms: `storywatch.remedies`."""

import re
import shlex
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.cli.app import COMMANDS
from storywatch.model import Alarm, AlarmKind, Outlet, Source
from storywatch.remedies import WORDS, Remedy, remedy_for, shown_address, without_secrets
from tests.support.samples import CNN, NOW, a_source

SOURCE = a_source("cnn-world", "cnn", url="https://rss.cnn.example/world.rss?edition=1&page=2")


def words(kind: AlarmKind, *, source: Source = SOURCE, outlet: Outlet = CNN, hours: int | None = None) -> Remedy:
    """Word an alarm of a kind, ended after so many hours if given."""
    alarm = Alarm(id="a", source=source.id, kind=kind, message="m", raised=NOW)
    ended = None if hours is None else NOW + timedelta(hours=hours)
    return remedy_for(replace(alarm, ended=ended), source, outlet)


def test_every_kind_has_words() -> None:
    assert set(WORDS) == set(AlarmKind)


@pytest.mark.parametrize("kind", AlarmKind)
def test_the_words_are_sentences_that_a_person_can_act_on(kind: AlarmKind) -> None:
    """What is wrong, what is done, and at least two things to do, one of which is a command or a key of the config."""
    remedy = words(kind)
    assert remedy.headline.startswith("cnn-world ")
    assert not remedy.headline.endswith(".")
    for text in (remedy.meaning, remedy.meanwhile):
        assert re.fullmatch(r"[A-Z][^\n]*\.", text)
    assert len(remedy.advice) >= 2
    for one in remedy.advice:
        assert re.fullmatch(r"[A-Z][^\n]*[.:]", one.text)
        assert one.text.endswith(":") is (one.command is not None)


@pytest.mark.parametrize("kind", AlarmKind)
def test_an_alarm_that_has_ended_asks_for_nothing(kind: AlarmKind) -> None:
    remedy = words(kind, hours=5)
    assert remedy.headline.startswith("cnn-world ")
    assert remedy.headline != words(kind).headline
    assert re.fullmatch(r"[A-Z][^\n]*\.", remedy.meaning)
    assert remedy.advice == ()


def test_each_kind_is_told_apart() -> None:
    """In its headline and in its meaning, begun and ended."""
    for hours in (None, 5):
        told = [words(kind, hours=hours) for kind in AlarmKind]
        assert len({one.headline for one in told}) == len({one.meaning for one in told}) == len(AlarmKind)


@pytest.mark.parametrize("kind", AlarmKind)
def test_the_commands_are_ours_and_fit_the_source(kind: AlarmKind) -> None:
    """Each is one command with one argument: the source, its address, or the outlet's site."""
    for one in words(kind).advice:
        if one.command is not None:
            program, command, argument = shlex.split(one.command)
            assert (program, command in COMMANDS) == ("storywatch", True)
            assert argument in {SOURCE.id, SOURCE.url, "https://edition.cnn.com/"}


def test_an_outlet_without_hosts_is_looked_for_at_the_sources_host() -> None:
    source = replace(SOURCE, url="http://rss.cnn.example:8080/world.rss")
    commands = [one.command for one in words(AlarmKind.STALE, source=source, outlet=replace(CNN, hosts=())).advice]
    assert "storywatch discover http://rss.cnn.example:8080/" in commands


@pytest.mark.parametrize(
    "url", ["https://x.example/?a=$(reboot)&b=1;reboot", "https://x.example/'`id`'", "https://x/ y"]
)
def test_a_command_runs_nothing_else_when_it_is_pasted(url: str) -> None:
    """The address is one word of the shell, whatever it holds."""
    (command,) = [one.command for one in words(AlarmKind.MOVED, source=replace(SOURCE, url=url)).advice if one.command]
    assert shlex.split(command) == ["storywatch", "fetch", url]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/feed?format=rss&author=5", "https://x.example/feed?format=rss&author=5"),
        ("https://user:hunter2@x.example:81/feed", "https://x.example:81/feed"),
        ("https://x.example/?api_key=hunter2&n=5", "https://x.example/?api_key=HIDDEN&n=5"),
        ("https://x.example/?Access-Token=hunter2", "https://x.example/?Access-Token=HIDDEN"),
        ("https://x.example/?sig=hunter2&design=new", "https://x.example/?sig=HIDDEN&design=new"),
        ("https://x.example/?token=&auth", "https://x.example/?token=HIDDEN&auth"),
        ("https://[x", "an address that can't be read"),
    ],
)
def test_an_address_shows_no_secret(url: str, shown: str) -> None:
    """Parameters that only look like one stand as they are."""
    assert shown_address(url) == shown


def test_a_text_keeps_its_words_and_loses_the_secrets_of_its_addresses() -> None:
    told = "moved to https://u:p@x.example/a?key=1, then http://y.example/?b=2; see (HTTPS://z.example?auth=3)"
    shown = "moved to https://x.example/a?key=HIDDEN then http://y.example/?b=2; see (https://z.example?auth=HIDDEN"
    assert without_secrets(told) == shown


@given(st.text())
def test_any_address_can_be_shown(url: str) -> None:
    """And has words."""
    shown_address(url)
    without_secrets("https://" + url)
    words(AlarmKind.STALE, source=replace(SOURCE, url=url), outlet=replace(CNN, hosts=()))
