"""What a digest tells: what is new of each event, the newest first, and an honest count of what it leaves out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.brief import Brief, brief_of
from channels.room import WHOLE, Room
from channels.text import counted
from channels.ways import Way, Ways
from storywatch.model import AlertKind, Owed, OwedDigest

MOST_PARTS = 40
_KINDS = {AlertKind.UPDATE: "update", AlertKind.CORROBORATION: "corroboration", AlertKind.REVISION: "revision"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestGroup:
    """What a digest tells of one event. `leave`: how to leave it, where there are pages."""

    event: str
    alerts: tuple[Brief, ...]
    leave: Way | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestBrief:
    """A digest in the words that readers see. `counts`: of all that it carries. `more`: what is only counted."""

    counts: str
    since: datetime | None
    groups: tuple[DigestGroup, ...]
    more: int


def digest_of(owed: OwedDigest, ways: Ways, room: Room = WHOLE) -> DigestBrief:
    """Word one owed digest. What has no room is the least urgent, the oldest of it first. Pure."""
    shown = most_urgent(owed.parts, room)
    groups = tuple(_group(parts, owed, ways, room) for parts in _by_event(reversed(shown)))
    return DigestBrief(
        counts=_counts(owed),
        since=owed.since,
        groups=groups,
        more=len(owed.parts) - len(shown) + owed.left_out,
    )


def most_urgent(parts: Sequence[Owed], room: Room, most: int = MOST_PARTS) -> tuple[Owed, ...]:
    """Return what a message of this room shows, in the order that it had: the most urgent, then the newest."""
    places = sorted(range(len(parts)), key=lambda place: (-parts[place].severity, -place))
    return tuple(parts[place] for place in sorted(room.few(places, most)))


def _by_event(newest_first: Iterable[Owed]) -> Iterable[Sequence[Owed]]:
    groups: dict[str, list[Owed]] = {}
    for owed in newest_first:
        groups.setdefault(owed.event.id, []).append(owed)
    return groups.values()


def _group(parts: Sequence[Owed], owed: OwedDigest, ways: Ways, room: Room) -> DigestGroup:
    briefs = tuple(_shorter(brief_of(part, room), room, several=len(owed.parts) > 1) for part in parts)
    return DigestGroup(event=briefs[0].event, alerts=briefs, leave=ways.leave_event(owed, parts[0].event.id))


def _shorter(brief: Brief, room: Room, *, several: bool) -> Brief:
    """Beside others an alert keeps to a few lines."""
    return replace(brief, summary=room.line(brief.summary, 300)) if several else brief


def _counts(owed: OwedDigest) -> str:
    kinds = Counter(part.kind for part in owed.parts)
    told = [counted(kinds[kind], word) for kind, word in _KINDS.items() if kinds[kind]]
    rest = [f"{owed.left_out:,} more"] if owed.left_out else []
    return ", ".join([*told, *rest]) or "nothing"
