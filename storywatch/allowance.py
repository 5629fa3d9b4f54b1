"""How often somebody may do something, so that nobody keeps us busy. Pure; times are seconds of any clock."""

from dataclasses import dataclass

BURST = 30
EVERY = 10.0
"""Seconds after which one more is allowed."""
MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    since: float


class Allowance:
    """A bucket for each key, such as a subscription to a hub."""

    def __init__(self, burst: int = BURST, every: float = EVERY) -> None:
        self._burst = burst
        self._every = every
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str, now: float) -> bool:
        """Take one; False if none is left."""
        if key not in self._buckets and len(self._buckets) >= MOST_KNOWN:
            self._forget_full(now)
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
        bucket.left, bucket.since = self._filled(bucket, now), now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def _filled(self, bucket: _Bucket, now: float) -> float:
        return min(self._burst, bucket.left + (now - bucket.since) / self._every)

    def _forget_full(self, now: float) -> None:
        """A full bucket is as good as none."""
        self._buckets = {key: one for key, one in self._buckets.items() if self._filled(one, now) < self._burst}
