"""What a release changes: the message that carries what was gathered, and what of it can't be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from storywatch import owing
from storywatch.digesting import Bundle, as_it_stands, digest_id, shown
from storywatch.errors import Fault
from storywatch.model import DeliveryKind, Owed, OwedDigest, Subscriber, Subscription
from storywatch.ports import Channel, Parcel, ReleaseRecord
from storywatch.telling import composed

Parts = dict[Bundle, tuple[Owed, ...]]
"""What is shown of each update: its news, and what happened to its reports."""


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Writes what was gathered for one subscription. `since`: when it was last told something."""

    subscription: Subscription
    subscriber: Subscriber
    channel: Channel
    now: datetime
    since: datetime | None

    def record(self, bundles: Sequence[Bundle], documents: Mapping[str, object]) -> ReleaseRecord:
        """Return the message and the alerts that it carries. What can't be read or written is set aside.

        `documents`: what the shown alerts will say, by id.
        """
        kept, aside = shown(bundles), dict[str, Fault]()
        parts: Parts = {}
        for bundle in kept:
            try:
                parts[bundle] = as_it_stands([self._read(documents[alert]) for alert in bundle.telling])
            except ValueError as error:
                aside |= bundle.aside(Fault(code="gathered_unreadable", message=str(error)))
        told = set(kept)
        rest = [bundle for bundle in bundles if bundle not in told]
        parcel, fault = self._parcel(parts, rest)
        if fault is not None:
            aside |= self._unwritable(parts)
            parts = {bundle: part for bundle, part in parts.items() if bundle.alerts[0].id not in aside}
            parcel, fault = self._parcel(parts, rest)
        if fault is not None:
            aside |= {alert: fault for bundle in parts for alert in bundle.aside(fault)}
        carried = tuple(alert.id for bundle in (*parts, *rest) for alert in bundle.alerts) if parcel else ()
        return ReleaseRecord(parcel=parcel, carried=carried, aside=aside)

    def _read(self, document: object) -> Owed:
        return owing.read(document, self.subscription, self.subscriber)

    def _unwritable(self, parts: Parts) -> dict[str, Fault]:
        """Find the parts that break the whole, by writing each alone."""
        aside: dict[str, Fault] = {}
        for bundle, part in _each(parts):
            _, fault = composed(partial(self.channel.compose, part))
            aside |= bundle.aside(fault) if fault else {}
        return aside

    def _parcel(self, parts: Parts, rest: Sequence[Bundle]) -> tuple[Parcel | None, Fault | None]:
        """Write one alert as it is, or several as a digest."""
        if not parts:
            return None, None
        alerts = [alert.id for bundle in (*parts, *rest) for alert in bundle.alerts]
        told = tuple(part for _, part in _each(parts))
        if len(alerts) == 1:
            kind, name, write = DeliveryKind.ALERT, alerts[0], partial(self.channel.compose, *told)
        else:
            digest = self._digest(told, digest_id(alerts), len(rest))
            kind, name, write = DeliveryKind.DIGEST, digest.id, partial(self.channel.compose_digest, digest)
        message, fault = composed(write)
        if message is None:
            return None, fault
        parcel = Parcel(id=name, kind=kind, subscription=self.subscription, message=message, created=self.now)
        return parcel, None

    def _digest(self, parts: tuple[Owed, ...], name: str, left_out: int) -> OwedDigest:
        return OwedDigest(
            id=name,
            created=self.now,
            subscription=self.subscription,
            subscriber=self.subscriber,
            parts=parts,
            since=self.since,
            left_out=left_out,
        )


def _each(parts: Parts) -> Iterator[tuple[Bundle, Owed]]:
    return ((bundle, part) for bundle, told in parts.items() for part in told)
