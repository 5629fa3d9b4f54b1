"""What `backtest` prints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Any, TypeVar

from storywatch.backtesting import Compared, Judged, Outcome, Tried, a_week, lacking
from storywatch.cli.excerpts import hanging
from storywatch.cli.output import one_line, out, print_rows
from storywatch.explaining import score_in_words
from storywatch.matching.saying import ground_in_words, understood_in_words
from storywatch.model import Item, Match
from storywatch.replay import explained
from storywatch.suggesting import Suggestion
from storywatch.updates import headline

SHOWN = 5
"""Entries of a list that are printed without --all."""

INDENT = 14

KNOWN_FROM_THE_START = "How often words are said is known from the first item on; live polls learn it as items come."

OneT = TypeVar("OneT")


@dataclass(frozen=True, kw_only=True, slots=True)
class EventReport:
    """What a backtest found of one event. `understood`: its names and words, where nothing is declared but a title."""

    outcome: Outcome
    compared: Compared | None
    suggestions: Sequence[Suggestion]
    understood: tuple[tuple[str, ...], tuple[str, ...]] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a backtest found in `items` items from `since` to `until`. `dropped`: events that are declared no more."""

    since: datetime
    until: datetime
    items: int
    compares: bool
    events: Sequence[EventReport]
    dropped: Sequence[Outcome]

    def rate(self, outcome: Outcome) -> float:
        """Return how many alerts of an event fall on a week."""
        return a_week(len(outcome.alerts), self.since, self.until)


# JSON ----------------------------------------------------------------------------------------------------------------


def event_object(told: EventReport, report: Report) -> dict[str, Any]:
    """Return the object that `backtest` prints for an event."""
    outcome, difference = told.outcome, told.compared
    return {
        "event": outcome.event.id,
        "title": outcome.event.title,
        "since": report.since,
        "until": report.until,
        "items": report.items,
        "alerts": len(outcome.alerts),
        "alerts_a_week": round(report.rate(outcome), 3),
        "matched": [judged_object(one) for one in outcome.taken],
        "new": None if difference is None else [one.item.id for one in difference.new],
        "gone": None if difference is None else [judged_object(one) for one in difference.gone],
        "near": [{**judged_object(one), "lacks": lacking(one.match)} for one in outcome.near],
        "cases": [case_object(one) for one in outcome.tried],
        "suggestions": [suggestion_object(one) for one in told.suggestions],
        "understood": told.understood and {"names": told.understood[0], "words": told.understood[1]},
    }


def judged_object(one: Judged) -> dict[str, Any]:
    """Return a judged item as JSON has it."""
    return {**_item_object(one.item), **_verdict_object(one.match), "alert": one.first, "update": one.update}


def case_object(one: Tried) -> dict[str, Any]:
    """Return a case as JSON has it."""
    return {
        **_item_object(one.case.item),
        **_verdict_object(one.match),
        "answer": "yes" if one.case.belongs else "no",
        "matches": one.match.accepted,
        "wrong": one.wrong,
    }


def _item_object(item: Item) -> dict[str, Any]:
    return {
        "item": item.id,
        "title": headline(item),
        "url": item.url,
        "outlet": item.outlet,
        "published": item.published,
    }


def _verdict_object(match: Match) -> dict[str, Any]:
    return {
        "score": match.score,
        "threshold": match.threshold or None,
        "ground": match.ground,
        "says": ground_in_words(match),
        "reasons": explained(match),
    }


def suggestion_object(one: Suggestion) -> dict[str, Any]:
    """Return a suggestion as JSON has it."""
    return {
        "text": one.text,
        "name": one.name,
        "taken": one.taken,
        "of_taken": one.of_taken,
        "others": one.others,
        "of_others": one.of_others,
        "examples": [headline(item) for item in one.examples],
    }


# For people ----------------------------------------------------------------------------------------------------------


def print_report(report: Report, *, everything: bool) -> None:
    """Print a table of the events, then each event's lists."""
    span = f"{report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}"
    out.print(f"{report.items:,} stored items, {span}", markup=False)
    _print_lines(hanging(KNOWN_FROM_THE_START, out.width, 0), style="dim")
    out.print()
    rows = [_row(one, report) for one in report.events]
    print_rows(rows, rows[0] if rows else (), empty="The config has no events.", as_json=False)
    for outcome in report.dropped:
        out.print(f"{outcome.event.id} is declared no more; it would have alerted {len(outcome.alerts)}", markup=False)
    for told in report.events:
        _print_event(told, everything=everything)


