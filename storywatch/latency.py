"""The latency ledger: how long news takes from its publication to the reader, step by step."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHARES = (0.5, 0.95)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """The way of one report to one subscription. A moment that is not known, or not yet reached, is None.

    `waited`: for a digest, the end of quiet hours, the next day or further outlets, as its receiver wished.
    """

    update: str
    event: str
    source: str
    channel: str
    published: datetime | None
    seen: datetime
    matched: datetime | None
    delivered: datetime | None
    waited: bool = False

    @property
    def to_sight(self) -> timedelta | None:
        """From publication to first sight; publishers' clocks may run fast, which counts as at once."""
        return max(self.seen - self.published, timedelta()) if self.published else None

    @property
    def to_match(self) -> timedelta | None:
        """From first sight to the match; an event that is declared later matches later."""
        return self.matched - self.seen if self.matched else None

    @property
    def to_delivery(self) -> timedelta | None:
        """From first sight to delivery."""
        return self.delivered - self.seen if self.delivered else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantiles:
    """The half and the 95 hundredths of some durations lie below these."""

    count: int
    p50: timedelta
    p95: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """By source: from publication to first sight. By channel: from first sight to delivery of what is told at once."""

    sources: dict[str, Quantiles]
    channels: dict[str, Quantiles]


def ledger(passages: Iterable[Passage]) -> Ledger:
    """Sum up. A report counts once for its source, however many are told of it."""
    listed = list(passages)
    once = {(passage.source, passage.update): passage for passage in listed}
    return Ledger(
        sources=_by(once.values(), lambda one: one.source, lambda one: one.to_sight),
        channels=_by((one for one in listed if not one.waited), lambda one: one.channel, lambda one: one.to_delivery),
    )


def _by(
    passages: Iterable[Passage], key: Callable[[Passage], str], span: Callable[[Passage], timedelta | None]
) -> dict[str, Quantiles]:
    spans: dict[str, list[timedelta]] = defaultdict(list)
    for passage in passages:
        took = span(passage)
        if took is not None:
            spans[key(passage)].append(took)
    return {name: quantiles(found) for name, found in sorted(spans.items())}


def quantiles(spans: Iterable[timedelta]) -> Quantiles:
    """Return the nearest ranks of at least one duration: each is one that occurred."""
    ordered = sorted(spans)
    p50, p95 = (ordered[math.ceil(share * len(ordered)) - 1] for share in SHARES)
    return Quantiles(count=len(ordered), p50=p50, p95=p95)
