"""What an alert tells, cut to size and cleaned once, so that no channel or template meets a publisher's raw text."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from channels.changes import ChangeBrief, change_of
from channels.citation import Citation, citation_of
from channels.coverage import coverage_in_words, reach
from channels.links import host_of
from channels.news import facts_of, lead_of, names_of
from channels.room import WHOLE, Room
from channels.text import ground_of, plain, reason_in_words, utc_time
from storywatch.model import AlertKind, Match, Owed, ReportRole, Subscription

_LANGUAGE_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
MAX_REASONS = 10
MAX_EARLIER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """One alert in the words that readers see: every text is one clean line, every time is UTC.

    `role`: what sort of alert it is. `lead`: what is new, one or two lines; without a word of what is new it is the
    headline, and `summary` follows. `told`: the headline is in the lead already. `facts`: figures, statements and
    names that are new. `published` is None if the publisher gave no time. `confirms` is the headline of the update
    that a corroboration repeats. `earlier`: what the event knew before, newest first.
    """

    event: str
    role: str
    lead: tuple[str, ...]
    facts: tuple[str, ...]
    summary: str
    change: ChangeBrief | None
    headline: str
    told: bool
    outlet: str
    author: str | None
    published: datetime | None
    modified: datetime | None
    first_seen: datetime
    coverage: str | None
    link: str | None
    host: str | None
    language: str | None
    reasons: tuple[str, ...]
    confirms: str | None
    earlier: tuple[str, ...]
    citation: Citation

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Who reports it and when: labels and values."""
        told = (
            ("Report", None if self.told else self.headline),
            ("Outlet", self.outlet),
            ("Author", self.author),
            ("Published", utc_time(self.published) if self.published else "the outlet gives no time"),
            ("Modified", utc_time(self.modified) if self.modified else None),
            ("First seen", utc_time(self.first_seen)),
            ("Change seen", utc_time(self.change.seen) if self.change else None),
            ("Coverage", self.coverage),
        )
        return tuple((label, value) for label, value in told if value)

    @property
    def byline(self) -> str:
        """The same in a few words, where many alerts stand under each other."""
        when = utc_time(self.published) if self.published else f"seen {utc_time(self.first_seen)}"
        changed = f"; change seen {utc_time(self.change.seen)}" if self.change else ""
        return f"{self.outlet}, {when}{changed}"

    @property
    def invitation(self) -> str:
        """What following the link brings."""
        return self.change.invitation if self.change else "Read the report"


def brief_of(owed: Owed, room: Room = WHOLE) -> Brief:
    """Word one owed alert. Pure."""
    names = names_of(owed)
    cited = citation_of(owed.item, owed.outlet, owed.update.headline, room)
    change = change_of(owed, owed.change, room) if owed.change else None
    lead = _lead(owed, cited.headline, change, room)
    if change and _note_leads(owed):
        lead, change = (change.note,), replace(change, note="")
    link = cited.url or cited.archive
    return Brief(
        event=room.line(owed.event.title, 200) or room.line(owed.event.id, 64),
        role=change.role if change else _role(owed),
        lead=lead,
        facts=facts_of(owed.news, names, room),
        summary="" if change or owed.news.lead else _summary(owed, room),
        change=change,
        headline=cited.headline,
        told=cited.headline in lead,
        outlet=cited.outlet,
        author=cited.author,
        published=cited.published,
        modified=cited.modified,
        first_seen=cited.first_seen,
        coverage=coverage_in_words(owed.coverage, names, room),
        link=link,
        host=host_of(link) if link else None,
        language=_language(owed.item.revision.language),
        reasons=_reasons(owed.match, room),
        confirms=room.line(owed.update.headline, 300) if owed.kind is AlertKind.CORROBORATION else None,
        earlier=tuple(room.line(headline, 200) for headline in room.few(_before(owed), MAX_EARLIER)),
        citation=cited,
    )


def _before(owed: Owed) -> tuple[str, ...]:
    """Return what was known besides the update itself."""
    return tuple(headline for headline in owed.known_before if headline != owed.update.headline)


def _role(owed: Owed) -> str:
    if owed.kind is AlertKind.CORROBORATION:
        return "Corroboration: one more outlet reports a known update"
    if owed.report.role is ReportRole.FIRST and not _waited(owed.subscription):
        return "First report of an update"
    return "An update" + (f", now that it has {reach(owed.coverage)}" if owed.coverage else "")


def _waited(subscription: Subscription) -> bool:
    """Tell whether an update is told when enough outlets or origins have it."""
    return max(subscription.least_outlets, subscription.least_origins) > 1


def _lead(owed: Owed, headline: str, change: ChangeBrief | None, room: Room) -> tuple[str, ...]:
    """Return what the report says that is new; else what happened to it, or its headline."""
    lead = lead_of(owed.news, room)
    if lead:
        return lead
    return (change.says if change else headline,)


def _note_leads(owed: Owed) -> bool:
    """Tell whether the lead is the publisher's note or its beginning: then the note is told once, and whole."""
    note = owed.change.quote if owed.change else ""
    said = " ".join(owed.news.lead)
    return bool(said) and said in note


def _summary(owed: Owed, room: Room) -> str:
    revision = owed.item.revision
    said = plain(revision.summary) or plain(revision.content)
    # Many feeds repeat the title as the summary.
    return "" if said.casefold() == plain(revision.title).casefold() else room.line(said, 700)


def _reasons(match: Match, room: Room) -> tuple[str, ...]:
    """Return what the match rests on, unless that is its facets, and what was found."""
    ground = ground_of(match)
    reasons = tuple(dict.fromkeys([*([ground] if ground else []), *map(reason_in_words, match.reasons)]))
    return tuple(room.line(reason, 250) for reason in room.few(reasons, MAX_REASONS))


def _language(tag: str | None) -> str | None:
    """Return what looks like a language tag (RFC 5646), for a reader's voice and hyphenation."""
    return tag if tag and _LANGUAGE_TAG.fullmatch(tag) else None
