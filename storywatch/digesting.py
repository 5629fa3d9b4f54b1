"""What a digest shows of the alerts that were gathered: each update once, as it stands now, and not too many.

What is not shown is counted, and counts as told.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from storywatch.errors import Fault
from storywatch.model import AlertKind, Change, ChangeKind, Owed, Severity
from storywatch.ports import GatheredAlert

MOST_PARTS = 50
"""Updates that one digest shows; the others it only counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The gathered alerts of one update, oldest first."""

    alerts: tuple[GatheredAlert, ...]

    @property
    def severity(self) -> Severity:
        """The highest of its alerts."""
        return max(alert.severity for alert in self.alerts)

    @property
    def telling(self) -> tuple[str, ...]:
        """The alerts that say how the update stands: the one that opens it, the last change, the last of all."""
        opening = [alert.id for alert in self.alerts if alert.kind is AlertKind.UPDATE][:1]
        changing = [alert.id for alert in self.alerts if alert.kind is AlertKind.REVISION][-1:]
        return tuple(dict.fromkeys([*opening, *changing, self.alerts[-1].id]))

    def aside(self, fault: Fault) -> dict[str, Fault]:
        """Return why its alerts are told to nobody, by alert."""
        return dict.fromkeys((alert.id for alert in self.alerts), fault)


def bundled(alerts: Iterable[GatheredAlert]) -> tuple[Bundle, ...]:
    """Return the alerts by update, in the order of the first of each."""
    found: dict[str, list[GatheredAlert]] = defaultdict(list)
    for alert in alerts:
        found[alert.update].append(alert)
    return tuple(Bundle(alerts=tuple(some)) for some in found.values())


def shown(bundles: Sequence[Bundle]) -> tuple[Bundle, ...]:
    """Return those that a digest shows, in their order: the most urgent ones, of these the last."""
    ranked = sorted(range(len(bundles)), key=lambda place: (bundles[place].severity, place), reverse=True)
    kept = set(ranked[:MOST_PARTS])
    return tuple(bundle for place, bundle in enumerate(bundles) if place in kept)


def as_it_stands(told: Sequence[Owed]) -> Owed:
    """Return one update as it stands after all that was gathered of it, oldest first."""
    changes = [one for one in told if one.change is not None]
    first = next((one for one in told if one.kind is AlertKind.UPDATE), (changes or told)[-1])
    coverage = next((one.coverage for one in reversed(told) if one.coverage is not None), None)
    if not changes:
        return replace(first, coverage=coverage)
    last = changes[-1]
    item = last.item if last.item.id == first.item.id else first.item
    return replace(first, coverage=coverage, change=_with_news_of(first, last.change), item=item)


def _with_news_of(first: Owed, change: Change | None) -> Change | None:
    """Return a change that also tells what the report brought, where nobody was told of that: news is not lost to it.

    What was taken back is no news, and a figure that changed is told as it is now.
    """
    if change is None or first.kind is not AlertKind.UPDATE or change.kind is ChangeKind.RETRACTION:
        return change
    report, later = first.report.news, change.news
    edited = change.kind is ChangeKind.EDIT and bool(later.lead)
    counted = {(one.now.kind, one.now.of) for one in later.figures}
    news = replace(
        report,
        lead=later.lead if edited else report.lead or later.lead,
        names=tuple(dict.fromkeys([*report.names, *later.names])),
        figures=(*(one for one in report.figures if (one.now.kind, one.now.of) not in counted), *later.figures),
        statements=tuple(dict.fromkeys([*report.statements, *later.statements])),
        reverses=later.reverses or report.reverses,
        severity=max(report.severity, later.severity),
    )
    return replace(change, news=news)


def digest_id(alerts: Iterable[str]) -> str:
    """Derive the digest's identity from the alerts that it carries."""
    return "d" + hashlib.sha256("\0".join(sorted(alerts)).encode()).hexdigest()[:30]
