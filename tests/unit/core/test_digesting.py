"""What a digest shows of what was gathered: `storywatch.digesting`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch.digesting import MOST_PARTS, as_it_stands, bundled, digest_id, shown
from storywatch.model import (
    AlertKind,
    Change,
    ChangeKind,
    Coverage,
    Figure,
    FigureChange,
    FigureKind,
    News,
    Owed,
    Severity,
)
from storywatch.ports import GatheredAlert
from tests.support.owed import an_owed
from tests.support.samples import CNN, NOW, an_item

UPDATE, FURTHER, REVISION = AlertKind.UPDATE, AlertKind.CORROBORATION, AlertKind.REVISION


def waiting(
    number: int, update: str, kind: AlertKind = UPDATE, severity: Severity = Severity.NORMAL, item: str = "i1"
) -> GatheredAlert:
    """Return a gathered alert; the number is also its minute."""
    return GatheredAlert(
        id=f"a{number}",
        event="kabul",
        update=update,
        item=item,
        kind=kind,
        severity=severity,
        created=NOW + timedelta(minutes=number),
        release=NOW,
    )


def told(alert: str, kind: AlertKind, outlets: tuple[str, ...], **changes: Any) -> Owed:
    """Return what is owed of one update."""
    return replace(an_owed(alert), kind=kind, coverage=Coverage(outlets=outlets, origins=outlets), **changes)


def correction(item: str, outlet: str = "nyt") -> Change:
    """Return the correction of an item."""
    return Change(
        id=f"c-{item}",
        event="kabul",
        update="u1",
        item=item,
        outlet=outlet,
        revision=2,
        kind=ChangeKind.CORRECTION,
        seen=NOW,
    )


@pytest.fixture
def deaths() -> FigureChange:
    return FigureChange(now=Figure(kind=FigureKind.KILLED, value=170, high=170, quote="170 were killed"))


def test_the_alerts_of_one_update_are_one_bundle() -> None:
    """In the order of their first alerts; each as urgent as its most urgent alert."""
    alerts = [
        waiting(1, "u1"),
        waiting(2, "u2"),
        waiting(3, "u1", FURTHER, Severity.LOW),
        waiting(4, "u1", REVISION, Severity.HIGH),
        waiting(5, "u1", FURTHER, Severity.LOW),
    ]
    first, second = bundled(alerts)
    assert ([one.id for one in first.alerts], first.severity) == (["a1", "a3", "a4", "a5"], Severity.HIGH)
    assert ([one.id for one in second.alerts], second.severity) == (["a2"], Severity.NORMAL)
    # Of many alerts few are read: the first telling, the changes that matter, the last of all.
    assert (first.telling, second.telling) == (("a1", "a4", "a5"), ("a2",))


def test_no_change_hides_a_graver_one() -> None:
    """Of each report the gravest change is told, and the last one."""
    [bundle] = bundled(
        [
            waiting(1, "u1", REVISION, Severity.LOW),
            waiting(2, "u1", REVISION, Severity.HIGH),
            waiting(3, "u1", REVISION, Severity.LOW, item="i2"),
            waiting(4, "u1", REVISION, Severity.LOW),
            waiting(5, "u1", REVISION, Severity.NORMAL),
            waiting(6, "u1", FURTHER, Severity.LOW, item="i3"),
        ]
    )
    assert bundle.telling == ("a2", "a3", "a5", "a6")
    changes = [told(alert, REVISION, ("nyt",), change=correction("i1")) for alert in ("a2", "a3", "a5")]
    assert [one.id for one in as_it_stands(changes)] == ["a2", "a3", "a5"]


def test_what_is_urgent_and_late_is_shown_and_the_order_stays() -> None:
    """The one urgent update of the first hour is, though a hundred came later."""
    alerts = [waiting(n, f"u{n}", severity=Severity.HIGH if n == 7 else Severity.NORMAL) for n in range(120)]
    kept = [bundle.alerts[0].id for bundle in shown(bundled(alerts))]
    assert len(kept) == MOST_PARTS
    assert kept == ["a7", *(f"a{n}" for n in range(71, 120))]


def test_an_update_is_shown_with_all_who_report_it_by_then() -> None:
    first = told("a1", UPDATE, ("nyt",))
    last = told("a2", FURTHER, ("nyt", "cnn"), item=an_item(item="i2", outlet="cnn"))
    assert as_it_stands([first, last]) == (replace(first, coverage=last.coverage),)


def test_an_update_that_was_corrected_since_is_shown_with_its_news_and_its_correction() -> None:
    """As two things; the first with the text as it reads now."""
    first, mended = told("a1", UPDATE, ("nyt",)), an_item("170 dead, not 100")
    change = told("a2", REVISION, ("nyt",), item=mended, change=correction("i1"))
    opening, changed = as_it_stands([first, change])
    assert (opening.id, opening.item, opening.change, opening.news) == ("a1", mended, None, first.report.news)
    assert changed == change


def test_a_correction_of_another_report_leaves_the_one_that_is_shown() -> None:
    """It is told of the outlet that corrects itself."""
    first, other = told("a1", UPDATE, ("nyt",)), an_item(item="i2", outlet="cnn")
    change = told("a2", REVISION, ("nyt", "cnn"), item=other, change=correction("i2", "cnn"), outlet=CNN)
    assert as_it_stands([first, change]) == (replace(first, coverage=change.coverage), change)


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_what_happened_to_a_known_update_is_shown_as_its_change(order: list[int]) -> None:
    """Of an update that was told long ago a correction says more than a further outlet."""
    change = told("a1", REVISION, ("nyt",), change=correction("i1"))
    further = told("a2", FURTHER, ("nyt", "cnn"))
    [stands] = as_it_stands([[change, further][place] for place in order])
    assert (stands.id, stands.kind, stands.change) == ("a1", REVISION, correction("i1"))
    assert stands.coverage == [change, further][order[-1]].coverage


def test_a_correction_does_not_hide_the_news_that_nobody_was_told(deaths: FigureChange) -> None:
    """What is told is both: the toll, and what was corrected beside it."""
    news = News(lead=("The toll has risen to 170.",), figures=(deaths,), severity=Severity.HIGH)
    first = told("a1", UPDATE, ("nyt",))
    first = replace(first, report=replace(first.report, news=news))
    note = News(lead=("Correction: it was Thursday.",), names=("Thursday",), severity=Severity.LOW)
    change = replace(correction("i1"), news=note)
    parts = as_it_stands([first, told("a2", REVISION, ("nyt",), change=change)])
    assert [part.news for part in parts] == [news, note]


def test_a_digests_id_is_that_of_its_alerts() -> None:
    """In whatever order they were read; short enough for a header, and no alert's id."""
    assert digest_id(["a1", "a2"]) == digest_id(["a2", "a1"])
    ids = {digest_id(some) for some in (["a1"], ["a2"], ["a1", "a2"], ["a1a2"])}
    assert len(ids) == 4
    assert all(one.isalnum() and one.isascii() and len(one) <= 32 and one[0] == "d" for one in ids)
