"""Who says what a sentence tells: `according to the health ministry`, `officials said`, `the Pentagon said`."""

import re
from collections.abc import Sequence

from storywatch.updates.listing import word_set

MOST_WORDS = 8
"""Words that name a speaker; longer is a clause that was misread, and names nobody."""

_SAYS = r"(?:said|says|say|told|tells|announced|announces|reported|reports|added|adds|confirmed|confirms|stated|states"
_SAYS += r"|estimated|estimates|claimed|claims|warned|warns|wrote|tweeted|counted|put|puts)"
_NAMED = r"(?P<who>(?:[^\W\d_][\w.'’&-]*)(?: (?:[^\W\d_][\w.'’&-]*)){0,9}?)"
_ACCORDING = re.compile(
    rf"\b[Aa]ccording to (?:an? |the )?{_NAMED}(?=[,;:]|\.(?:\s|$)|$| (?:who|which|that|on|as|and|in a|at a)\b)"
)
_TRAILING = re.compile(rf"[,—–”\"’] (?:an? |the )?{_NAMED} (?:have |has |had )?(?:also )?{_SAYS}\b")
_INVERTED = re.compile(rf"[,”\"’] (?:said|says|told|added) (?:an? |the )?{_NAMED}(?=[,;:]|\.(?:\s|$)|$)")
_LEADING = re.compile(
    rf"^[\"“]?(?:[Aa]n? |[Tt]he )?{_NAMED} (?:have |has |had )?(?:also )?"
    rf"(?:(?:said|says|say|announced|announces|stated|estimated|confirmed|confirms|reported|reports"
    rf"|warned)\b(?! (?:to|for)\b)"
    rf"|(?:told|tells)\b|(?:counted|put|puts)\b(?= ))"
)
_INNER = re.compile(rf"\b(?:as|but|and|while) (?:an? |the )?{_NAMED} (?:have |has |had )?(?:said|say|says|put)\b")
_SOURCES = r"(?:UN|NGO|police|officials?|ministry|minister|army|military|governor|mayor|hospital|medics|rescuers|media"
_SOURCES += r"|sources?|monitors?|president|spokes(?:man|woman|person)|residents|witnesses)"
_HEADED = re.compile(rf"^(?P<who>(?:[\w-]+ ){{0,2}}{_SOURCES}): ", re.IGNORECASE)
_TAILED = re.compile(rf"(?:: | [-–—] )(?P<who>(?:[\w-]+ ){{0,3}}{_SOURCES})$", re.IGNORECASE)
"""Headlines name their source before or after a colon: `41 killed: police`."""

_BEHIND = (_ACCORDING, _TRAILING, _INVERTED)
_CLAUSE = re.compile(
    rf"(?:; |,? (?:but|while|whereas|although|though) |,? and (?=(?:an? |the )?{_NAMED.replace('?P<who>', '?:')}"
    rf" (?:said|say|says|put)\b))"
)
_NOBODY = word_set("he she it they we i you who which that this there one")
_BROKEN = word_set(
    "was were is are be been has have had will would and but after before when while killed denied denies deny"
    " rejected dismissed"
)
_DANGLING = word_set("of in the to for a an by at no not newly")
_TAIL = re.compile(r" (?:later|earlier|also|today|yesterday|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)$")


def said_by(sentence: str, at: int | None = None) -> str | None:
    """Return to whom a sentence ascribes what it tells, as written and without the article; None for nobody.

    `at`: where that stands. Who speaks in a clause of its own speaks for that one and those that follow without a
    speaker: `the army said 12 were killed, but residents said 41 died`. Who is named at the end speaks for all.
    """
    cuts = [cut.start() for cut in _CLAUSE.finditer(sentence)] if at is not None else []
    clauses = [sentence[start:end] for start, end in zip([0, *cuts], [*cuts, len(sentence)], strict=True)]
    here = sum(cut <= (at or 0) for cut in cuts)
    speakers = [_speaker(_CLAUSE.sub("", clause, count=1)) for clause in clauses]
    before = next(filter(None, reversed(speakers[: here + 1])), None)
    return before or (_speaker(clauses[-1], _BEHIND) if here + 1 < len(clauses) else None)


def _speaker(clause: str, patterns: Sequence[re.Pattern[str]] = ()) -> str | None:
    for pattern in patterns or (*_BEHIND, _HEADED, _TAILED, _LEADING, _INNER):
        for match in pattern.finditer(clause):
            who = cleaned(match["who"])
            if who:
                return who
    return None


def cleaned(who: str) -> str | None:
    """Return a speaker's name; None for a pronoun, and for what is no name but a clause."""
    bare = _TAIL.sub("", who.strip().strip("\"“”'")).rstrip(".’'")
    words = bare.split()
    if not words or len(words) > MOST_WORDS or _NOBODY.intersection((words[0].lower(), words[-1].lower())):
        return None
    if words[-1].lower() in _DANGLING:
        return None
    return None if _BROKEN.intersection(word.lower() for word in words) else bare
