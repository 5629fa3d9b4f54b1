"""Finds out whether listed names find their spellings and no strangers, and what they cost.

The pairs are the author's own (`data/name_pairs.tsv`: part, kind, listed name, text, whether the text says the name).
The rules were tuned on all parts but the last, which was written afterwards, and nothing was changed for it. Then 500
names are looked for in a stream of running English text, where what they hit is printed and the cost of a word is
compared with plain folding.
"""

import csv
import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from storywatch.matching.names import NamePattern, first_keys, first_words, forms, key, keys, parse_name
from storywatch.matching.names.forms import without_article
from storywatch.matching.names.keys import cached_key, cached_keys
from storywatch.matching.names.sounds import sounds
from storywatch.matching.words import Word, words

PAIRS = Path(__file__).parent / "data" / "name_pairs.tsv"
STREAM = Path(__file__).parents[2] / "shared" / "data" / "matching" / "stream.jsonl.gz"
LISTED = 500
SAMPLE = 40


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A listed name and a text that says it, or says a stranger's."""

    part: str
    kind: str
    name: str
    text: str
    same: bool


def pairs() -> list[Pair]:
    """Read the pairs."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Pair(part=part, kind=kind, name=name, text=text, same=same == "yes")
            for part, kind, name, text, same in rows
        ]


class Index:
    """Names by the keys they can begin with."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, list[tuple[str, NamePattern]]] = defaultdict(list)
        self._words: set[str] = set()
        for name in names:
            pattern = parse_name(name)
            self._words.update(first_words(pattern))
            for beginning in first_keys(pattern):
                self._names[beginning].append((name, pattern))

    def found(self, text: Sequence[Word]) -> Iterable[tuple[str, int, int]]:
        """Yield each name found, with its place and its number of words."""
        for position, word in enumerate(text):
            if not word.titled and word.folded not in self._words and without_article(word.folded) not in self._words:
                continue
            for name, pattern in self._candidates(word.folded):
                length = pattern.match_at(text, position)
                if length:
                    yield name, position, length

    def _candidates(self, folded: str) -> Iterable[tuple[str, NamePattern]]:
        own = keys(folded)
        if len(own) == 1:
            return self._names.get(own[0], ())
        return {each for key in own for each in self._names.get(key, ())}


def says(pair: Pair) -> bool:
    """Tell whether the name is found in the text, by the index as the daemon would."""
    return any(True for _ in Index([pair.name]).found(words(pair.text)))


def main() -> None:
    """Print each part, then the stream."""
    everything = pairs()
    for part in dict.fromkeys(pair.part for pair in everything):
        _report(part, [(pair, says(pair)) for pair in everything if pair.part == part])
    if STREAM.exists():
        _stream()
    else:
        print(f"skipped the stream: {STREAM} is absent")


def _report(part: str, verdicts: Sequence[tuple[Pair, bool]]) -> None:
    """Print precision and recall, each kind by itself, and every mistake."""
    print(f"{part}: {_figures(verdicts)}")
    for kind in dict.fromkeys(pair.kind for pair, _ in verdicts):
        print(f"  {kind:<12}{_figures([each for each in verdicts if each[0].kind == kind])}")
    alone = [each for each in verdicts if len(parse_name(each[0].name).parts) == 1]
    print(f"  {'one word':<12}{_figures(alone)}")
    print(f"  {'more words':<12}{_figures([each for each in verdicts if each not in alone])}")
    for pair, said in verdicts:
        if said != pair.same:
            print(f"    {'stranger taken' if said else 'missed'}: {pair.name} | {pair.text}")


def _figures(verdicts: Sequence[tuple[Pair, bool]]) -> str:
    found = sum(said and pair.same for pair, said in verdicts)
    taken = sum(said and not pair.same for pair, said in verdicts)
    variants = sum(pair.same for pair, _ in verdicts)
    precision, recall = found / max(found + taken, 1), found / max(variants, 1)
    strangers = f"{taken} of {len(verdicts) - variants} strangers"
    return f"found {found} of {variants}, and {strangers}; precision {precision:.3f}, recall {recall:.3f}"


def _stream() -> None:
    with gzip.open(STREAM, "rt", encoding="utf-8") as file:
        texts = [" ".join((item["title"], item["summary"])) for item in map(json.loads, file)]
    names = listed_names()
    index = Index(names)
    spelt = {name: {word.folded for word in words(name)} for name in names}
    same, other = 0, Counter[tuple[str, str]]()
    for text in texts:
        split = words(text)
        for name, position, length in index.found(split):
            span = split[position : position + length]
            if {word.folded for word in span} <= spelt[name]:
                same += 1
            else:
                other[name, text[span[0].start : span[-1].end]] += 1
    print(f"{len(texts)} items, {len(names)} names: {same} hits as listed, {sum(other.values())} otherwise", end=" ")
    print(f"({len(other)} different); the most frequent:")
    for (name, said), count in other.most_common(SAMPLE):
        print(f"  {count:>5}  {name} | {said}")
    _cost(texts, index)


def listed_names() -> list[str]:
    """Return 500 different names: those of the pairs, and the texts that say none of theirs."""
    chosen = pairs()
    names = [pair.name for pair in chosen] + [pair.text for pair in chosen if not pair.same and pair.text.istitle()]
    return list(dict.fromkeys(names))[:LISTED]


def _cost(texts: Sequence[str], index: Index) -> None:
    split = [words(text) for text in texts]
    said = [word.folded for each in split for word in each]
    different = sorted(set(said))
    folding = _microseconds(lambda: [tuple(words(text)) for text in texts]) / len(said)
    finding = _microseconds(lambda: [list(index.found(each)) for each in split]) / len(said)
    sounds.cache_clear()
    forms.said.cache_clear()
    cached_key.cache_clear()
    cached_keys.cache_clear()
    first = _microseconds(lambda: [key(word) for word in different]) / len(different)
    every = _microseconds(lambda: [keys(word) for word in different]) / len(different)
    again = _microseconds(lambda: [key(word) for word in said]) / len(said)
    print(f"{len(said)} words; folding {folding:.2f} us a word, names {finding:.2f} us on top: ", end="")
    print(f"{finding / folding:.2f} of folding")
    print(
        f"met first, a word's plain key {first:.2f} us, its others {every:.2f} us; a key {again:.2f} us a word of text"
    )


def _microseconds(work: Callable[[], object]) -> float:
    """Return microseconds of CPU."""
    begin = time.process_time()
    work()
    return 1e6 * (time.process_time() - begin)
