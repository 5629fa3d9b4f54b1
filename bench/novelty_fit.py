"""Fits the weights of novelty and writes them where they ship. `python -m bench novelty_fit`.

Each fitting stream is passed through whole and in many parts (a few of its facts), with the gold grouping, then with
the groups that the weights so far make, so that they learn to go on from their own mistakes. Some passes know the day
only, as many feeds do, some headlines or summaries only. A weight never gets the sign that sense forbids.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.novelty import FITTED_ON, FOLDER, VARIANTS, Stream, stream_of
from config import load_events
from storywatch import updates
from storywatch.replay import StreamItem
from storywatch.updates.novelty import FEATURES, candidates, score
from storywatch.updates.reading import read

WEIGHTS = Path(updates.__file__).with_name("weights.json")

PARTS = 4
ROUNDS = 1
DAYS_ONLY = 0.4
HURRIED = 0.25
"""Share of the passes in which days become hours or minutes: developments are not always a day apart."""

RIDGE = 30.0
IN_DOUBT_NEW = 0.25
"""Log-odds from which an item repeats: one alert too many is better than one lost."""

_SEED = 1

Weights = Mapping[str, float]
Pair = tuple[Mapping[str, float], bool]
Pass = tuple[Stream, str]


def main() -> None:
    """Fit, and write the weights."""
    dice = random.Random(_SEED)
    passes = [
        one for name in FITTED_ON for variant in VARIANTS.values() for one in _passes(variant(stream_of(name)), dice)
    ]
    weights = both(passes)
    WEIGHTS.write_text(json.dumps(rounded(weights), indent=2) + "\n", "utf-8")
    print(f"{WEIGHTS}: {weights}")


def both(passes: Sequence[Pass]) -> Mapping[str, Weights]:
    """Fit which update an item is of on all its candidates, then whether it repeats one on the likeliest of each."""
    items = [pairs for one in passes for pairs in _items(one, None)]
    which = fitted([pair for pairs in items for pair in pairs])
    for _ in range(ROUNDS):
        items += [pairs for one in passes for pairs in _items(one, which)]
        which = fitted([pair for pairs in items for pair in pairs])
    best = [max(pairs, key=lambda pair: score(pair[0], which)) for pairs in items if pairs]
    repeats = fitted(best)
    return {"which": which, "repeats": repeats | {"bias": repeats["bias"] - IN_DOUBT_NEW}}


def rounded(weights: Mapping[str, Weights]) -> Mapping[str, Weights]:
    """Return the weights as they are written."""
    return {part: {name: round(value, 3) for name, value in some.items()} for part, some in weights.items()}


def _passes(stream: Stream, dice: random.Random) -> Iterator[Pass]:
    """Yield the stream whole, then in parts of two to ten facts, in a row or at random."""
    (event,) = load_events(FOLDER / f"{stream.name}.events.yaml")
    facts = list(dict.fromkeys(stream.facts[item.id] for item in stream.items))
    chosen = [facts]
    for _ in range(PARTS):
        count = dice.randint(2, min(10, len(facts)))
        first = dice.randint(0, len(facts) - count)
        chosen.append(facts[first : first + count] if dice.random() < 0.6 else dice.sample(facts, count))
    for some in chosen:
        items = [item for item in stream.items if stream.facts[item.id] in some]
        if dice.random() < DAYS_ONLY:
            items = list(map(_at_midnight, items))
        if dice.random() < HURRIED:
            items = _hurried(items, dice.choice((10, 100)))
        yield replace(stream, items=items), updates.about(event)


def _hurried(items: Sequence[StreamItem], times: int) -> list[StreamItem]:
    """Return items as if all had come to pass so many times faster."""
    start = items[0].published
    if start is None:
        return list(items)
    return [
        replace(item, published=start + (item.published - start) / times) if item.published else item for item in items
    ]


def _at_midnight(item: StreamItem) -> StreamItem:
    if item.published is None:
        return item
    return replace(item, published=item.published.combine(item.published, time(), item.published.tzinfo))


def _items(one: Pass, weights: Weights | None) -> Iterator[list[Pair]]:
    """Yield each item with the updates that it may repeat; grouped by gold where no weights say how."""
    stream, about = one
    past, told = updates.Past(about=about), defaultdict[str, set[str]](set)
    for item in stream.items:
        fact, text = stream.facts[item.id], updates.as_said(item.title, item.summary, item.content)
        found = candidates(read(text), past, at=item.published, weights=weights or {"bias": 0.0})
        yield [(candidate.features, fact in told[candidate.update.id]) for candidate in found]
        best = found[0] if found and found[0].score >= 0 else None
        update = fact if weights is None else (best.update.id if best else item.id)
        told[update].add(fact)
        past.add(
            updates.PastReport(
                update=update, number=1, item=item.id, outlet=item.outlet, headline="", text=text, seen=item.published
            )
        )


def fitted(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return the weights of a ridge logistic regression whose signs are bound."""
    names = list(FEATURES)
    values = np.array([[features[name] for name in names] for features, _ in pairs])
    same = np.array([float(label) for _, label in pairs])
    scale = values.std(axis=0) + 1e-9
    inputs = np.c_[np.ones(len(values)), values / scale]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = inputs @ weights
        slope = inputs.T @ (1 / (1 + np.exp(-odds)) - same)
        slope[1:] += RIDGE * weights[1:]
        cost = np.sum(np.logaddexp(0, odds) - same * odds) + RIDGE * np.sum(weights[1:] ** 2) / 2
        return float(cost), slope

    bounds = [(None, None), *((0, None) if FEATURES[name] > 0 else (None, 0) for name in names)]
    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return {"bias": float(found[0]), **{name: float(w / s) for name, w, s in zip(names, found[1:], scale, strict=True)}}
