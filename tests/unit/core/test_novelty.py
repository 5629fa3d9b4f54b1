"""How well repeats are told from news: the labelled streams, and what must hold whatever the weights are."""

import os
import subprocess
import sys
from datetime import timedelta
from statistics import fmean

import pytest

from bench.novelty import (
    FITTED_ON,
    HELD_OUT,
    HELD_OUT_DENSE,
    everything_new,
    grouped,
    headlines_only,
    ours,
    scored,
    stream_of,
    summaries_only,
    tf_idf,
    title_overlap,
)
from storywatch.updates import Past, as_past, place
from storywatch.updates.past import MOST_CANDIDATES, MOST_COMPARED
from tests.support.samples import NOW, an_item


@pytest.mark.parametrize("name", HELD_OUT)
def test_first_reports_of_facts_are_found_where_nothing_was_fitted(name: str) -> None:
    """By the scorer's formula; every baseline is far below."""
    stream = stream_of(name)
    found = scored(stream, ours(stream))
    assert found.f1 >= 0.72
    assert all(scored(stream, other(stream)).f1 < found.f1 - 0.2 for other in (everything_new, title_overlap, tf_idf))


@pytest.mark.parametrize("name", HELD_OUT_DENSE)
def test_where_many_facts_break_at_once_most_are_told(name: str) -> None:
    """Ten facts within three days: the limit of telling by time."""
    stream = stream_of(name)
    found = scored(stream, ours(stream))
    assert found.told >= 0.6
    assert all(scored(stream, other(stream)).f1 < found.f1 - 0.2 for other in (everything_new, title_overlap, tf_idf))


def test_what_the_weights_were_fitted_on_is_told_apart() -> None:
    """On the mean of all of them."""
    found = [scored(stream, ours(stream)) for stream in map(stream_of, FITTED_ON)]
    assert fmean(one.f1 for one in found) >= 0.8
    assert fmean(one.told for one in found) >= 0.83


@pytest.mark.parametrize("name", ["ferry", "kabul", "bank", "quake"])
def test_little_is_lost_of_headlines_or_summaries_alone(name: str) -> None:
    """With every item taken as matched. Repeats cost less than news that nobody is told."""
    for stream in (headlines_only(stream_of(name)), summaries_only(stream_of(name))):
        found, control = scored(stream, grouped(stream)), scored(stream, everything_new(stream))
        assert found.told >= 0.75
        assert found.f1 >= control.f1 + 0.15


def test_a_late_repeat_is_no_news_and_a_new_figure_in_old_words_is() -> None:
    """After a year as after an hour."""
    past = Past()
    text = "A suicide bomber and gunmen attacked crowds at Abbey Gate of Kabul airport, killing {} people."
    verdicts = []
    for number, (killed, days) in enumerate([(60, 0), (60, 400), (170, 401), (170, 900)]):
        item = an_item(
            f"Kabul airport attack kills {killed}", item=f"i{number}", outlet=f"o{number}", summary=text.format(killed),
            seen=NOW + timedelta(days=days), published=NOW + timedelta(days=days),
        )  # fmt: skip
        placed = place(item, "kabul", past)
        assert placed is not None
        past.add(as_past(item, placed))
        verdicts.append(placed.sequence)
    assert verdicts == [1, 1, 2, 2]


def test_placing_costs_the_same_whatever_the_past() -> None:
    """An item meets a bounded number of updates and of reports in each."""
    past = Past()
    for number in range(400):
        title = f"word{number} thing{number} person{number} place{number} attack airport"
        item = an_item(title, item=f"i{number}", outlet=f"o{number}")
        placed = place(item, "kabul", past)
        assert placed is not None
        past.add(as_past(item, placed))
    telling = past[0].telling
    assert len(past.candidates(telling)) <= MOST_CANDIDATES
    crowd = Past([*past, *(past[0] for _ in range(100))])
    assert len(crowd.updates[past[0].update].compared()) == MOST_COMPARED


def test_updates_do_not_hang_on_how_a_process_hashes() -> None:
    """A daemon that starts again groups as the one before it."""
    asking = "from bench.novelty import *; s = headlines_only(stream_of('dam')); print(sorted(ours(s).items()))"
    told = {
        subprocess.run(
            [sys.executable, "-c", asking],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(told) == 1
