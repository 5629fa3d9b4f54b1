"""What is told late is told as its outlet stands by it: `storywatch.openings`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storywatch.model import (
    Change,
    ChangeKind,
    Figure,
    FigureChange,
    FigureKind,
    News,
    Report,
    ReportRole,
    Severity,
)
from storywatch.openings import Opening, as_corrected
from tests.support.samples import NOW, an_item


def figure(value: float, kind: FigureKind = FigureKind.KILLED) -> FigureChange:
    """Return a new figure."""
    return FigureChange(now=Figure(kind=kind, value=value, high=value))


HURT = figure(60, FigureKind.INJURED)
LEAD = "Officials said that 13 soldiers were killed and 60 people were injured."
FIRST = News(lead=(LEAD,), figures=(figure(13), HURT))
ITEM = an_item(summary=LEAD.replace("13", "11"))
REPORT = Report(update="u1", event="kabul", item="i1", outlet="nyt", role=ReportRole.FIRST, seen=NOW, news=FIRST)
NOTE = "Correction: an earlier version misstated the toll."


def after(kind: ChangeKind, news: News) -> News:
    """Return the report's news after one change of it."""
    change = Change(
        id="c1",
        event="kabul",
        update="u1",
        item="i1",
        outlet="nyt",
        revision=2,
        kind=kind,
        seen=NOW + timedelta(hours=1),
        news=news,
    )
    return as_corrected(Opening(item=ITEM, report=REPORT, match=None, changes=(change,)))


def test_a_report_that_nothing_happened_to_is_told_as_it_was() -> None:
    assert as_corrected(Opening(item=ITEM, report=REPORT, match=None)) == FIRST


def test_a_corrected_figure_gives_way_and_the_others_stay() -> None:
    """The correction leads: the sentence before it gave the wrong figure."""
    told = after(ChangeKind.CORRECTION, News(lead=(NOTE,), figures=(figure(11),), severity=Severity.HIGH))
    assert (told.lead, told.figures, told.severity) == ((NOTE,), (figure(11), HURT), Severity.HIGH)


def test_a_figure_that_the_report_gives_no_more_is_not_told() -> None:
    """Also if the note does not say which."""
    assert after(ChangeKind.CORRECTION, News(lead=(NOTE,))).figures == (HURT,)


def test_of_a_retracted_report_its_retraction_is_told_alone() -> None:
    taken_back = News(lead=("This article has been retracted.",), severity=Severity.HIGH)
    assert after(ChangeKind.RETRACTION, taken_back) == taken_back


@pytest.mark.parametrize("kind", [ChangeKind.EDIT, ChangeKind.VANISHED, ChangeKind.RESTORED])
def test_what_corrects_nothing_changes_nothing(kind: ChangeKind) -> None:
    """An edit of a figure does, the control."""
    assert after(kind, News(severity=Severity.LOW)) == FIRST
    assert after(kind, replace(FIRST, figures=(figure(11),))).figures == (figure(11), HURT)
