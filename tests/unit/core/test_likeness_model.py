"""The models that ship, and the threshold of an event: `storywatch.matching.likeness.model`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching.likeness import FEATURES, Model, Weights, log_odds, model_from, probability, shipped
from storywatch.matching.likeness.profile import QUIET

WITH_FACETS, WITHOUT = shipped()
BOTH = pytest.mark.parametrize("model", [WITH_FACETS, WITHOUT], ids=["with facets", "without"])
NOISE = st.floats(-40, 40)


@BOTH
@given(noise=NOISE, more=st.floats(0, 40))
@settings(max_examples=50)
def test_noise_only_raises_a_threshold(model: Model, noise: float, more: float) -> None:
    assert model.threshold <= model.threshold_at(noise) <= model.threshold_at(noise + more)


@BOTH
def test_a_quiet_event_has_the_usual_threshold_and_a_noisy_one_a_higher(model: Model) -> None:
    assert model.threshold_at(QUIET) == model.threshold
    assert model.threshold_at(-2.0) > model.threshold + 1


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
    read = model_from({"bias": -1, "threshold": 2, "weights": {"alike": 3}})
    assert read == Model(Weights(bias=-1, of={"alike": 3}), 2)
    assert read.weights.score({"alike": 2.0}) == 5
