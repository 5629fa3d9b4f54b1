"""Do two figures say the same? 169 and about 170 do, 100 and 170 don't; dozens say nothing against 60."""

from collections.abc import Iterable
from itertools import combinations

from storywatch.model import Figure, FigureKind

EXACT = 0.005
"""Share by which two plain figures may differ: 169 and 170, but not 12 and 13."""

ROUGH = 0.12
"""Share by which a lower bound or a round number may lie under what is known: over 400 are 412."""

BEYOND = 0.05
"""Share by which a figure may lie above a round lower bound: 412 are over 400."""

_FEW = 6
"""So many figures of one kind in one report are added up in pairs: 60 Afghans and 12 soldiers are 72 dead."""


Sum = tuple[FigureKind, float]


def agree(figure: Figure, known: Figure) -> bool:
    """Tell whether a figure says nothing that the other, of the same kind, does not say."""
    if _is_vague(figure):
        return known.high >= figure.value
    if figure.value <= known.high and known.value <= figure.high:
        return True
    if known.least and known.value % 100 == 0 and 0 <= figure.value - known.value <= BEYOND * known.value:
        return True
    if figure.kind is FigureKind.MONEY and figure.value == _to_one_digit(known.value):
        return True
    low, high = sorted((figure.value, known.value))
    if high - low <= max(EXACT * high, 1.0 if high >= 100 else 0.0):
        return True
    below = figure.value < known.value and (known.value - figure.value) <= ROUGH * known.value
    return below and (figure.least or _is_round(figure.value))


def known_among(figure: Figure, known: Iterable[Figure]) -> bool:
    """Tell whether one of the known figures of the same kind says the same."""
    return any(agree(figure, one) for one in known if one.kind is figure.kind)


def sums(figures: Iterable[Figure]) -> set[Sum]:
    """Return what pairs of a report's figures of one kind are together. A sum is exact: 170 and 13 are not 182."""
    by_kind: dict[FigureKind, list[Figure]] = {}
    for figure in figures:
        by_kind.setdefault(figure.kind, []).append(figure)
    return {
        (one.kind, one.value + other.value)
        for same in by_kind.values()
        if 1 < len(same) <= _FEW
        for one, other in combinations(same, 2)
        if one.of != other.of
    }


def is_sum(figure: Figure, known: Iterable[Sum]) -> bool:
    """Tell whether a figure is a known sum, or a lower bound right below one: more than 180 are 182."""
    above = (BEYOND if figure.least else 0.0) * figure.value
    return any(kind is figure.kind and 0 <= value - figure.value <= above for kind, value in known)


def _to_one_digit(value: float) -> float:
    return float(f"{value:.0e}")


def _is_vague(figure: Figure) -> bool:
    return figure.least and figure.value in {24.0, 40.0, 200.0, 2000.0, 20_000.0}


def _is_round(value: float) -> bool:
    return (value >= 100 and value % 10 == 0) or (value >= 1000 and value % 100 == 0)
