"""Why a source is polled when it is: each reason has its case."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch.errors import Fault
from storywatch.explaining_polls import (
    PollExplained,
    Stand,
    Steered,
    explained,
    foreseen,
    items_a_day,
    items_an_hour,
    polls_a_day,
)
from storywatch.model import SourceKind, Validators, Wishes
from storywatch.pacing import HostHold, SourceState
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.bucket import Bucket
from storywatch.pacing.fleet import Member
from storywatch.pacing.heat import Heat
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.waiting import next_wait
from tests.support.samples import NOW, a_source

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FRESH = Rhythm()
RHYTHM = replace(FRESH, items=FRESH.items + 20, exposure=FRESH.exposure + 36_000, at=NOW, polls=7)
PAUSE = next_wait(RHYTHM, Pace.first(), price=Pace.first().price, weight=1.0, now=NOW, dice=0.0).pause
STATE = SourceState(source="nyt-world", next_poll_at=NOW + PAUSE, last_poll_at=NOW, last_success_at=NOW)
STAND = Stand(
    state=STATE,
    learned=Learned(rhythm=RHYTHM),
    pace=Pace.first(),
    allowed=Allowance(total=96.0, paced=96.0),
    bucket=Bucket(),
    active=True,
)
HELD = replace(STATE, next_poll_at=NOW + 2 * HOUR, fresh_until=NOW + 2 * HOUR)
PACED = a_source(every=None)


def of(state: SourceState = STATE, source: Any = PACED, **stand: Any) -> PollExplained:
    """Explain a source half a minute after its last poll, unless its state says otherwise."""
    return explained(replace(STAND, state=state, **stand), source, NOW + timedelta(seconds=30))


REASONS: dict[str, tuple[Steered, str, PollExplained]] = {
    "its rhythm": (Steered.PACE, "from then on, to let them wait would cost more", of()),
    "a floor": (
        Steered.FLOOR,
        "its last answer holds so long (ttl of 120 min)",
        of(replace(HELD, wishes=Wishes(ttl=2 * HOUR), validators=Validators(etag='"1"'))),
    ),
    "an answer": (Steered.FLOOR, "(max-age or Expires)", of(replace(HELD, validators=Validators(etag='"1"')))),
    "no validators": (
        Steered.FLOOR,
        'its server can\'t say "not modified"',
        of(HELD),
    ),
    "its host": (
        Steered.FLOOR,
        "nyt.example asked for it",
        of(replace(STATE, next_poll_at=NOW + HOUR), hold=HostHold(host="nyt.example", until=NOW + HOUR)),
    ),
    "a fixed pause": (Steered.FIXED, "it has a fixed pause: 15 min", of(source=a_source())),
    "gaps": (Steered.FIXED, "it waits for gaps", of(source=a_source(every=720 * HOUR, gaps_only=True))),
    "a push": (Steered.PUSH, "as a net only", of(push="proven")),
    "failures": (
        Steered.FAILING,
        "its last 3 polls failed (timeout)",
        of(replace(STATE, failures=3, fault=Fault(code="timeout", message="m"))),
    ),
    "the first": (Steered.FIRST, "not polled yet", of(replace(STATE, last_poll_at=None), learned=Learned())),
    "the limit": (
        Steered.LIMIT,
        "waits for the hourly limit",
        of(replace(STATE, next_poll_at=NOW), bucket=Bucket(tokens=0.0, at=NOW)),
    ),
    "off": (Steered.OFF, "the watch config has it off", of(active=False)),
    "a twin": (Steered.OFF, "nyt-home brings the same document", of(active=False, twin_of="nyt-home")),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_first_reason_that_holds_is_told(reason: str) -> None:
    steered, says, told = REASONS[reason]
    assert told.steered is steered
    assert says in told.why


def test_a_floor_that_is_over_or_comes_earlier_is_no_reason() -> None:
    """The negative control of the floors."""
    told = of(replace(STATE, fresh_until=NOW + timedelta(seconds=20)))
    assert told.steered is Steered.PACE
    assert [floor.name for floor in told.floors] == ["least", "fresh"]


def test_an_own_server_has_no_floors() -> None:
    held = replace(STATE, fresh_until=NOW + HOUR, held_until=NOW + HOUR, wishes=Wishes(skip_hours=frozenset({3})))
    own = a_source(own=True)
    assert of(held, own).floors == ()
    assert [floor.name for floor in of(held).floors] == ["least", "fresh", "retry_after", "skip"]


def test_a_pages_host_has_a_pace_of_its_own() -> None:
    hold = HostHold(host="nyt.example", pages_after=NOW + 2 * MINUTE)
    page = a_source(kind=SourceKind.PAGE, every=None)
    assert [floor.name for floor in of(source=page, hold=hold).floors] == ["least", "crawl_delay"]
    assert [floor.name for floor in of(hold=hold).floors] == ["least"]


def test_figures_are_those_of_the_policy() -> None:
    told = of()
    assert told.items_a_day == pytest.approx(48.0, rel=0.05)
    assert told.wait.pause == PAUSE
    assert told.gain.items == pytest.approx(told.wait.awaited, rel=0.01)
    assert told.chance is None
    assert of(pace=replace(Pace.first(), heat=Heat(x=1.0, y=1.0, at=NOW))).chance == pytest.approx(1.05 / 6, rel=0.01)


def test_polls_a_day_are_those_of_a_fixed_pause_or_of_the_price() -> None:
    slow, busy = Member(rhythm=FRESH.to_bytes()), Member(rhythm=RHYTHM.to_bytes())
    fixed = Member(rhythm=None, fixed=15 * MINUTE)
    some, many, each = polls_a_day([slow, busy, fixed], Pace.first(), NOW)
    assert some < many
    assert each == pytest.approx(96, rel=0.03)
    assert polls_a_day([], Pace.first(), NOW) == ()


def test_while_pushes_come_few_polls_are_foreseen() -> None:
    """Those of the net; one whose push is not proven keeps its pace, and so does a source that fails its back-off."""
    assert of(push="proven").polls_a_day == pytest.approx(4, rel=0.03)
    assert of(push="active").polls_a_day == of().polls_a_day > 20
    assert of(replace(STATE, failures=1, next_poll_at=NOW + 2 * HOUR), push="proven").polls_a_day > 10


def test_a_push_since_the_last_poll_is_not_what_its_plan_counts_from() -> None:
    """The next poll was planned by the last one: to count from the push would make a floor of nothing."""
    pushed = Learned(rhythm=replace(RHYTHM, at=NOW + 3 * HOUR))
    held = replace(STATE, next_poll_at=NOW + 2 * HOUR, fresh_until=NOW + 2 * HOUR)
    assert of(held, learned=pushed).steered is Steered.FLOOR
    assert of(STATE, learned=pushed).steered is Steered.PACE


def test_items_a_day_of_many_are_those_of_each() -> None:
    """An hour's rate by the rates of one source, over the week."""
    rates = items_an_hour(RHYTHM, Pace.first())
    slow, busy = items_a_day([Member(rhythm=None), Member(rhythm=RHYTHM.to_bytes())], Pace.first())
    assert busy == pytest.approx((5 * sum(rates[:24]) + 2 * sum(rates[24:])) / 7)
    assert slow < busy
    assert items_a_day([], Pace.first()) == ()


def test_figures_of_a_list_are_those_of_one() -> None:
    """Of a source that was never polled nobody knows its items."""
    (one, new) = foreseen([Member(rhythm=RHYTHM.to_bytes()), Member(rhythm=None)], Pace.first(), NOW)
    told = of()
    assert one.polls == 7
    assert (one.polls_a_day, one.items_a_day) == pytest.approx((told.polls_a_day, told.items_a_day))
    assert (new.polls, new.items_a_day) == (0, None)
    assert not list(foreseen([], Pace.first(), NOW))
