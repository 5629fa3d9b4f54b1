"""One pass of the index over a document against a loop over all aliases: 10,000 events with 8 aliases each.

The loop is the plainest honest one: fold the document, then ask for each alias whether it stands there between borders
of words. It is slow, so that it gets a few of the documents; both must find the same. Three sets: made-up names in
made-up text, whose words are as frequent as Zipf's law has them; the same with aliases of which thousands begin with
the same words (Abdul Rahman, United, General); and, where the test data is present, names that the first half of the
developers' stream says up to five times, crossed with each other to be enough, in documents that are the second half
end to end, read after the first. Documents have 2,000 characters. Printed too: how the cost grows with the number of
events, what it costs to build and to change, and what listed names, which match spellings, cost beside phrases.
"""

import gzip
import json
import random
import re
import statistics
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from bench.city import SYLLABLES
from storywatch.matching.index import TermIndex
from storywatch.matching.names import parse_name
from storywatch.matching.patterns import Pattern, Phrase, parse_term
from storywatch.matching.words import words
from tests.support.corpus import corpus_path

EVENTS = 10_000
ALIASES = 8
CHARACTERS = 2000
DOCUMENTS = 400
WARM_UP = 100
"""Made-up documents that are read before the clock starts: a daemon has seen most words before."""
TURN = 60
LOOPED = 3
"""How many documents the index gets at a turn, and the loop."""
CHANGES = 500
RARE = 5
NAMES = 2
"""Listed names of an event, in the last table."""
SEED = 7

Aliases = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Set:
    """Aliases, and documents in which some of them stand. `before`: those that are read before the clock starts."""

    name: str
    aliases: Aliases
    before: Sequence[str]
    documents: Sequence[str]


# The sets -------------------------------------------------------------------------------------------------------------


