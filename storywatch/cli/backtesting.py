"""`backtest`: what a config would have alerted of the stored items, and how it differs from another one."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from storage import Store, open_store
from storywatch.backtesting import Backtest, Outcome, compared
from storywatch.cli.backtest_report import EventReport, Report, event_object, print_report
from storywatch.cli.declaring import Declared, live_database, read_declared
from storywatch.cli.knowing import background_of
from storywatch.cli.naming import declared_event
from storywatch.cli.options import ConfigOption, JsonOption
from storywatch.cli.output import TROUBLE, err, print_json, progress_bar
from storywatch.cli.running import finished
from storywatch.matching import Matcher
from storywatch.matching.language import EventTree, tree_of
from storywatch.matching.likeness import Background
from storywatch.matching.saying import understood
from storywatch.matching.searching import Sounding
from storywatch.matching.words import vocabulary
from storywatch.model import Event, Item, Revision, SearchTerm
from storywatch.ordering import as_polled, by_sight
from storywatch.recalling import lessons_of
from storywatch.suggesting import Candidate, Suggestion, candidates, suggestions


def backtest(
    config: ConfigOption = Path(),
    *,
    against: Annotated[
        Path | None,
        typer.Option(metavar="PATH", exists=True, help="Compare with this config, such as the one that runs."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Only the items of so many days, up to the latest one.")
    ] = None,
    event: Annotated[str | None, typer.Option(metavar="ID", help="Only this event.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Print whole lists, not only how they begin.")] = False,
    json: JsonOption = False,
) -> None:
    """Show what the events would alert of the stored items, what they narrowly miss, and whether your answers hold."""
    now = read_declared(config)
    before = read_declared(against) if against else None
    if event is not None:
        declared_event(event, {**(before.events if before else {}), **now.events}, config)
    database = (before and before.database) or now.database or live_database(config)
    asked = Asked(now=_only(now, event), before=_only(before, event) if before else None, days=days)
    report = finished(report_of(database, asked))
    if report is None:
        err.print("No items are stored yet: `storywatch poll` or a running daemon stores some; then test again.")
        return
    if json:
        for one in report.events:
            print_json(event_object(one, report))
    else:
        print_report(report, everything=everything)
    if any(one.outcome.regressions for one in report.events):
        raise typer.Exit(TROUBLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is tested: the events as they would be, those to compare with, and how many days back."""

    now: Mapping[str, Event]
    before: Mapping[str, Event] | None
    days: int | None


def _only(declared: Declared, event: str | None) -> Mapping[str, Event]:
    return {name: one for name, one in declared.events.items() if event in (None, name)}


async def report_of(database: str, asked: Asked) -> Report | None:
    """Pass the stored items through one config or both; None if there are no items."""
    async with open_store(database) as store:
        window = await _window(store, asked.days)
        if window is None:
            return None
        background = await background_of(store)
        now = await _backtest(store, asked.now, background)
        before = await _backtest(store, asked.before, background) if asked.before is not None else None
        await _pass(store, [now, before] if before else [now], window)
        known = {one.event.id: one for one in before.finished()} if before else None
        return Report(
            since=window.since,
            until=window.until,
            items=window.items,
            compares=known is not None,
            events=[await _event_report(store, now, one, known, window) for one in now.finished()],
            dropped=[one for name, one in (known or {}).items() if name not in asked.now],
        )


# Items ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The stored items that are looked at, by their first sight, both inclusive. `items`: how many there are."""

    since: datetime
    until: datetime
    items: int


async def _window(store: Store, days: int | None) -> Window | None:
    newest = await store.queries.items(1)
    if not newest:
        return None
    until = newest[0]["first_seen"]
    oldest = await anext(store.archive.stream())
    since = max(oldest.first_seen, until - timedelta(days=days)) if days else oldest.first_seen
    return Window(since=since, until=until, items=await store.archive.count(since))