def _row(told: EventReport, report: Report) -> Mapping[str, Any]:
    outcome, difference = told.outcome, told.compared
    changes = {"new": len(difference.new), "gone": len(difference.gone)} if difference else {}
    wrong = f"{len(outcome.regressions)} of {len(outcome.tried)}" if outcome.tried else None
    return {
        "event": outcome.event.id,
        "alerts": len(outcome.alerts),
        "a week": f"{report.rate(outcome):.2f}",
        "repeats": len(outcome.taken) - len(outcome.alerts),
        **changes,
        "near": len(outcome.near),
        "wrong": wrong,
    }


def _print_event(told: EventReport, *, everything: bool) -> None:
    outcome, most = told.outcome, None if everything else SHOWN
    out.print()
    out.print(f"{outcome.event.id}: {one_line(outcome.event.title)}", style="bold", markup=False)
    if told.understood:
        _print_understood(*told.understood)
    _print_list("answers that come out wrong", outcome.regressions, _print_tried, None)
    if told.compared is not None:
        _print_list("new", told.compared.new, _print_taken, most)
        _print_list("would no longer match", told.compared.gone, _print_taken, most)
    if told.compared is None or everything:
        _print_list("would alert", list(reversed(outcome.alerts)), _print_taken, most)
    _print_list("near misses", outcome.near, _print_near, most)
    _print_list("names and words to think of", told.suggestions, _print_suggestion, most)


def _print_list(title: str, entries: Sequence[OneT], show: Callable[[OneT], None], most: int | None) -> None:
    if not entries:
        return
    out.print(f"  {title}, {len(entries)}", style="bold", markup=False)
    for entry in entries[:most]:
        show(entry)
    if most is not None and len(entries) > most:
        out.print(f"    and {len(entries) - most} more", style="dim", markup=False)


def _print_taken(one: Judged) -> None:
    _print_item(one.item)
    _print_why(_scored(one.match, ground_in_words(one.match)), _reasons(one.match))


def _print_near(one: Judged) -> None:
    _print_item(one.item)
    _print_why(_scored(one.match, lacking(one.match)), _reasons(one.match))


def _print_tried(one: Tried) -> None:
    said = "yes" if one.case.belongs else "no"
    _print_item(one.case.item)
    did = f"it matches: {ground_in_words(one.match)}" if one.match.accepted else f"no match: {lacking(one.match)}"
    _print_why(_scored(one.match, f"you said {said}, but {did}"), _reasons(one.match))


def _scored(match: Match, told: str) -> str:
    return f"{score_in_words(match)}: {told}" if match.threshold else told


def _reasons(match: Match) -> str:
    return ", ".join(dict.fromkeys(f"{reason.found} ({reason.field})" for reason in match.reasons))


def _print_item(item: Item) -> None:
    out.print(f"    {item.published:%Y-%m-%d}", end="", style="dim", markup=False)
    lines = hanging(" " * INDENT + f"  {one_line(headline(item))} [{item.outlet}]", out.width, INDENT + 2)
    out.print(lines[0][INDENT:], markup=False)
    _print_lines(lines[1:])


def _print_why(*parts: str) -> None:
    for part in filter(None, parts):
        _print_lines(hanging(" " * (INDENT + 2) + one_line(part), out.width, INDENT + 2), style="dim")


def _print_lines(lines: Iterable[str], style: str = "") -> None:
    for line in lines:
        out.print(line, style=style, markup=False)


def _print_understood(names: Sequence[str], words: Sequence[str]) -> None:
    _print_lines(hanging("  " + one_line(understood_in_words(names, words)), out.width, 4))


def _print_suggestion(one: Suggestion) -> None:
    counts = f"in {one.taken} of {one.of_taken} that belong, in {one.others:,} of {one.of_others:,} others"
    _print_lines(hanging(f"    {one_line(one.text)}: {counts}", out.width, 6))
    for item in one.examples[:1]:
        _print_lines(
            hanging(f'      "{shorten(one_line(headline(item)), 110, placeholder=" …")}"', out.width, 8), style="dim"
        )