class Lexicon:
    """Made-up words: the more frequent, the shorter."""

    def __init__(self, dice: random.Random, size: int, syllables: int) -> None:
        self._dice = dice
        lengths = (min(1 + rank // 20, syllables) if rank < 60 else syllables + rank % 2 for rank in range(size * 2))
        made = dict.fromkeys("".join(dice.choices(SYLLABLES, k=length)) for length in lengths)
        self.words = list(made)[:size]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def draw(self, count: int) -> list[str]:
        """Draw words by Zipf's law (with Mandelbrot's shift)."""
        return self._dice.choices(self.words, cum_weights=self._weights, k=count)


def made_up(name: str, aliases: Aliases, dice: random.Random) -> Set:
    """Write documents with some aliases, and with beginnings of some."""
    lexicon = Lexicon(dice, 30_000, 2)
    written = [_document(lexicon, aliases, dice) for _ in range(DOCUMENTS)]
    return Set(name=name, aliases=aliases, before=written[:WARM_UP], documents=written[WARM_UP:])


def _document(lexicon: Lexicon, aliases: Aliases, dice: random.Random) -> str:
    said = [word.capitalize() if dice.random() < 0.15 else word for word in lexicon.draw(400)]
    for place in dice.sample(range(250), 9):
        alias = dice.choice(aliases)
        said[place] = alias if place % 3 == 0 else " ".join(alias.split()[:-1])
    return " ".join(said)[:CHARACTERS]


def names(dice: random.Random) -> Iterator[str]:
    """Yield names of two or three words without end, common first names more often than rare ones."""
    given, family = Lexicon(dice, 4000, 2), Lexicon(dice, 40_000, 3)
    while True:
        for first, second in zip(given.draw(1000), given.draw(1000), strict=True):
            middle = f" {second}" if dice.random() < 0.3 else ""
            yield f"{first}{middle} {dice.choice(family.words)}".title()


def sharing(dice: random.Random) -> Iterator[str]:
    """Yield names whose first word, or first two, thousands share."""
    common = ["Abdul", "Abdul Rahman", "United", "United Nations", "General", "President", "Mohammed", "Islamic State"]
    family = Lexicon(dice, 40_000, 3)
    while True:
        yield f"{dice.choice(common)} {dice.choice(family.words).title()}"


def streamed(dice: random.Random) -> Set | None:
    """Read the developers' stream, if it is there."""
    path = corpus_path("matching") / "stream.jsonl.gz"
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        text = " ".join(json.loads(line)["summary"] for line in lines)
    half = len(text) // 2
    found = Counter(re.findall(r"(?:[A-Z][\w’'-]+ ){1,2}[A-Z][\w’'-]+", text[:half]))
    before, documents = _cut(text[:half]), _cut(text[half:])[: DOCUMENTS - WARM_UP]
    rare = [name for name, times in found.items() if times <= RARE]
    return Set(name="stream", aliases=distinct(_crossed(rare, dice)), before=before, documents=documents)


def _cut(text: str) -> list[str]:
    return [text[start : start + CHARACTERS] for start in range(0, len(text), CHARACTERS)]


def _crossed(names: Sequence[str], dice: random.Random) -> Iterator[str]:
    yield from names
    while True:
        *first, _ = dice.choice(names).split()
        yield " ".join([*first, dice.choice(names).split()[-1]])


def distinct(drawn: Iterable[str]) -> list[str]:
    """Take as many different aliases as all events have together, in random order."""
    unique: dict[str, None] = {}
    for alias in drawn:
        unique[alias] = None
        if len(unique) == EVENTS * ALIASES:
            break
    taken = list(unique)
    random.Random(SEED).shuffle(taken)
    return taken


# Both ways ------------------------------------------------------------------------------------------------------------


def built(aliases: Aliases, each: int = ALIASES, read: Callable[[str], Pattern] | None = None) -> TermIndex:
    """Build the index: the next `each` aliases are an event's."""
    index = TermIndex()
    for number, alias in enumerate(aliases):
        index.add(number // each, read(alias) if read else _phrase(alias))
    return index


def _phrase(alias: str) -> Phrase:
    return Phrase(parse_term(alias))


def indexed(index: TermIndex, document: str) -> set[int]:
    """Return the numbers of the aliases that stand in a document."""
    return {hit.leaf for hit in index.hits(words(document))}


def looped(folded: Sequence[str], document: str) -> set[int]:
    """Do the same by a loop. Folded aliases have a space before and behind them."""
    text = f" {' '.join(word.folded for word in words(document))} "
    return {number for number, alias in enumerate(folded) if alias in text}


def seconds(work: Callable[[str], object], documents: Sequence[str]) -> float:
    """Return the CPU seconds for a document."""
    began = time.process_time()
    for document in documents:
        work(document)
    return (time.process_time() - began) / len(documents)


def warm(work: Callable[[str], object], given: Set) -> float:
    """Return the CPU seconds for a document."""
    seconds(work, given.before)
    return seconds(work, given.documents)


def compared(given: Set) -> tuple[float, float, float]:
    """Return the loop's cost beside the index's, the seconds of the index for a document, and the hits in one.

    They take turns, so that what else the machine does is the same to both.
    """
    index = built(given.aliases)
    folded = [f" {' '.join(word.folded for word in words(alias))} " for alias in given.aliases]
    seconds(partial(indexed, index), given.before)
    turns = []
    for begin in range(0, len(given.documents), TURN):
        turn = given.documents[begin : begin + TURN]
        some = turn[:: TURN // LOOPED]
        turns.append((seconds(partial(looped, folded), some), seconds(partial(indexed, index), turn)))
        for document in some:
            differing = indexed(index, document) ^ looped(folded, document)
            assert not differing, f"aliases that only one of both finds: {differing}"
    ratio = statistics.median(theirs / ours for theirs, ours in turns)
    hits = statistics.mean(len(indexed(index, document)) for document in given.documents)
    return ratio, statistics.median(ours for _, ours in turns), hits


def grown(given: Set) -> Iterator[tuple[int, float]]:
    """Yield numbers of events with the seconds for a document."""
    for events in (100, 1000, EVENTS):
        index = built(given.aliases[: events * ALIASES])
        yield events, warm(partial(indexed, index), given)


def changed(given: Set) -> tuple[float, float]:
    """Return the seconds to build, and to replace one event."""
    began = time.process_time()
    index = built(given.aliases)
    build = time.process_time() - began
    began = time.process_time()
    for event in range(CHANGES):
        index.discard(event)
        for alias in given.aliases[event * ALIASES : (event + 1) * ALIASES]:
            index.add(event, _phrase(alias))
    return build, (time.process_time() - began) / CHANGES


def weighed(build: Callable[[], TermIndex]) -> float:
    """Return the megabytes that an index holds, its patterns included."""
    tracemalloc.start()
    index = build()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(index)
    return held / 1e6


def main() -> None:
    """Print the ratios."""
    dice = random.Random(SEED)
    sets = [
        made_up("made-up names", distinct(names(dice)), dice),
        made_up("shared beginnings", distinct(sharing(dice)), dice),
    ]
    stream = streamed(dice)
    print(f"documents: made up{', and the stream of the test data' if stream else ' only: the test data is absent'}")
    print(f"{'':<20}{'loop / index':>14}{'ms a document':>16}{'of it words':>14}{'hits':>8}")
    for given in [*sets, stream] if stream else sets:
        ratio, ours, hits = compared(given)
        share = warm(words, given) / ours
        print(f"{given.name:<20}{ratio:>14.0f}{1000 * ours:>16.3f}{share:>14.2f}{hits:>8.1f}", flush=True)
    for given in sets:
        build, change = changed(given)
        print(f"{given.name}: built in {build:.2f} s CPU, {weighed(partial(built, given.aliases)):.0f} MB")
        print(f"  one event replaced: 1/{build / change:,.0f} of a build")
        costs = dict(grown(given))
        told = ", ".join(f"{events:,} events {cost / costs[100]:.2f}" for events, cost in costs.items())
        print(f"  cost of a document beside 100 events: {told}", flush=True)
    _print_names(stream or sets[0])


def _print_names(given: Set) -> None:
    phrases = warm(partial(indexed, built(given.aliases)), given)
    print(f"names, {NAMES} an event, of the set {given.name!r}, which match spellings; cost beside the phrases above:")
    for events in (100, 1000, EVENTS):
        index = built(given.aliases[: events * NAMES], NAMES, parse_name)
        cost = warm(partial(indexed, index), given)
        print(f"  {events:,} events {cost / phrases:.2f}", flush=True)
    size = weighed(partial(built, given.aliases[: EVENTS * NAMES], NAMES, parse_name))
    print(f"  {size:.0f} MB")


if __name__ == "__main__":
    main()
