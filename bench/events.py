"""Many events as operators declare them: a title, two seeds, two groups of facets, an alias and two listed names.

They are made of sentences: an event's second seed is another sentence that says a name of the first.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from bench.matching import Lexicon
from bench.tracking.devset import FOLDER, load
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
    """Declare events of sentences; those that share no name make none, the others several if need be."""
    reports = _Reports(said)
    return [reports.event(number, reports.usable[number % len(reports.usable)]) for number in range(count)]


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

    def event(self, number: int, place: int) -> Event:
        """Declare what a sentence tells of."""
        shared, rare = self._shared(place)[0], self._rare(place)
        other = self._dice.choice([holder for holder in self._holders[shared] if holder != place])
        names = tuple(dict.fromkeys([shared, *self._names[place], *self._names[other]]))[:2]
        begun = (START - timedelta(days=self._dice.randrange(OLDEST))).date()
        return Event(
            id=f"event-{number}",
            title=f"{shared} {' '.join(rare[:3])}",
            aliases=(f"{shared} {rare[0]}",),
            all_of=(names, (*rare[:3], f"{rare[-1][:4]}*")),
            people=tuple(Name(spellings=(name,)) for name in names),
            seeds=tuple(Seed(text=self._said[seed], published=begun) for seed in (place, other)),
        )
