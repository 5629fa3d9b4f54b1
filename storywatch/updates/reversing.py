"""Which earlier statement a statement contradicts or takes back: a denial becomes an admission, a claim is denied."""

from storywatch.matching.likeness.reading import stem
from storywatch.matching.words import words
from storywatch.model import KnownStatement, Stance, Statement
from storywatch.updates.listing import word_set
from storywatch.updates.past import Past
from storywatch.updates.reading import read

OPPOSED: dict[Stance, frozenset[Stance]] = {
    Stance.DENIES: frozenset({Stance.ADMITS, Stance.CLAIMS, Stance.ACCUSES, Stance.CONFIRMS}),
    Stance.ADMITS: frozenset({Stance.DENIES}),
    Stance.CONFIRMS: frozenset({Stance.DENIES}),
    Stance.WITHDRAWS: frozenset(Stance) - {Stance.WITHDRAWS},
}
"""What each stance can turn around."""

_SAME_TOPIC = 0.25
_SAME_TOPIC_OF_ONE_SPEAKER = 0.08
_MOST_LOOKED_AT = 400
_NO_NAMES = word_set("official officials spokesman spokeswoman spokesperson chief general gen the a an of for us")


def against(statement: Statement, past: Past) -> KnownStatement | None:
    """Return the earlier statement that one turns around, the most alike; None for none.

    One's own words are turned around by a word on the same thing, those of others only by nearly the same sentence.
    What a speaker says again turns around only what was said since.
    """
    opposed = OPPOSED.get(statement.stance, frozenset())
    best: tuple[float, KnownStatement] | None = None
    for known in reversed(past.statements[-_MOST_LOOKED_AT:]):
        same_speaker = is_same_speaker(statement.speaker, known.statement.speaker)
        if same_speaker and _is_said_again(statement, known.statement, past):
            break
        if known.statement.stance not in opposed:
            continue
        if statement.stance is not Stance.DENIES and not same_speaker:
            continue  # whoever admits, admits what they had denied themselves
        topic = _common(statement.quote, known.statement.quote, past)
        least = _SAME_TOPIC_OF_ONE_SPEAKER if same_speaker else _SAME_TOPIC
        if topic >= least and (best is None or topic > best[0]):
            best = topic, known
    return best[1] if best else None


def _is_said_again(statement: Statement, known: Statement, past: Past) -> bool:
    return known.stance is statement.stance and _common(statement.quote, known.quote, past) >= _SAME_TOPIC


def is_same_speaker(one: str, other: str) -> bool:
    """Tell whether two names of speakers share a telling word: the Pentagon, a Pentagon spokesman."""
    return bool(_key(one) & _key(other))


def _key(speaker: str) -> frozenset[str]:
    return frozenset(stem(word.folded) for word in words(speaker) if word.folded not in _NO_NAMES)


def _common(one: str, other: str, past: Past) -> float:
    ours, theirs = (read(f"\n{quote}").terms.keys() for quote in (one, other))
    shared, either = (sum(map(past.weight, terms)) for terms in (ours & theirs, ours | theirs))
    return shared / (either or 1.0)
