"""What deciding costs: CPU for fleets of 10,000 and 100,000 sources as a share of one core, and memory per source."""

import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.observing import Seen
from storywatch.pacing.pace import REFRESHED_EVERY, Budgets, Pace
from storywatch.pacing.policy import Policy
from storywatch.pacing.pricing import refresh
from storywatch.pacing.rhythm import Rhythm

FLEETS = (10_000, 100_000)
POLLS_A_DAY = 96.0
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIED = 3_000
KINDS = 500
HOSTS = 2_000


def main() -> None:
    dice = np.random.default_rng(3)
    rhythms = [_rhythm(dice) for _ in range(KINDS)]
    pace = refresh(_fleet(rhythms, KINDS), Pace.first(), Budgets(total=POLLS_A_DAY * KINDS), NOW)
    each = _a_poll(rhythms, pace)
    print(f"a poll: {each * 1e6:.0f} µs of CPU to read, learn, decide and write; target under 1000")
    print(f"memory: {len(rhythms[0].to_bytes())} bytes a source in the database, none between its polls")
    for count in FLEETS:
        _print_load(rhythms, pace, count, each)


def _rhythm(dice: np.random.Generator) -> Rhythm:
    daily = np.exp(dice.normal(3.2, 1.2))
    return Rhythm(
        items=dice.poisson(daily * 14 / 24 * np.repeat([5 / 7, 2 / 7], 24)).astype(np.float32),
        exposure=(14 * 3600 * np.repeat([5 / 7, 2 / 7], 24)).astype(np.float32),
        phase=dice.poisson(daily * 14 / 12, 12).astype(np.float32),
        at=NOW - timedelta(minutes=15),
        polls=1000,
    )


def _fleet(rhythms: list[Rhythm], count: int) -> Fleet:
    blobs = [rhythm.to_bytes() for rhythm in rhythms]
    return Fleet.of(
        Member(rhythm=blobs[number % len(blobs)], outlet=f"o{number % HOSTS}", host=f"h{number % HOSTS}")
        for number in range(count)
    )


def _a_poll(rhythms: list[Rhythm], pace: Pace) -> float:
    """Return the CPU seconds of one poll as the daemon makes it: from bytes to bytes."""
    policy = Policy(pace=pace, budgets=Budgets(total=POLLS_A_DAY * KINDS))
    blobs = [rhythm.to_bytes() for rhythm in rhythms]
    since = NOW - timedelta(minutes=15)
    began = time.process_time()
    for number in range(TRIED):
        rhythm = Rhythm.of_bytes(blobs[number % KINDS])
        published = (since + timedelta(minutes=7),) if number % 4 == 0 else ()
        seen = Seen(since=since, published=published, listed=25)
        policy.polled(rhythm, seen, outlet="", host="", now=NOW, dice=0.5).rhythm.to_bytes()
    return (time.process_time() - began) / TRIED


def _print_load(rhythms: list[Rhythm], pace: Pace, count: int, each: float) -> None:
    tracemalloc.start()
    began = time.process_time()
    fleet = _fleet(rhythms, count)
    budgets = Budgets(total=POLLS_A_DAY * count, hosts={f"h{number}": POLLS_A_DAY * 20 for number in range(HOSTS)})
    refresh(fleet, replace(pace, members=count), budgets, NOW)
    spent = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    polls = POLLS_A_DAY * count / 86400
    print(
        f"{count:,} sources: {polls:.0f} polls a second take {100 * polls * each:.2f} % of a core; a refresh every"
        f" {REFRESHED_EVERY.total_seconds() / 3600:.0f} hours takes {spent:.1f} s"
        f" ({100 * spent / REFRESHED_EVERY.total_seconds():.3f} %) and {peak / count / 1024:.1f} KiB a source meanwhile"
    )
