"""The models that ship, and the threshold of an event: `storywatch.matching.likeness.model`."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import (
    FEATURES,
    Model,
    Surroundings,
    Weights,
    log_odds,
    model_from,
    probability,
    shipped,
)
from storywatch.matching.likeness.profile import QUIET

WITH_FACETS, WITHOUT = shipped()
BOTH = pytest.mark.parametrize("model", [WITH_FACETS, WITHOUT], ids=["with facets", "without"])


SURROUNDINGS = st.builds(
    Surroundings,
    noise=st.floats(-40, 40),
    background=st.integers(0, 10_000),
    confirmed=st.integers(0, 50),
    rejected=st.integers(0, 50),
)
QUIETLY = Surroundings(noise=QUIET, background=10_000, confirmed=0, rejected=0)


@BOTH
@given(around=SURROUNDINGS, more=st.floats(0, 40))
@settings(max_examples=50)
def test_noise_only_raises_a_threshold(model: Model, around: Surroundings, more: float) -> None:
    louder = replace(around, noise=around.noise + more)
    assert model.threshold <= model.threshold_at(around) <= model.threshold_at(louder)


@BOTH
@given(around=SURROUNDINGS)
@settings(max_examples=50)
def test_a_known_background_and_confirmations_never_raise_it_and_rejections_never_lower_it(
    model: Model, around: Surroundings
) -> None:
    usual = model.threshold_at(around)
    assert model.threshold_at(replace(around, background=around.background + 100)) <= usual
    assert model.threshold_at(replace(around, confirmed=around.confirmed + 1)) <= usual
    assert model.threshold_at(replace(around, rejected=around.rejected + 1)) >= usual


@BOTH
def test_a_quiet_event_has_the_usual_threshold(model: Model) -> None:
    """And what raises it is told by its name."""
    assert model.threshold_at(QUIETLY) == model.threshold
    assert not any(model.raised(QUIETLY).values())
    assert model.threshold_at(replace(QUIETLY, noise=-2.0)) > model.threshold + 1
    assert model.threshold_at(replace(QUIETLY, background=0)) == model.threshold + model.caution
    rejected = replace(QUIETLY, rejected=2)
    assert model.threshold_at(rejected) == model.threshold + 0.5
    assert {name for name, points in model.raised(rejected).items() if points} == {"answers"}
    assert model.threshold_at(replace(rejected, confirmed=4)) == model.threshold
    assert model.threshold_at(replace(rejected, confirmed=4, lately=1.0)) == model.threshold + 0.25
    assert model.threshold_at(replace(QUIETLY, rejected=4)) == model.threshold_at(replace(QUIETLY, rejected=400))


@given(st.floats(-30, 30))
@settings(max_examples=50)
def test_log_odds_and_probability_are_inverse(score: float) -> None:
    assert log_odds(probability(score)) == pytest.approx(score, abs=1e-2)
    assert 0 < probability(score) < 1


@given(st.floats(0.001, 0.999))
@settings(max_examples=50)
def test_probability_and_log_odds_are_inverse(share: float) -> None:
    assert probability(log_odds(share)) == pytest.approx(share)


@pytest.mark.parametrize("score", [-1e9, 1e9, float("inf"), float("-inf")])
def test_no_score_is_out_of_bounds(score: float) -> None:
    """Its log-odds can be asked for too."""
    assert abs(log_odds(probability(score))) == pytest.approx(30, abs=0.1)


def test_probability_rises() -> None:
    assert probability(-1) < probability(0) == 0.5 < probability(1)


@BOTH
def test_the_shipped_weights_have_the_signs_that_their_meaning_asks_for(model: Model) -> None:
    """Names that the event never had speak against it, everything else for it; nothing seen is far from enough."""
    assert model.weights.of.keys() <= set(FEATURES)
    assert {name for name, weight in model.weights.of.items() if weight < 0} == {"strange_names"}
    assert model.weights.bias < model.threshold - 2
    assert model.caution >= 0


def test_facets_count_only_where_there_are_any() -> None:
    """The other model doesn't know of them; both know likeness."""
    assert {"facets", "breadth", "alike", "contrast", "core"} <= WITH_FACETS.weights.of.keys()
    assert {"alike", "contrast", "core"} <= WITHOUT.weights.of.keys()
    assert not {"facets", "breadth"} & WITHOUT.weights.of.keys()


@BOTH
def test_facets_or_likeness_alone_can_be_enough(model: Model) -> None:
    """Of a report that reads just like the event; and of facets, satisfied by several members, nearly."""
    seen = dict.fromkeys(FEATURES, 0.0)
    assert model.weights.score(seen) < model.threshold
    assert model.weights.score(seen | {"alike": 1.0}) > model.threshold
    met = WITH_FACETS.weights.score(seen | {"facets": 1.0, "breadth": 0.5})
    assert met > WITH_FACETS.threshold


@given(st.fixed_dictionaries({name: st.floats(-5, 5) for name in FEATURES}))
@settings(max_examples=30)
def test_a_score_is_the_sum_of_its_parts(features: dict[str, float]) -> None:
    for model in shipped():
        points = [points for _, points in model.weights.points(features)]
        assert model.weights.score(features) == pytest.approx(model.weights.bias + sum(points))


def test_a_model_is_read_as_it_stands() -> None:
    read = model_from({"bias": -1, "threshold": 2, "caution": 1, "weights": {"alike": 3}})
    assert read == Model(Weights(bias=-1, of={"alike": 3}), 2, 1)
    assert read.weights.score({"alike": 2.0}) == 5
