"""What a poll costs, so that the budget is spent: `storywatch.pacing.pricing`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.pacing import heat as heats
from storywatch.pacing import pooling
from storywatch.pacing.demand import Demand, weights
from storywatch.pacing.fleet import Fleet, Member
from storywatch.pacing.heat import Heat
from storywatch.pacing.pace import Budgets, Pace
from storywatch.pacing.pricing import refresh
from storywatch.pacing.rates import Rates
from storywatch.pacing.rhythm import Rhythm
from storywatch.pacing.solving import price_for
from storywatch.pacing.waiting import next_wait
from tests.unit.pacing.rhythms import DAY, HOUR, MONDAY, fleet, steady

NOW = MONDAY + HOUR
DAILIES = (2.0, 8.0, 30.0, 120.0)
FLEET = fleet(*(steady(daily) for daily in DAILIES))


def polls_by_hand(members: Fleet, pace: Pace, now: datetime = NOW) -> list[float]:
    """Return the polls a day of each source at the prices of a pace."""
    demand = Demand.of(members, pace, now)
    prices = [pace.price_for(str(o), str(h)) for o, h in zip(members.outlets, members.hosts, strict=True)]
    return [float(one) for one in demand.polls(np.array(prices))]


@given(st.lists(st.floats(0.05, 2000), min_size=1, max_size=12), st.floats(2, 1000))
@settings(max_examples=40, deadline=None)
def test_the_price_spends_the_budget(dailies: list[float], each: float) -> None:
    """Whatever the sources publish; between a poll a day and one a minute each."""
    members = fleet(*(steady(daily) for daily in dailies))
    pace = refresh(members, Pace.first(), Budgets(total=each * len(dailies)), NOW)
    assert sum(polls_by_hand(members, pace)) == pytest.approx(each * len(dailies), rel=0.01)


def test_who_publishes_more_is_polled_more() -> None:
    """By about the root: 15 times the items, less than 15 times and more than twice the polls."""
    pace = refresh(FLEET, Pace.first(), Budgets(total=400), NOW)
    polls = polls_by_hand(FLEET, pace)
    assert polls == sorted(polls)
    assert 2 < polls[3] / polls[1] < 15


def test_what_a_floor_leaves_falls_to_the_others() -> None:
    """The busiest may be polled once an hour only."""
    free = refresh(FLEET, Pace.first(), Budgets(total=400), NOW)
    held = fleet(*(steady(daily) for daily in DAILIES), floors=(0, 0, 0, 3600))
    pace = refresh(held, Pace.first(), Budgets(total=400), NOW)
    polls = polls_by_hand(held, pace)
    assert polls[3] <= 24
    assert sum(polls) == pytest.approx(400, rel=0.01)
    assert all(now > before for now, before in zip(polls[:3], polls_by_hand(FLEET, free), strict=False))


def test_a_fixed_pause_counts_and_is_not_steered() -> None:
    """It takes its share at any price."""
    members = Fleet.of(
        Member(rhythm=steady(daily).to_bytes(), fixed=timedelta(minutes=5) if daily == DAILIES[0] else None)
        for daily in DAILIES
    )
    polls = polls_by_hand(members, refresh(members, Pace.first(), Budgets(total=600), NOW))
    assert polls[0] == pytest.approx(288, rel=0.03)
    assert sum(polls) == pytest.approx(600, rel=0.01)


@pytest.mark.parametrize(
    ("outlets", "hosts"),
    [({"busy": 60.0}, {}), ({}, {"h": 90.0}), ({"busy": 60.0}, {"h": 90.0}), ({"busy": 60.0, "calm": 50.0}, {})],
)
def test_caps_hold_and_the_others_get_the_rest(outlets: Mapping[str, float], hosts: Mapping[str, float]) -> None:
    """By outlet, by host, and both; where caps leave less than the budget, less is spent."""
    names = ("calm", "calm", "busy", "busy")
    members = Fleet.of(
        Member(rhythm=steady(daily).to_bytes(), outlet=name, host="h" if daily > 8 else "other")
        for daily, name in zip(DAILIES, names, strict=True)
    )
    budgets = Budgets(total=400, outlets=outlets, hosts=hosts)
    polls = polls_by_hand(members, refresh(members, Pace.first(), budgets, NOW))
    for name, cap in outlets.items():
        assert sum(one for one, outlet in zip(polls, names, strict=True) if outlet == name) <= cap * 1.001
    assert sum(polls[2:]) <= hosts.get("h", 1e9) * 1.001
    assert sum(polls) == pytest.approx(min(400, 110 if len(outlets) > 1 else 400), rel=0.01)


def test_small_documents_count_in_the_budget_and_in_caps() -> None:
    """Their sooner polls are planned for: the price is higher by so much."""
    small = [replace(steady(daily), window=1.0) for daily in DAILIES]
    members = fleet(*small, hosts=("h", "h", "other", "h"))
    pace = refresh(members, Pace.first(), Budgets(total=100, hosts={"h": 40}), NOW)
    polls = [
        DAY / next_wait(one, pace, price=pace.price_for("", host), weight=1, now=NOW, dice=0.5).pause
        for one, host in zip(small, members.hosts, strict=True)
    ]
    assert polls == pytest.approx(polls_by_hand(members, pace), rel=0.05)
    assert sum(polls) == pytest.approx(100, rel=0.05)
    assert polls[0] + polls[1] + polls[3] == pytest.approx(40, rel=0.05)


def test_who_spends_too_little_gets_no_more_than_a_cap() -> None:
    """The trim lowers the price of all, and not those of caps; it raises both."""
    members = fleet(*(steady(daily) for daily in DAILIES), hosts=("h", "h", "", ""))
    for trim, dearer in ((0.3, 1.0), (3.0, 3.0)):
        pace = refresh(members, replace(Pace.first(), trim=trim), Budgets(total=400, hosts={"h": 30}), NOW)
        plain = refresh(members, Pace.first(), Budgets(total=400, hosts={"h": 30}), NOW)
        assert pace.price == pytest.approx(plain.price * trim)
        assert pace.prices["host:h"] == pytest.approx(plain.prices["host:h"] * dearer)


def test_nothing_is_learned_where_one_source_came_for_another() -> None:
    """The polls of who is gone are no polls saved."""
    old, new = (
        Fleet.of(
            Member(rhythm=replace(steady(8), polls=polls).to_bytes(), source=name)
            for name, polls in (("a", 100), (other, count))
        )
        for other, count in (("b", 35_000), ("c", 0))
    )
    start = refresh(old, Pace.first(), Budgets(total=400), NOW)
    replaced = refresh(new, start, Budgets(total=400), NOW + 3 * HOUR)
    assert (replaced.trim, replaced.debt) == (1, 0)
    stayed = refresh(old, start, Budgets(total=400), NOW + 3 * HOUR)
    assert stayed.trim < 1


def test_one_source_alone_does_not_bend_the_pool() -> None:
    """A first document of thousands of items, all at the full hour and by night, beside fifty feeds."""
    odd = Rhythm(
        items=np.array([2000] + [0] * 47, dtype=np.float32),
        exposure=np.array([3600] * 48, dtype=np.float32),
        phase=np.array([2000] + [0] * 11, dtype=np.float32),
    )
    calm = [steady(3, days=10) for _ in range(50)]
    pace = refresh(fleet(*calm, odd), Pace.first(), Budgets(total=400), NOW)
    assert pace.phase[0] < 3
    assert pace.pool[0] < 8


def test_a_budget_nobody_can_spend_is_no_error() -> None:
    """All poll once a minute then; and once a day if it is nothing."""
    rich = refresh(FLEET, Pace.first(), Budgets(total=1e9), NOW)
    assert polls_by_hand(FLEET, rich) == pytest.approx([1440 / 1.025] * 4)
    poor = refresh(FLEET, Pace.first(), Budgets(total=0), NOW)
    assert polls_by_hand(FLEET, poor) == pytest.approx([1 / 1.025] * 4)


def test_no_sources_are_no_error() -> None:
    """A watch config may have none yet."""
    pace = refresh(Fleet.of([]), Pace.first(), Budgets(total=0), NOW)
    assert pace.planned == 0
    assert Pace.of_json(pace.to_json()).to_json() == pace.to_json()


def spending(polls: int, hours: float = 3, sources: int = 4) -> float:
    """Return the trim after so many polls in so many hours."""
    start = refresh(FLEET, Pace.first(), Budgets(total=400), NOW)
    spent = fleet(*(replace(steady(8), polls=polls // sources) for _ in range(sources)))
    return refresh(spent, start, Budgets(total=400), NOW + hours * HOUR).trim


def test_who_overspends_pays_more() -> None:
    """And who spends too little less; 50 were planned."""
    assert spending(52) == pytest.approx(1, abs=0.1)
    assert spending(80) > 1.2
    assert spending(28) < 0.85
    assert spending(100_000) == spending(200_000) < 1.6


@pytest.mark.parametrize(("hours", "sources"), [(10, 4), (0.2, 4), (3, 3)])
def test_nothing_is_learned_from_a_night_of_sleep_nor_from_another_fleet(hours: float, sources: int) -> None:
    """What was planned is not what could be spent."""
    assert spending(400, hours=hours, sources=sources) == 1


def test_all_at_once_reckons_like_one_by_one() -> None:
    """Rates and weights over the fleet are those that a single wait uses."""
    rng = np.random.default_rng(1)
    rhythms = [
        Rhythm(
            items=rng.gamma(1, 3, 48).astype(np.float32),
            exposure=rng.uniform(1e3, 1e5, 48).astype(np.float32),
            phase=rng.gamma(1, 9, 12).astype(np.float32),
            at=MONDAY,
            matches=float(number),
            expected=2.0,
            hot=number / 2,
            shown=3.0,
        )
        for number in range(5)
    ]
    members = fleet(*rhythms)
    pace = refresh(members, Pace.first(), Budgets(total=480), NOW)
    hourly = pooling.hourly(members, pace)
    heat = Heat(x=2.0, y=20.0, at=MONDAY)
    for number, rhythm in enumerate(rhythms):
        rates = Rates.of(rhythm, pace)
        assert hourly[number] == pytest.approx([rates.in_hour(key) for key in range(48)], rel=1e-5)
        assert weights(members, heat, NOW)[number] == pytest.approx(heats.weight(rhythm, heat, NOW), rel=1e-5)


def test_patience_shortens_where_the_late_ones_would_be_later_than_by_one_interval() -> None:
    """Few items in sources that are held, so that the others' tail is what counts."""
    spread = [steady(daily) for daily in np.geomspace(2.5, 270, 24)]
    free = refresh(fleet(*spread), Pace.first(), Budgets(total=96 * 24), NOW)
    floors = [1800.0 if number == 17 else 0.0 for number in range(24)]
    held = refresh(fleet(*spread, floors=floors), Pace.first(), Budgets(total=96 * 24), NOW)
    assert held.patience < free.patience


