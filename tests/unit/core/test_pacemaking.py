"""What a config allows, what the hourly limit leaves, whom to poll first, and what a push leaves of polls."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storywatch import pushing
from storywatch.model import PushSettings, WatchConfig
from storywatch.pacing import SourceState, set_back
from storywatch.pacing.allowance import NOTHING, Allowance
from storywatch.pacing.bucket import Bucket, full
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.forward import Waiting, by_cost, cheaper, heated_up
from storywatch.pacing.heat import Heat
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.room import UNLIMITED, room, spent, widened
from storywatch.ports import PollRecord
from storywatch.push import PushStanding, PushState
from tests.support.fakes import FakeTransaction, Memory
from tests.support.samples import CNN, NOW, NYT, a_config, a_source, brought

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def config_of(budget: int | None = None, per_host: int | None = None) -> WatchConfig:
    """Return a config of two paced sources and one that is polled every quarter of an hour."""
    sources = (a_source("a", every=None), a_source("b", every=None), a_source("c", "cnn"))
    made = a_config(sources=sources)
    return replace(made, settings=replace(made.settings, budget=budget, per_host=per_host))


def a_rhythm(items_an_hour: float, *, matches: float = 0.0, polled: timedelta = HOUR) -> Rhythm:
    """Return a rhythm that was learned over weeks."""
    fresh = Rhythm()
    items, exposure = fresh.items + 10 * items_an_hour, fresh.exposure + 36_000
    return replace(fresh, items=items, exposure=exposure, at=NOW - polled, matches=matches, expected=6.0)


def waiting(source: str, rhythm: Rhythm, **more: object) -> Waiting:
    """Return a source that was polled an hour ago and waits for five more."""
    values = {"weight": 0.2, "last": NOW - HOUR, "due": NOW + 5 * HOUR, "outlet": "nyt", "host": "nyt.example"}
    return Waiting(source=source, rhythm=rhythm, **(values | more))  # type: ignore[arg-type]


# What a config allows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "total", "paced"),
    [
        ({}, 288.0, 192.0),
        ({"budget": 1000}, 1000.0, 904.0),
        ({"budget": 97}, 97.0, 2.0),  # fixed pauses use it up; a poll a day is left to each of the others
        ({"budget": 10}, 10.0, 2.0),
    ],
)
def test_a_budget_is_of_all_and_fixed_pauses_come_first(settings: dict[str, int], total: float, paced: float) -> None:
    allowed = Allowance.of(config_of(**settings))
    assert (allowed.total, allowed.paced) == (total, paced)


def test_what_is_off_and_what_repeats_another_has_no_part_in_it() -> None:
    config = config_of()
    more = {"off": a_source("off", every=None, enabled=False), "twin": replace(config.sources["a"], id="twin")}
    assert Allowance.of(replace(config, sources={**config.sources, **more})) == Allowance.of(config)


def test_caps_are_of_outlets_and_of_every_host() -> None:
    config = config_of(per_host=50)
    config = replace(config, outlets={"nyt": replace(NYT, budget=120), "cnn": CNN})
    budgets = Allowance.of(config).budgets_of(fleet_on("one.example", "two.example", "one.example"))
    assert budgets.outlets == {"nyt": 120.0}
    assert budgets.hosts == {"one.example": 50.0, "two.example": 50.0}
    assert Allowance.of_object(Allowance.of(config).to_object()) == Allowance.of(config)
    assert not Allowance.of(config_of()).budgets_of(fleet_on("one.example")).hosts


def fleet_on(*hosts: str, fixed: timedelta | None = None) -> Fleet:
    """Return new sources on these hosts."""
    return Fleet.of(Member(rhythm=None, host=host, fixed=fixed) for host in hosts)


def test_what_another_version_allowed_says_nothing() -> None:
    """It is written anew when the next process starts; until then nothing is limited."""
    stored = Allowance.of(config_of()).to_object()
    assert Allowance.of_object({**stored, "a_year": 1.0}) == NOTHING
    assert Allowance.of_object({"total": 9.0}) == NOTHING
    assert Allowance.of_object(stored) != NOTHING


def test_the_default_is_not_of_those_that_fail_or_are_pushed() -> None:
    """A budget that an operator gave is spent by those that are left; that is the negative control."""
    ten = [a_source(str(number), url=f"https://{number}.example/", every=None) for number in range(10)]
    config = a_config(sources=tuple(ten))
    net = Member(rhythm=None, fixed=6 * HOUR)
    fleet = Fleet.of([Member(rhythm=a_rhythm(2.0).to_bytes()), *[net] * 9])
    allowed = Allowance.of(config)
    given = Allowance.of(replace(config, settings=replace(config.settings, budget=960)))
    assert allowed.total == given.total == 960.0
    assert (allowed.budgets_of(fleet).total, given.budgets_of(fleet).total) == (96.0 + 9 * 4, 960.0)
    assert Allowance.of(config).budgets_of(fleet_on(*map(str, range(10)))).total == 960.0


# What the hourly limit leaves ----------------------------------------------------------------------------------------


def test_the_last_tenth_is_for_stories() -> None:
    budget = 2400.0
    everything, reserve = Bucket(), Bucket(tokens=full(budget) * 0.1, at=NOW)
    assert (room(everything, budget, NOW).anyone, room(everything, budget, NOW).most) == (True, int(full(budget)))
    assert (room(reserve, budget, NOW).anyone, room(reserve, budget, NOW).stories) == (False, True)
    empty = spent(reserve, budget, 1000, NOW)
    assert (room(empty, budget, NOW).stories, room(empty, budget, NOW).most) == (False, 1)
    assert empty.tokens == -full(budget)  # what was polled by hand is made up for in an hour, not in days
    assert room(empty, budget, NOW + 2 * HOUR).anyone


def test_where_nothing_is_paced_nothing_is_limited() -> None:
    assert room(Bucket(), 0.0, NOW).most == UNLIMITED
    assert room(Bucket(), 0.0, NOW).anyone


def test_a_raised_budget_brings_what_its_bucket_is_larger_by() -> None:
    assert widened(96.0, 9600.0) == full(9600.0) - full(96.0)
    assert widened(9600.0, 96.0) == 0.0


# Whom to poll first --------------------------------------------------------------------------------------------------


def test_after_a_sleep_that_comes_first_of_which_most_waits() -> None:
    """The rate counts once, and the time that nobody looked twice."""
    rhythms = [a_rhythm(0.1), a_rhythm(5.0), a_rhythm(5.0), Rhythm()]
    fleet = Fleet.of(Member(rhythm=one.to_bytes()) for one in rhythms)
    unseen = [9 * HOUR, 2 * HOUR, 9 * HOUR, timedelta()]
    assert by_cost(fleet, unseen, Pace.first(), NOW) == [2, 1, 0, 3]
    assert by_cost(Fleet.of(()), [], Pace.first(), NOW) == ()


def test_only_what_became_heavier_is_brought_forward_and_not_before_it_may_be() -> None:
    pace = replace(Pace.first(), heat=Heat(x=6.0, y=6.0, at=NOW))
    hot = a_rhythm(2.0, matches=30.0)
    them = [
        waiting("matters", hot),
        waiting("knew", hot, weight=0.9),
        waiting("held", hot, held=NOW + 20 * MINUTE),
        waiting("just", hot, last=NOW - 20 * timedelta(seconds=1)),
    ]
    due = {one.source: one.due - NOW for one in heated_up(them, pace, NOW)}
    assert due == {"matters": timedelta(), "held": 20 * MINUTE, "just": timedelta(seconds=40)}
    assert not list(heated_up(them, replace(pace, heat=Heat(at=NOW)), NOW))


def test_a_lower_price_brings_all_forward_and_a_higher_one_nobody() -> None:
    them = [waiting("a", a_rhythm(2.0))]
    low, high = replace(Pace.first(), price=0.01), replace(Pace.first(), price=1e12)
    assert [one.due for one in cheaper(them, low, NOW)] == [NOW]
    assert not list(cheaper(them, high, NOW))


# Clocks and pushes ---------------------------------------------------------------------------------------------------


def test_pauses_count_from_now_when_the_clock_was_set_back() -> None:
    state = SourceState(
        source="s", next_poll_at=NOW + HOUR, last_poll_at=NOW, held_until=NOW + 2 * HOUR, last_success_at=NOW
    )
    back = set_back(state, NOW - DAY)
    assert (back.next_poll_at, back.held_until) == (NOW - DAY + HOUR, NOW - DAY + 2 * HOUR)
    assert (back.last_poll_at, back.last_success_at, back.fresh_until) == (NOW - DAY, NOW - DAY, None)


@pytest.mark.parametrize(("pause", "floor"), [(5 * MINUTE, 6 * HOUR), (HOUR, 12 * HOUR), (3 * HOUR, 36 * HOUR)])
@pytest.mark.parametrize("proven", [True, False])
async def test_while_pushes_are_proven_a_paced_source_steps_back(
    pause: timedelta, floor: timedelta, *, proven: bool
) -> None:
    """Twelve of the pauses that its rhythm calls for; one whose push is not proven keeps its pace."""
    push = PushState(
        id="p" * 32,
        source="a",
        hub="https://hub.example/",
        topic="https://nyt.example/a.xml",
        made_for="m",
        standing=PushStanding.ACTIVE,
        ask_at=NOW + DAY,
        lease_until=NOW + 9 * DAY,
        proven=proven,
    )
    transaction = FakeTransaction(Memory(pushes={push.id: push}))
    state = SourceState(source="a", next_poll_at=NOW + pause, last_poll_at=NOW)
    record = await pushing.after_poll(
        PollRecord(state=state, learned=Learned(pause=pause)),
        brought(),
        transaction,
        source=a_source("a", every=None),
        settings=PushSettings(public_url="https://desk.example/push", key="k" * 32),
        began=NOW,
        now=NOW,
    )
    assert record.state.next_poll_at == NOW + (floor if proven else pause)
