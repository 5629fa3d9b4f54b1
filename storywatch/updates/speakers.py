"""Who says what a sentence tells: `according to the health ministry`, `officials said`, `the Pentagon said`."""

import re

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
_NOBODY = word_set("he she it they we i you who which that this there one")
_BROKEN = word_set("was were is are be been has have had will would and but after before when while killed")
_DANGLING = word_set("of in the to for a an by at no not newly")
_TAIL = re.compile(r" (?:later|earlier|also|today|yesterday|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)$")


def said_by(sentence: str) -> str | None:
    """Return to whom a sentence ascribes what it tells, as written and without the article; None for nobody."""
    for pattern in (_ACCORDING, _TRAILING, _INVERTED, _LEADING, _INNER):
        for match in pattern.finditer(sentence):
            who = cleaned(match["who"])
            if who:
                return who
    return None


def cleaned(who: str) -> str | None:
    """Return a speaker's name; None for a pronoun, and for what is no name but a clause."""
    bare = _TAIL.sub("", who.strip().strip("\"“”'")).rstrip(".’'")
    words = bare.split()
    if not words or len(words) > MOST_WORDS or words[0].lower() in _NOBODY:
        return None
    if words[-1].lower() in _DANGLING:
        return None
    return None if _BROKEN.intersection(word.lower() for word in words) else bare
