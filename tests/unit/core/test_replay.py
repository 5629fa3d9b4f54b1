"""A stream through the real decisions, in memory: `storywatch.replay`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storywatch.model import MatchMode, Seed
from storywatch.replay import Decision, Replay, StreamItem
from tests.support.samples import ATTACK, KABUL, NOW

STRIKE = "Drone strike near the airport of Kabul destroys a car full of explosives"


def line(item: str, title: str = ATTACK, *, outlet: str = "nyt", **changes: Any) -> StreamItem:
    """Return one line of a stream."""
    return StreamItem(id=item, outlet=outlet, published=NOW, title=title, **changes)


def decided(*lines: StreamItem) -> list[Decision]:
    """Pass the lines through one replay."""
    replay = Replay.of([KABUL])
    return [decision for one in lines for decision in replay.decide(one)]


def test_a_hit_is_an_alert_with_its_reasons() -> None:
    """In words."""
    [decision] = decided(line("1"))
    assert (decision.item, decision.event, decision.alert) == ("1", "kabul", True)
    assert (decision.ground, decision.threshold) == ("facets", None)
    assert decision.score > 0.9
    assert decision.update is not None
    assert len(decision.reasons) == 2
    assert all("title" in reason for reason in decision.reasons)


def test_a_near_miss_is_scored_and_says_what_it_lacks() -> None:
    """So that an operator can tune the facets. Nothing is known of the event yet: the facets alone kept it out."""
    near, nearer = decided(line("1", "Kabul falls"), line("2", "Attack in Kabul"))
    for decision in (near, nearer):
        assert (decision.alert, decision.update) == (False, None)
        assert (decision.ground, decision.threshold) == ("lacking", None)
        assert decision.reasons[-1] == "lacks one of airport"
    assert 0 < near.score < nearer.score < 1


def test_what_reads_like_the_event_is_taken_beyond_its_facets_and_says_so() -> None:
    """In assisted mode, once reports are known; before, and in strict mode, the facets keep it out."""
    told = "Scores of people killed by explosions outside the gate in Kabul"
    [before] = decided(line("3", told))
    assert not before.alert
    seeded = replace(KABUL, seeds=(Seed(text=ATTACK), Seed(text=STRIKE)))
    [taken] = Replay.of([seeded]).decide(line("3", told))
    assert (taken.alert, taken.ground) == (True, "beyond_facets")
    assert taken.score >= (taken.threshold or 1)
    assert taken.reasons[0].startswith("beyond your facets, because it reads like this event's next chapter; it lacks")
    [kept_out] = Replay.of([replace(seeded, match=MatchMode.STRICT)]).decide(line("3", told))
    assert (kept_out.alert, kept_out.score, kept_out.threshold) == (False, taken.score, None)


def test_an_item_without_a_hit_is_silent() -> None:
    """No line at all."""
    assert not decided(line("1", "Elections in Norway"))


def test_the_full_text_counts() -> None:
    """As it does for a source that carries it."""
    [decision] = decided(line("1", "What we know so far", content=f"{ATTACK}. " * 40))
    assert decision.alert
    assert all("content" in reason for reason in decision.reasons)


def test_developments_are_grouped() -> None:
    """A copy joins its update, another development opens one."""
    first, copy, strike = decided(line("1"), line("2", outlet="cnn"), line("3", STRIKE))
    assert first.update == copy.update != strike.update


def test_an_item_is_decided_once() -> None:
    """Re-served by its outlet it is known; under the same id elsewhere it is another."""
    assert len(decided(line("1"), line("1"), line("1", outlet="cnn"))) == 2


def test_a_revision_is_decided_again_and_keeps_its_place() -> None:
    """The third form is compared with the second, whichever key it comes under."""
    page = "https://nyt.example/kabul"
    decisions = decided(
        line("1", "Blast reported", url=page),
        line("1", url=f"{page}-airport"),
        line("1", f"{ATTACK} (corrected)", url=page),
        line("1", f"{ATTACK} (corrected)", url=page),
    )
    assert [decision.alert for decision in decisions] == [True, True]
    assert decisions[0].update is not None
    assert decisions[1].update == decisions[0].update  # it was told before


def test_the_event_dates_hold_for_a_line_without_a_date() -> None:
    """It counts as published at the beginning of time."""
    dated = StreamItem(id="1", outlet="nyt", published=None, title=ATTACK)
    assert [decision.alert for decision in decided(dated)] == [True]


def test_a_replay_is_deterministic() -> None:
    """The same stream, the same decisions."""
    stream = [line(str(n), title) for n, title in enumerate([ATTACK, STRIKE, ATTACK, "Kabul falls"])]
    stream.append(StreamItem(id="9", outlet="cnn", published=NOW + timedelta(days=1), title=STRIKE))
    assert decided(*stream) == decided(*stream)
