"""What happened to a report after it was told, in words: who did what, with what note, and which lines differ."""

from dataclasses import dataclass
from datetime import datetime

from channels.news import names_of, outlet_name
from channels.room import Room
from channels.text import plain
from storywatch.model import Change, ChangeKind, Owed

MOST_LINES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    role: str
    subject: str
    says: str
    invitation: str = "Read the report"


_WORDS = {
    ChangeKind.EDIT: _Words(role="Edit of a report", subject="Edited", says="{} changed its report"),
    ChangeKind.CORRECTION: _Words(role="Correction", subject="Corrected", says="{} corrected its report"),
    ChangeKind.RETRACTION: _Words(role="Retraction", subject="Retracted", says="{} retracted its report"),
    ChangeKind.VANISHED: _Words(
        role="A report has vanished",
        subject="Vanished",
        says="The page of the report by {} is gone",
        invitation="Look where it was",
    ),
    ChangeKind.RESTORED: _Words(
        role="A report is back", subject="Restored", says="The page of the report by {} is there again"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedLine:
    """A line that came (`+`), that went (`-`), or that says something of the others (an empty sign)."""

    sign: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeBrief:
    """A change in the words that readers see. `note`: the publisher's own, may be empty. `more`: lines not shown."""

    role: str
    subject: str
    says: str
    seen: datetime
    note: str
    lines: tuple[ChangedLine, ...]
    more: int
    invitation: str


def change_of(owed: Owed, change: Change, room: Room) -> ChangeBrief:
    """Word a change. Pure."""
    words = _WORDS[change.kind]
    lines = changed_lines(change)
    shown = room.few(lines, MOST_LINES)
    return ChangeBrief(
        role=words.role,
        subject=words.subject,
        says=words.says.format(outlet_name(change.outlet, names_of(owed), room)) + _otherwise(change),
        seen=change.seen,
        note=room.line(change.quote, 400),
        lines=tuple(ChangedLine(sign=line.sign, text=room.line(line.text, 500)) for line in shown),
        more=len(lines) - len(shown),
        invitation=words.invitation,
    )


def _otherwise(change: Change) -> str:
    return ", with other words" if change.kind is ChangeKind.RESTORED and change.difference else ""


def changed_lines(change: Change) -> tuple[ChangedLine, ...]:
    """Return the lines of a difference, as they were published."""
    return tuple(line for line in map(_signed, change.difference.splitlines()) if plain(line.text))


def _signed(line: str) -> ChangedLine:
    sign = line[:1] if line[:2] in {"+ ", "- "} else ""
    return ChangedLine(sign=sign, text=line[2:] if sign else line)