async def _pass(store: Store, passes: Sequence[Backtest], window: Window) -> None:
    """Let every pass see the items that its events may be about, in the order of polls."""
    terms = await _search(store, passes, window)
    cases = {case.item.id: case.item for each in passes for case in each.cases}
    with progress_bar() as progress:
        total = await store.archive.count(window.since, any_of=terms)
        bar = progress.add_task("testing", total=total + len(cases))
        stored = as_polled(store.archive.stream(window.since, any_of=terms))
        async for item in with_cases(stored, list(cases.values())):
            for each in passes:
                each.see(item)
            progress.advance(bar)


async def _search(store: Store, passes: Sequence[Backtest], window: Window) -> frozenset[SearchTerm] | None:
    """Let every pass know what a search for each of its events finds. Return the terms of all; None means all items."""
    asked = [(each, {event: each.matcher.wanted(event) for event in each.outcomes}) for each in passes]
    sounding = Sounding(frozenset[str]().union(*(one.keys for _, wanted in asked for one in wanted.values())))
    if sounding.keys:
        async for word, _ in store.archive.vocabulary():
            sounding.hear(word)
    every: list[frozenset[SearchTerm] | None] = []
    for each, wanted in asked:
        terms = {event: sounding.found(one) for event, one in wanted.items()}
        each.found = {event: await store.archive.ids(window.since, any_of=some) for event, some in terms.items()}
        every += terms.values()
    found = [terms for terms in every if terms is not None]
    return frozenset[SearchTerm]().union(*found) if len(found) == len(every) else None


async def with_cases(items: AsyncIterator[Item], cases: Sequence[Item]) -> AsyncIterator[Item]:
    """Yield items, which are in the order of polls, and the items of cases in that order, each once."""
    waiting = sorted(cases, key=by_sight, reverse=True)
    async for item in items:
        while waiting and by_sight(waiting[-1]) <= by_sight(item):
            case = waiting.pop()
            if case.id != item.id:
                yield case
        yield item
    while waiting:
        yield waiting.pop()


async def _backtest(store: Store, events: Mapping[str, Event], background: Background) -> Backtest:
    matcher = Matcher(events.values())
    matcher.memory.background = background
    for event, lessons in (await lessons_of(events, store.feedbacks, store.seeds)).items():
        matcher.teach(event, lessons)
    return Backtest(matcher)


# Reports -------------------------------------------------------------------------------------------------------------


async def _event_report(
    store: Store, test: Backtest, outcome: Outcome, known: Mapping[str, Outcome] | None, window: Window
) -> EventReport:
    event = outcome.event
    tree, profile = tree_of(event), test.matcher.memory.profile(event.id)
    return EventReport(
        outcome=outcome,
        compared=compared(outcome, known.get(event.id)) if known is not None else None,
        suggestions=await _suggestions(store, test, outcome, tree, window),
        understood=None if tree.declared else understood(profile, test.matcher.memory.background),
    )


async def _suggestions(
    store: Store, test: Backtest, outcome: Outcome, tree: EventTree, window: Window
) -> Sequence[Suggestion]:
    """Ask the database how many of the other items say what an event's items share."""
    belonging = {one.item.id: one.item for one in outcome.taken}
    belonging |= {one.case.item.id: one.case.item for one in outcome.tried if one.case.belongs}
    for one in outcome.tried:
        if not one.case.belongs:
            belonging.pop(one.case.item.id, None)
    known = frozenset() if tree.declared else frozenset(test.matcher.memory.profile(tree.event.id).base)
    found = candidates(tree, list(belonging.values()), known)
    said = [vocabulary(f"{shown.title}\n{shown.summary}\n{shown.content}") for shown in _revisions(belonging)]
    others = {one.text: await _others(store, one, said, window) for one in found}
    return suggestions(found, len(belonging), others, max(0, window.items - len(belonging)))


def _revisions(items: Mapping[str, Item]) -> Iterator[Revision]:
    return (item.revision for item in items.values())


async def _others(store: Store, one: Candidate, said: Sequence[frozenset[str]], window: Window) -> int:
    """Count the stored items that say a candidate, without those that belong to the event."""
    saying = await store.archive.count(window.since, any_of=[SearchTerm(text=one.text)])
    return max(0, saying - sum(words.issuperset(one.folded) for words in said))
