"""What the play came to: counts from the database, the log and the servers, and whatever is not as it must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import open_store
from storywatch.cli.demo.child import DaemonLog
from storywatch.cli.demo.ledger import Ledger
from storywatch.cli.demo.press import Newsroom
from storywatch.watch import PollOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The end of a play. `not_modified`: answers 304. `problems` are sentences; none means that all went well.

    `complaints`: what the daemon's log warns of; it explains problems and is none by itself.
    """

    seconds: float
    polls: int
    unchanged: int
    not_modified: int
    items: int
    matched: int
    revisions: int
    updates: int
    alerts: int
    mails: int
    calls: int
    duplicates: int
    problems: tuple[str, ...]
    complaints: tuple[str, ...]


async def stored_counts(database: str, now: datetime) -> Mapping[str, Any]:
    """Ask the database that the daemon left what `storywatch status` and `storywatch events` would say."""
    async with open_store(database) as store:
        events = await store.queries.events()
        return {**await store.queries.status(now), "matched": sum(event["reports"] for event in events)}


def sum_up(
    ledger: Ledger,
    log: DaemonLog,
    rooms: Iterable[Newsroom],
    stored: Mapping[str, Any],
    *,
    further: Iterable[str],
    seconds: float,
) -> Summary:
    """Sum up a play. `ledger.story` holds the scenes that were played, `further` the problems seen elsewhere."""
    return Summary(
        seconds=seconds,
        polls=log.outcomes.total(),
        unchanged=log.outcomes[PollOutcome.UNCHANGED],
        not_modified=sum(room.not_modified for room in rooms),
        items=stored["items"],
        matched=stored["matched"],
        revisions=log.revised.total(),
        updates=stored["updates"],
        alerts=stored["alerts"],
        mails=len(ledger.mails),
        calls=len(ledger.calls),
        duplicates=ledger.duplicates,
        problems=(*ledger.problems(), *_miscounts(ledger, stored), *further),
        complaints=tuple(log.complaints),
    )


def _miscounts(ledger: Ledger, stored: Mapping[str, Any]) -> Iterator[str]:
    """What the database must say after such a play."""
    story = ledger.story
    told = len(story.telling) + len(story.firsts) + 2 * len(story.edits)
    expected = {
        "items": len(story.articles),
        "matched": len(story.telling),
        "updates": len(story.firsts),
        "alerts": told,
        "deliveries_sent": told,
    }
    for name, count in expected.items():
        if stored[name] != count:
            yield f"the database counts {stored[name]} {name.replace('_', ' ')}, the play {count}"
