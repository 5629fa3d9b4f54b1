"""Developments: what somebody may have to hear of, with all that planning needs to know of it."""

from dataclasses import dataclass
from itertools import islice

from storywatch.model import Change, Item, Match, Report, ReportRole, Update
from storywatch.updates import Past, Placed

_HEADLINES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownReport:
    """A report of a known update, with the language of its item."""

    report: Report
    language: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownUpdate:
    """An update that is stored, with its reports, and the subscriptions that were told of it or are going to be."""

    update: Update
    reports: tuple[KnownReport, ...] = ()
    subscriptions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Development:
    """What somebody may have to hear of: an item with its place, or what happened to one that was placed before.

    `update` is there when the item opens it. `known_before`: the headlines that the event already had, newest first;
    `outlets`: whose reports it had.
    """

    item: Item
    match: Match
    report: Report
    sequence: int
    update: Update | None = None
    known_before: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    change: Change | None = None


def development(item: Item, match: Match, placed: Placed, past: Past) -> Development:
    """Return a placed item as something that may have to be told; `past`: the event's reports before it."""
    return Development(
        item=item,
        match=match,
        report=placed.report,
        sequence=placed.sequence,
        update=placed.update,
        known_before=_headlines(past),
        outlets=_outlets(past),
    )


def changed(change: Change, item: Item, match: Match, past: Past) -> Development:
    """Return the change of a placed item as something that may have to be told; `past` has the item's report."""
    known = next(report for report in past if report.item == change.item)
    first = past.updates[known.update].reports[0]
    report = Report(
        update=known.update,
        event=change.event,
        item=known.item,
        outlet=known.outlet,
        role=ReportRole.FIRST if first.item == known.item else ReportRole.CORROBORATION,
        seen=known.seen or item.first_seen,
        origin=known.origin,
    )
    return Development(
        item=item,
        match=match,
        report=report,
        sequence=known.number,
        known_before=_headlines(past),
        outlets=_outlets(past),
        change=change,
    )


def _headlines(past: Past) -> tuple[str, ...]:
    """The event's last headlines, newest first: one for each update, a few."""
    firsts = [one.reports[0].headline for one in islice(reversed(past.updates.values()), _HEADLINES)]
    return tuple(firsts)


def _outlets(past: Past) -> tuple[str, ...]:
    return tuple(dict.fromkeys(report.outlet for report in past))
