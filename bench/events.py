"""Many events as operators declare them: a title, two seeds, two groups of facets, an alias and two listed names.

They are made of sentences: an event's second seed is another sentence that says a name of the first. There are two
kinds. *Crowded* events ask for less than operators do: a group may be satisfied by `United States` or `peop*`, and many
are declared of one story. *Apart*, each tells of a story of its own: no two share their rarest name, no group asks for
what one in a hundred sentences says, and where the sentences have no more stories, they are told again of other names.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

from bench.matching import Lexicon
from bench.tracking.devset import FOLDER, load
from storywatch.matching.likeness.common import COMMON
from storywatch.matching.likeness.countries import COUNTRY_OF
from storywatch.matching.likeness.reading import stem
from storywatch.matching.likeness.stopwords import STOPWORDS
from storywatch.model import Event, Name, Seed

MADE_UP = 14_000
OLDEST = 1000
"""Days for which an event has been going on at most."""
SEED = 7
START = datetime(2026, 3, 1, tzinfo=UTC)
"""When the first item is published."""

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_WORD = re.compile(r"\b[a-z]{4,}\b")


def sentences() -> tuple[list[str], list[str]]:
    """Return sentences to make events of, and later ones: of the developers' stream, or made up where it is absent."""
    if FOLDER.is_dir():
        said = [item.revision.summary for _, item in load("events.yaml").items]
    else:
        said = list(islice(_made_up(random.Random(SEED)), MADE_UP))
    cut = 2 * len(said) // 3
    return said[:cut], said[cut:]


def _made_up(dice: random.Random) -> Iterator[str]:
    lexicon = Lexicon(dice, 30_000, 2)
    while True:
        yield " ".join(word.capitalize() if dice.random() < 0.2 else word for word in lexicon.draw(30))


def declared(said: Sequence[str], count: int) -> list[Event]:
    """Declare crowded events of sentences; those that share no name make none, the others several if need be."""
    reports = _Reports(said)
    return [reports.event(number, reports.usable[number % len(reports.usable)]) for number in range(count)]


def declared_apart(said: Sequence[str], count: int) -> list[Event]:
    """Declare events of different stories. Those that are told again come after all others."""
    events: list[Event] = []
    told = 0
    while len(events) < count:
        reports = _Apart([_told_again(sentence, told) for sentence in said] if told else said)
        events += [reports.event(len(events) + number, place) for number, place in enumerate(reports.usable)]
        told += 1
    return events[:count]


def _told_again(sentence: str, time: int) -> str:
    """Return a sentence with other words in place of all but the commonest, and the countries."""
    return re.sub(r"[^\W\d_]{4,}", lambda word: word[0] if _is_common(word[0]) else _other(word[0], time), sentence)


@cache
def _is_common(word: str) -> bool:
    folded = word.lower()
    return stem(folded) in _STEMS or folded in STOPWORDS or folded in COUNTRY_OF


_STEMS = frozenset(map(stem, COMMON))


@cache
def _other(word: str, time: int) -> str:
    """Return a word as long that nobody says: its letters are turned about."""
    dice = random.Random(time)
    return word.translate(str.maketrans(_VOWELS + _CONSONANTS, _turned(dice, _VOWELS) + _turned(dice, _CONSONANTS)))


def _turned(dice: random.Random, letters: str) -> str:
    return "".join(dice.sample(letters, len(letters)))


_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprtvw"


def article(sentence: str, others: Sequence[str], length: int) -> str:
    """Return a text about one subject: a sentence, and those of the others that share the rarest words with it."""
    holders = _holders(tuple(others))
    shared: Counter[int] = Counter()
    for word in set(re.findall(r"\w{4,}", sentence.lower())):
        places = holders.get(word, ())
        for place in places:
            shared[place] += math.log(len(others) / len(places))  # type: ignore[assignment] # fractions add up as well
    return " ".join([sentence, *(others[place] for place, _ in shared.most_common(20) if others[place] != sentence)])[
        :length
    ]


@cache
def _holders(sentences: tuple[str, ...]) -> Mapping[str, list[int]]:
    """Return where each word stands."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, sentence in enumerate(sentences):
        for word in set(re.findall(r"\w{4,}", sentence.lower())):
            found[word].append(place)
    return found


class _Reports:
    """Sentences, their names and how frequent their words are."""

    def __init__(self, said: Sequence[str]) -> None:
        self._dice = random.Random(SEED)
        self._said = said
        self._names = [tuple(dict.fromkeys(_NAME.findall(sentence))) for sentence in said]
        self._words = Counter(word for sentence in said for word in set(_WORD.findall(sentence)))
        self._holders: dict[str, list[int]] = defaultdict(list)
        for place, names in enumerate(self._names):
            for name in names:
                self._holders[name].append(place)
        self.usable = [place for place in range(len(said)) if self._shared(place) and self._rare(place)]

    def _shared(self, place: int) -> list[str]:
        """Return the names that another sentence says too, the rarest first."""
        return sorted(
            (name for name in self._names[place] if len(self._holders[name]) > 1),
            key=lambda name: len(self._holders[name]),
        )

    def _rare(self, place: int) -> list[str]:
        words = set(_WORD.findall(self._said[place])) - STOPWORDS
        return sorted(words, key=lambda word: (self._words[word], word))[:4]

    def _names_of(self, place: int) -> Sequence[str]:
        return self._names[place]

    def _prefix(self, word: str) -> str:
        return f"{word[:4]}*"

    def event(self, number: int, place: int) -> Event:
        """Declare what a sentence tells of."""
        shared, rare = self._shared(place)[0], self._rare(place)
        other = self._dice.choice([holder for holder in self._holders[shared] if holder != place])
        names = tuple(dict.fromkeys([shared, *self._names_of(place), *self._names_of(other)]))[:2]
        begun = (START - timedelta(days=self._dice.randrange(OLDEST))).date()
        return Event(
            id=f"event-{number}",
            title=f"{shared} {' '.join(rare[:3])}",
            aliases=(f"{shared} {rare[0]}",),
            all_of=(names, (*rare[:3], self._prefix(rare[-1]))),
            people=tuple(Name(spellings=(name,)) for name in names),
            seeds=tuple(Seed(text=self._said[seed], published=begun) for seed in (place, other)),
        )


class _Apart(_Reports):
    """Those of different stories."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__(said)
        by_name = {self._shared(place)[0]: place for place in self.usable if self._shared(place)}
        self.usable = [place for name, place in by_name.items() if self._is_rare(name)]

    def _is_rare(self, name: str) -> bool:
        """Tell whether a name is one: `Prime Minister` and `Monday` are not."""
        told = not all(map(_is_common, name.split()))
        return told and len(self._holders[name]) <= len(self._said) / 100

    def _rare(self, place: int) -> list[str]:
        most = len(self._said) / 100
        return [word for word in super()._rare(place) if self._words[word] <= most]

    def _names_of(self, place: int) -> Sequence[str]:
        return [name for name in self._names[place] if self._is_rare(name)]

    def _prefix(self, word: str) -> str:
        return f"{word[: max(6, len(word) - 2)]}*"
