"""Fits the weights of novelty and writes them where they ship. `python -m bench novelty_fit`.

Each fitting stream is passed through whole and in a part (a few of its facts), first as grouped by gold, then with the
groups that those weights make, so that the weights that ship have learned to go on from mistakes. Some passes know the
day only, as many feeds do, some headlines or summaries only. A weight never gets the sign that sense forbids.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.novelty import FITTED_ON, FOLDER, VARIANTS, Stream, stream_of
from config import load_events
from storywatch import updates
from storywatch.replay import StreamItem
from storywatch.updates.novelty import FEATURES, LEAST_PASSAGES, candidates, chosen, score
from storywatch.updates.reading import read

WEIGHTS = Path(updates.__file__).with_name("weights.json")

PARTS = 1
DAYS_ONLY = 0.4
HURRIED = 0.25
"""Share of the passes in which days become hours or minutes: developments are not always a day apart."""

RIDGE = 3.0
IN_DOUBT_NEW = 1.2
"""Log-odds from which an item repeats: one alert too many is better than one lost."""

_SEED = 1

Weights = Mapping[str, float]
Pair = tuple[Mapping[str, float], bool]
Pass = tuple[Stream, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An item that is no copy: its candidates, with whether each tells its fact, and whether that is known at all."""

    pairs: Sequence[Pair]
    known: bool


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
    """Fit which update an item is of on all its candidates, and whether it tells a known fact on the likeliest of them.

    First as if all before it had been grouped by gold, then on the groups which those weights make.
    """
    weights = _fitted([told for one in passes for told in _told(one, None)])
    return _fitted([told for one in passes for told in _told(one, weights)])


def _fitted(items: Sequence[Told]) -> Mapping[str, Weights]:
    which = fitted([pair for told in items for pair in told.pairs])
    likeliest = [
        (max(told.pairs, key=lambda pair: score(pair[0], which))[0], told.known) for told in items if told.pairs
    ]
    repeats = fitted(likeliest)
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


def _told(one: Pass, weights: Mapping[str, Weights] | None) -> Iterator[Told]:
    """Yield each item with the updates that it may repeat; grouped by gold where no weights say how."""
    stream, about = one
    past, told = updates.Past(about=about), defaultdict[str, set[str]](set)
    for item in stream.items:
        fact, text = stream.facts[item.id], updates.as_said(item.title, item.summary, item.content)
        telling = read(text)
        copied = past.same_text(telling, least=LEAST_PASSAGES)
        found = candidates(
            telling, past, at=item.published, outlet=item.outlet, weights=weights["which"] if weights else {"bias": 0.0}
        )
        if copied is None:
            pairs = [(candidate.features, fact in told[candidate.update.id]) for candidate in found]
            yield Told(pairs=pairs, known=any(fact in facts for facts in told.values()))
        twin = past.updates[copied.update] if copied else weights and chosen(telling, found, past, weights["repeats"])
        update = fact if weights is None else twin.id if twin else item.id
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
