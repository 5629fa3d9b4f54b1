"""What the facets and the score say together: `storywatch.matching.deciding`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from storywatch.matching.deciding import ENOUGH_REPORTS, Decision, Ground, decide
from storywatch.matching.language import Facets, tree_of
from storywatch.model import Event, MatchMode


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """All that a decision depends on. `asked`: what is declared besides the title."""

    asked: str
    mode: MatchMode
    reports: int
    vetoed: bool
    satisfied: bool
    high: bool

    def decided(self) -> Decision:
        """Return what comes out."""
        groups = (("Kabul",), ("airport",)) if self.asked == "facets" else ()
        aliases = ("Abbey Gate bombing",) if self.asked == "alias" else ()
        event = Event(id="e", title="Attack in Kabul", all_of=groups, aliases=aliases, match=self.mode)
        facets = Facets(
            groups=2,
            met=frozenset({0, 1} if self.satisfied else {0}),
            satisfied=self.satisfied,
            lacks=() if self.satisfied else ("airport",),
            veto="says 'cricket'" if self.vetoed else None,
            found=(),
        )
        return decide(tree_of(event), facets, reports=self.reports, high=self.high)


SWITCH = (False, True)
CASES = [
    Case(asked=asked, mode=mode, reports=reports, vetoed=vetoed, satisfied=satisfied, high=high)
    for asked in ("facets", "alias", "nothing")
    for mode in MatchMode
    for reports in (0, 1, 2, 3, 1_000)
    for vetoed, satisfied, high in product(SWITCH, SWITCH, SWITCH)
]


def belongs(case: Case, *, asked: str, assisted: bool, enough: bool) -> bool:
    """Tell whether a case is one that a row of the table is about."""
    row = (case.asked, case.mode is MatchMode.ASSISTED, case.reports >= ENOUGH_REPORTS)
    return row == (asked, assisted, enough)


BY_FACETS = {(True, True): Ground.FACETS, (True, False): Ground.FACETS}
BY_TITLE = {(True, True): Ground.TITLE, (True, False): Ground.TITLE}
TOGETHER = {(True, True): Ground.FACETS, (True, False): Ground.HELD_BACK, (False, True): Ground.BEYOND_FACETS}
BY_SCORE = {(True, True): Ground.LIKENESS, (False, True): Ground.LIKENESS}
BY_ALIAS = {(True, True): Ground.FACETS, (True, False): Ground.HELD_BACK, (False, True): Ground.LIKENESS}
TABLE = {
    # asked, assisted, enough reports: the ground by satisfied and high; what is left out is lacking
    ("facets", False, False): BY_FACETS,
    ("facets", False, True): BY_FACETS,
    ("facets", True, False): BY_FACETS,
    ("facets", True, True): TOGETHER,
    ("alias", False, False): BY_FACETS,
    ("alias", False, True): BY_FACETS,
    ("alias", True, False): BY_FACETS,
    ("alias", True, True): BY_ALIAS,
    ("nothing", False, False): BY_TITLE,
    ("nothing", True, False): BY_TITLE,
    ("nothing", False, True): BY_SCORE,
    ("nothing", True, True): BY_SCORE,
}


def wanted(case: Case) -> Iterator[Decision]:
    """Yield what the rows of the table say of a case."""
    for (asked, assisted, enough), row in TABLE.items():
        if belongs(case, asked=asked, assisted=assisted, enough=enough):
            ground = row.get((case.satisfied, case.high), Ground.LACKING)
            accepted = ground not in {Ground.LACKING, Ground.HELD_BACK}
            yield Decision(accepted, ground, by_score=row in (TOGETHER, BY_ALIAS, BY_SCORE))


@pytest.mark.parametrize("case", [case for case in CASES if not case.vetoed], ids=str)
def test_the_table_of_the_page_holds(case: Case) -> None:
    """Each combination of what is asked, mode, reports, facets and score stands in one row of the table."""
    assert [case.decided()] == list(wanted(case))


def test_what_is_ruled_out_stays_out() -> None:
    """Whatever facets and score say, in both modes; without the veto most of the same cases come out otherwise."""
    grounds = {case.decided() for case in CASES if case.vetoed}
    assert grounds == {Decision(accepted=False, ground=Ground.RULED_OUT, by_score=False)}
    assert {case.decided().ground for case in CASES if not case.vetoed} == set(Ground) - {Ground.RULED_OUT}


def test_to_the_letter_means_whatever_the_score() -> None:
    """In strict mode a high and a low score come out alike; in assisted mode they don't."""
    by_mode = {
        mode: {
            (case.satisfied, case.decided().accepted)
            for case in CASES
            if case.asked == "facets" and case.mode is mode and not case.vetoed
        }
        for mode in MatchMode
    }
    assert by_mode[MatchMode.STRICT] == {(True, True), (False, False)}
    assert by_mode[MatchMode.ASSISTED] == set(product((True, False), repeat=2))
