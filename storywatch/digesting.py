"""What a digest shows of the alerts that were gathered: each update once, as it stands now, and not too many.

What is not shown is counted, and counts as told.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from storywatch.errors import Fault
from storywatch.model import AlertKind, Owed, Severity
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
        """The alerts that say how the update stands: the opening one, the changes that matter, the last of all."""
        opening = [alert for alert in self.alerts if alert.kind is AlertKind.UPDATE][:1]
        wanted = {alert.id for alert in (*opening, *self._changes(), self.alerts[-1])}
        return tuple(alert.id for alert in self.alerts if alert.id in wanted)

    def _changes(self) -> Iterator[GatheredAlert]:
        """Yield the gravest and the last change of each report: a page that vanished doesn't hide a retraction."""
        changes: dict[str, list[GatheredAlert]] = defaultdict(list)
        for alert in self.alerts:
            if alert.kind is AlertKind.REVISION:
                changes[alert.item].append(alert)
        for some in changes.values():
            yield max(some, key=lambda alert: alert.severity)
            yield some[-1]

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


def as_it_stands(told: Sequence[Owed]) -> tuple[Owed, ...]:
    """Return one update as it stands after all that was gathered of it, oldest first: what it told, what changed.

    A further outlet is only counted where something else is told.
    """
    opening = next((one for one in told if one.kind is AlertKind.UPDATE), None)
    parts = ([_as_it_reads(opening, told)] if opening else []) + [one for one in told if one.change is not None]
    coverage = next((one.coverage for one in reversed(told) if one.coverage is not None), None)
    first, *others = parts or told[-1:]
    return (replace(first, coverage=coverage), *others)


def _as_it_reads(opening: Owed, told: Sequence[Owed]) -> Owed:
    """Return an update's first telling with the text that its report has by now."""
    return replace(opening, item=[one.item for one in told if one.item.id == opening.item.id][-1])


def digest_id(alerts: Iterable[str]) -> str:
    """Derive the digest's identity from the alerts that it carries."""
    return "d" + hashlib.sha256("\0".join(sorted(alerts)).encode()).hexdigest()[:30]