@given(st.floats(1e-4, 1e4), st.floats(0.3, 2))
def test_solving_finds_the_price(price: float, power: float) -> None:
    """Of anything that falls with it."""
    assert price_for(lambda c: c**-power, price**-power) == pytest.approx(price, rel=1e-2)


def test_a_pace_is_stored_whole() -> None:
    """As JSON; what can't be read is a first pace."""
    pace = refresh(FLEET, replace(Pace.first(), heat=Heat(x=1.0, y=2.0, at=NOW)), Budgets(total=99, hosts={"": 5}), NOW)
    assert Pace.of_json(pace.to_json()).to_json() == pace.to_json()
    assert pace.prices
    for broken in ("", "[]", "{}", pace.to_json()[:-1], pace.to_json().replace('"pool": [', '"pool": [0, ')):
        assert Pace.of_json(broken).to_json() == Pace.first().to_json()


def test_it_is_old_after_three_hours_or_by_a_wrong_clock() -> None:
    """One from the future was made by a clock that ran ahead."""
    pace = refresh(FLEET, Pace.first(), Budgets(total=99), NOW)
    assert Pace.first().is_old(NOW)
    assert not pace.is_old(NOW + 2 * HOUR)
    assert pace.is_old(NOW + 3 * HOUR)
    assert pace.is_old(NOW - DAY)
