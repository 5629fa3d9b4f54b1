"""What others would decide of the developers' set: keywords, Boolean facets, and likeness by TF-IDF.

They are what they are elsewhere: words as they stand between borders, in any case; small words tell nothing.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.tracking.devset import DevSet, Story
from bench.tracking.scoring import Alert
from storywatch.matching.likeness.stopwords import STOPWORDS
from storywatch.model import Event, Item

RENEWED_EVERY = 200
"""Items after which frequencies are counted anew."""

STEPS = [number / 200 for number in range(1, 200)]
"""Thresholds that are tried."""

Vector = Mapping[str, float]


def any_keyword(devset: DevSet) -> Iterator[Alert]:
    """Alert on any alias or member of any group."""
    for story in devset.stories:
        event = story.event
        asked = _pattern([*event.aliases, *(member for group in event.all_of for member in group)])
        for line, item in _scored_items(devset, story):
            yield Alert(story=event.id, item=line, alert=bool(asked.search(_text(item))))


def every_group(devset: DevSet) -> Iterator[Alert]:
    """Alert where every group has a hit."""
    for story in devset.stories:
        groups = [_pattern(group) for group in story.event.all_of]
        for line, item in _scored_items(devset, story):
            met = all(group.search(_text(item)) for group in groups)
            yield Alert(story=story.event.id, item=line, alert=met)


def _pattern(members: Iterable[str]) -> re.Pattern[str]:
    each = (re.escape(member.rstrip("*")) + (r"\w*" if member.endswith("*") else "") for member in members)
    return re.compile(rf"\b(?:{'|'.join(each)})\b", re.IGNORECASE)


def _text(item: Item) -> str:
    return f"{item.revision.title} {item.revision.summary}"


def _scored_items(devset: DevSet, story: Story) -> Iterator[tuple[str, Item]]:
    for place in story.places:
        line, item = devset.items[place]
        if line not in story.ignored:
            yield line, item


# Likeness -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scored:
    """How like its story an item is, 0 to 1."""

    item: str
    score: float
    positive: bool


def centroid(devset: DevSet) -> Iterator[Alert]:
    """Alert on what is like title, aliases and seeds together, by a threshold fitted on the other stories."""
    likenesses = _likenesses(devset)
    reached = {story: _f1_by_step(story, likenesses[story]) for story in devset.stories}
    for story in devset.stories:
        others = [f1 for other, f1 in reached.items() if other is not story]
        best = max(range(len(STEPS)), key=lambda step: sum(f1[step] for f1 in others))
        for each in likenesses[story]:
            yield Alert(story=story.event.id, item=each.item, alert=each.score >= STEPS[best], score=each.score)


def _likenesses(devset: DevSet) -> Mapping[Story, list[_Scored]]:
    """Score every pair; frequencies are those of the items before."""
    counts: Counter[str] = Counter()
    told = {story: [_words(text) for text in _texts(story.event)] for story in devset.stories}
    found: dict[Story, list[_Scored]] = {story: [] for story in devset.stories}
    for place, (line, item) in enumerate(devset.items):
        if not place % RENEWED_EVERY:
            known, items = counts.copy(), place
            middles = {story: _middle(texts, known, items) for story, texts in told.items()}
        said = _words(_text(item))
        vector = _weighed(said, known, items)
        for story in devset.stories:
            if place in story.places and line not in story.ignored:
                likeness = sum(weight * middles[story].get(word, 0.0) for word, weight in vector.items())
                found[story].append(_Scored(line, likeness, line in story.positives))
        counts.update(said.keys())
    return found


def _texts(event: Event) -> list[str]:
    return [event.title, *event.aliases, *(seed.text for seed in event.seeds)]


def _words(text: str) -> Counter[str]:
    return Counter(word for word in re.findall(r"\w\w+", text.lower()) if word not in STOPWORDS)


def _weighed(said: Counter[str], known: Counter[str], items: int) -> Vector:
    """Return the vector of length 1."""
    weights = {word: count * (1 + math.log((items + 1) / (known[word] + 1))) for word, count in said.items()}
    length = math.hypot(*weights.values()) or 1.0
    return {word: weight / length for word, weight in weights.items()}


def _middle(texts: Sequence[Counter[str]], known: Counter[str], items: int) -> Vector:
    total: Counter[str] = Counter()
    for text in texts:
        for word, weight in _weighed(text, known, items).items():
            total[word] += weight  # type: ignore[assignment] # a Counter adds up fractions as well
    length = math.hypot(*total.values()) or 1.0
    return {word: weight / length for word, weight in total.items()}


def _f1_by_step(story: Story, scored: Iterable[_Scored]) -> Sequence[float]:
    ordered = sorted(scored, key=lambda each: each.score)
    scores = [each.score for each in ordered]
    hits = [0]
    for each in reversed(ordered):
        hits.append(hits[-1] + each.positive)
    taken = [len(scores) - bisect_left(scores, step) for step in STEPS]
    return [2 * hits[count] / (count + len(story.positives)) for count in taken]
