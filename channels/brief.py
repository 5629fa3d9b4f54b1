"""What an alert tells, cut to size and cleaned once, so that no channel or template meets a publisher's raw text."""

import re
from dataclasses import dataclass
from datetime import datetime

from channels.links import host_of, web_link
from channels.text import cut, ground_of, plain, reason_in_words, utc_day
from storywatch.model import Match, Owed, ReportRole

_LANGUAGE_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
MAX_REASONS = 10
MAX_EARLIER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """One alert in the words that readers see: every text is one clean line, every time is UTC.

    `lead` may be empty. `published` is None if the publisher gave no time. `confirms` is the headline of the update
    that a corroboration repeats, None for a first report. `earlier`: what the event knew before, newest first.
    """

    event: str
    headline: str
    lead: str
    outlet: str
    author: str | None
    published: datetime | None
    first_seen: datetime
    link: str | None
    host: str | None
    language: str | None
    reasons: tuple[str, ...]
    confirms: str | None
    earlier: tuple[str, ...]
    citation: str


def brief_of(owed: Owed) -> Brief:
    """Word one owed alert. Pure."""
    revision = owed.item.revision
    link = web_link(owed.item.url)
    return Brief(
        event=cut(plain(owed.event.title), 200) or owed.event.id,
        headline=_headline(owed),
        lead=_lead(owed),
        outlet=_outlet(owed),
        author=_author(owed),
        published=revision.published or revision.updated,
        first_seen=owed.item.first_seen,
        link=link,
        host=host_of(link) if link else None,
        language=_language(revision.language),
        reasons=_reasons(owed.match),
        confirms=cut(plain(owed.update.headline), 300) if owed.report.role is ReportRole.CORROBORATION else None,
        earlier=tuple(cut(plain(headline), 200) for headline in owed.known_before[:MAX_EARLIER]),
        citation=_citation(owed, link),
    )


def _reasons(match: Match) -> tuple[str, ...]:
    """Return what the match rests on, unless that is its facets, and what was found."""
    ground = ground_of(match)
    return tuple(dict.fromkeys([*([ground] if ground else []), *map(reason_in_words, match.reasons)]))[:MAX_REASONS]


def _headline(owed: Owed) -> str:
    title = plain(owed.item.revision.title) or plain(owed.update.headline) or "Report without a headline"
    return cut(title, 300)


def _lead(owed: Owed) -> str:
    lead = plain(owed.item.revision.summary) or plain(owed.item.revision.content)
    # Many feeds repeat the title as the summary.
    return "" if lead.casefold() == plain(owed.item.revision.title).casefold() else cut(lead, 700)


def _outlet(owed: Owed) -> str:
    return cut(plain(owed.outlet.name), 120) or owed.outlet.id


def _author(owed: Owed) -> str | None:
    return cut(plain(owed.item.revision.author or ""), 160) or None


def _citation(owed: Owed, link: str | None) -> str:
    """Return what an editor pastes into the entry: author, headline, outlet and day, then the link."""
    given = owed.item.revision.published or owed.item.revision.updated
    day = utc_day(given) if given else f"undated, seen {utc_day(owed.item.first_seen)}"
    said = (_author(owed), f"\u201c{_headline(owed)}\u201d", _outlet(owed), day)
    return ", ".join(filter(None, said)) + (f". {link}" if link else ".")


def _language(tag: str | None) -> str | None:
    """Return what looks like a language tag (RFC 5646), for a reader's voice and hyphenation."""
    return tag if tag and _LANGUAGE_TAG.fullmatch(tag) else None
