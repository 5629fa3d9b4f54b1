"""How well matching does on the developers' set, beside others in the same run.

Leave one event out is the measure; as shipped, the weights have seen every event. The numbers are the scorer's.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.tracking.baselines import any_keyword, centroid, every_group
from bench.tracking.devset import DevSet
from bench.tracking.fitting import DECLARATIONS, WEIGHTS, refitted
from bench.tracking.folds import devset_of, held_out
from bench.tracking.passing import passed
from bench.tracking.scoring import Alert, absent, alerts_of, scored
from storywatch.matching.matcher import Models
from storywatch.model import MatchMode

Said = Mapping[str, Any]
"""What the scorer says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A system: its name, whether it is given facets, and how it comes by its decisions."""

    name: str
    facets: bool
    decided: Callable[[], Sequence[Alert]]


def as_shipped(*, facets: bool, mode: MatchMode = MatchMode.ASSISTED) -> list[Alert]:
    """Return what is decided by the weights that ship."""
    devset = devset_of(facets=facets)
    stories = [replace(story, event=replace(story.event, match=mode)) for story in devset.stories]
    return alerts_of(passed(devset, stories, Models.shipped()))


def left_out(*, facets: bool) -> list[Alert]:
    """Return what is decided of each event by what was fitted on the others."""
    return [alert for _, _, pairs in held_out(facets=facets) for alert in alerts_of(pairs)]


def _by(system: Callable[[DevSet], Iterator[Alert]], *, facets: bool) -> Callable[[], Sequence[Alert]]:
    return lambda: list(system(devset_of(facets=facets)))


OTHERS = (
    Row(name="any keyword (OR)", facets=True, decided=_by(any_keyword, facets=True)),
    Row(name="Boolean: every group", facets=True, decided=_by(every_group, facets=True)),
    Row(name="TF-IDF centroid, title + aliases + seeds", facets=True, decided=_by(centroid, facets=True)),
    Row(name="TF-IDF centroid, title + seeds", facets=False, decided=_by(centroid, facets=False)),
)
SHIPPED = (
    Row(name="match: strict", facets=True, decided=lambda: as_shipped(facets=True, mode=MatchMode.STRICT)),
    Row(name="facets, as shipped: fitted on all 21", facets=True, decided=lambda: as_shipped(facets=True)),
    Row(name="title + seeds, as shipped: fitted on all 21", facets=False, decided=lambda: as_shipped(facets=False)),
)
LEFT_OUT = (
    Row(name="facets, leave one event out", facets=True, decided=lambda: left_out(facets=True)),
    Row(name="title + seeds, leave one event out", facets=False, decided=lambda: left_out(facets=False)),
)


def main(*, quick: bool) -> None:
    """Print the table, and how each event fares."""
    why = absent()
    if why:
        print(f"skipped: {why}")
        return
    print(f"{'':<45}{'P':>5}{'R':>6}{'F1':>6}  [95 %]      {'false/week':>10}{'cost':>6}{'R at .25':>10}{'oracle':>8}")
    said = [_measured(row) for row in (*OTHERS, *SHIPPED, *(() if quick else LEFT_OUT))]
    _print_events(*said[-2:], title="as shipped" if quick else "leave one event out")
    if not quick:
        again = "is what a fit on all events gives" if refitted() == WEIGHTS.read_text("utf-8") else "is NOT up to date"
        print(f"\n{WEIGHTS.name} {again}")


def _measured(row: Row) -> Said:
    began = time.monotonic()
    said = scored(row.decided(), DECLARATIONS[row.facets])
    print(f"{row.name:<45}{_numbers(said['macro'])}   {time.monotonic() - began:.0f} s", flush=True)
    return said


def _numbers(macro: Said) -> str:
    precision, recall, f1 = (_short(macro[name]["mean"]) for name in ("precision", "recall", "f1"))
    low, high = map(_short, macro["f1"]["interval"])
    cost, at_budget, oracle = (_short(macro[name]) for name in ("min_detection_cost", "recall_at_budget", "oracle_f1"))
    false = _short(macro["false_alerts_per_week"])
    return f"{precision:>5}{recall:>6}{f1:>6}  [{low}, {high}]{false:>9}{cost:>8}{at_budget:>9}{oracle:>9}"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def _print_events(with_facets: Said, without: Said, *, title: str) -> None:
    """Print both F1 of each event, the worst first."""
    f1 = {event["event"]: event["f1"] for event in without["events"]}
    print(f"\n{title:<26}{'positives':>10}{'F1':>7}{'P':>7}{'R':>7}{'false/week':>12}{'F1, title + seeds':>20}")
    for event in sorted(with_facets["events"], key=lambda each: min(each["f1"], f1[each["event"]])):
        rates = "".join(f"{_short(event[name]):>7}" for name in ("f1", "precision", "recall"))
        false, alone = _short(event["false_alerts_per_week"]), _short(f1[event["event"]])
        print(f"{event['event']:<26}{event['positives']:>10}{rates}{false:>12}{alone:>20}")
