"""What a campaign showed, for people."""

from collections.abc import Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table

from storywatch.steps import Step
from tests.acceptance.crash.campaign import ANY_MOMENT, Outcome
from tests.acceptance.crash.orders import Replay


def tables(outcomes: Sequence[Outcome]) -> str:
    """Return the kills by step and the verdicts, one row a program."""
    console = Console(file=StringIO(), width=150)
    console.print(_kills(outcomes), _verdicts(outcomes), _besides(outcomes))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
    return "\n".join(line.rstrip() for line in text.splitlines())


def _kills(outcomes: Sequence[Outcome]) -> Table:
    table = _table("killed at", *(outcome.worker.value for outcome in outcomes))
    for step in (*Step, ANY_MOMENT):
        table.add_row(step, *(str(outcome.kills[step]) for outcome in outcomes))
    table.add_row("all", *(str(outcome.kills.total()) for outcome in outcomes))
    return table


def _verdicts(outcomes: Sequence[Outcome]) -> Table:
    columns = ("kills", "runs", "owed", "delivered", "raw dup.", "visible dup.", "lost", "uncalled", "bodies per id")
    table = _table("program", *columns, "faults in the database", "promise")
    for outcome in outcomes:
        verdict = outcome.verdict
        numbers = (
            outcome.kills.total(),
            outcome.runs,
            verdict.owed,
            verdict.delivered,
            verdict.raw_duplicates,
            verdict.visible_duplicates,
            verdict.lost,
            verdict.uncalled,
            verdict.most_bodies,
        )
        faults = "-" if outcome.problems is None else str(len(outcome.problems))
        table.add_row(outcome.worker.value, *map(str, numbers), faults, "kept" if verdict.kept else "broken")
    return table


def _besides(outcomes: Sequence[Outcome]) -> str:
    """Say what else was in play, of the program that has it."""
    product = outcomes[0]
    told = ", ".join(f"{product.replays[replay]} of {replay.value} deliveries" for replay in Replay)
    return (
        f"{product.digests} digests; replays before a run: {told}; set aside as poison and replayed: {product.poisoned}"
    )


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table
