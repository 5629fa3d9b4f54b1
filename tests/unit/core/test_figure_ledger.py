"""The ledger of figures: `storywatch.updates.ledger`."""

from datetime import timedelta

from storywatch.model import Figure, FigureKind, KnownFigure
from storywatch.updates.ledger import entries
from tests.support.samples import NOW


def given(value: float, outlet: str, hours: int) -> KnownFigure:
    figure = Figure(kind=FigureKind.KILLED, value=value, high=value)
    return KnownFigure(figure=figure, item=f"i-{outlet}", outlet=outlet, since=NOW + timedelta(hours=hours))


def test_a_retracted_report_is_nobodys_word() -> None:
    """What it gave stays in the ledger, and disputes nothing."""
    known = given(100, "nyt", 0), given(170, "cnn", 1)
    disputed = entries(known)
    assert [(one.now, one.disputed) for one in disputed] == [(("nyt",), True), (("cnn",), True)], "control"
    settled = entries(known, {"i-cnn"})
    assert [(one.figure.value, one.now, one.disputed) for one in settled] == [(100, ("nyt",), False), (170, (), False)]


def test_who_comes_round_disputes_no_more() -> None:
    """The last word of an outlet counts."""
    first, second = entries([given(100, "nyt", 0), given(170, "cnn", 1), given(170, "nyt", 2)])
    assert (first.now, first.disputed) == ((), False)
    assert (second.now, second.before and second.before.value, second.disputed) == (("nyt", "cnn"), 100, False)
