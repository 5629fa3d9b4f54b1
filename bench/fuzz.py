"""Reads hostile documents, addresses, times and texts for a while; ends with the first that breaks a promise."""

import time
import warnings
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from tests.support import hostile
from tests.support.corpus import corpus_path

ROUND = 200
CPU_SECONDS = 10
LARGEST_SEED = 40_000


def _seeds() -> tuple[str | bytes, ...]:
    folder = corpus_path("real-feeds")
    if not folder.is_dir():
        return hostile.SEEDS
    real = (path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix != ".md")
    return (*hostile.SEEDS, *(body for body in real if len(body) <= LARGEST_SEED))


def _run(check: Callable[[Any], None], examples: SearchStrategy[Any]) -> tuple[int, float]:
    """Check one round. Returns how many examples, and the CPU seconds of the slowest."""
    count, slowest = 0, 0.0

    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(examples)
    def checked(example: Any) -> None:
        nonlocal count, slowest
        started = time.process_time()
        check(example)
        took = time.process_time() - started
        assert took < CPU_SECONDS, f"{took:.1f} s of CPU"
        count, slowest = count + 1, max(slowest, took)

    checked()
    return count, slowest


def main(seconds: float = 60) -> None:
    # feedparser warns of keys that it reads for others.
    warnings.simplefilter("ignore")
    checks: dict[str, tuple[Callable[[Any], None], SearchStrategy[Any]]] = {
        "documents": (hostile.check_document, hostile.documents(_seeds())),
        "addresses": (hostile.check_address, hostile.ADDRESSES),
        "times": (hostile.check_time, hostile.TIMES),
        "texts": (hostile.check_text, hostile.TEXTS),
    }
    counts, slowest = dict.fromkeys(checks, 0), dict.fromkeys(checks, 0.0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name, (check, examples) in checks.items():
            count, longest = _run(check, examples)
            counts[name] += count
            slowest[name] = max(slowest[name], longest)
            # Documents are where the danger is.
            if name != "documents" and time.monotonic() >= end:
                break
    for name, count in counts.items():
        print(f"{name}: {count:,} examples, no promise broken; the slowest took {slowest[name] * 1000:.0f} ms of CPU")
