"""Statements: who denies, admits, confirms, withdraws, claims or accuses, in the report's sentence. English only."""

import re
from collections.abc import Iterator

from storywatch.difference import sentences
from storywatch.model import Stance, Statement
from storywatch.updates.speakers import cleaned

MOST_STATEMENTS = 20
"""Statements of one report that are kept, from the top."""

MOST_CHARS = 8_000
MOST_SENTENCE_CHARS = 1_500
MOST_BEFORE = 300
"""Characters before a verb in which its speaker is looked for."""

_STANCES = (
    (
        Stance.WITHDRAWS,
        (
            r"(?:withdraws?|withdrew|withdrawn|takes? back|took back|rescinds?"
            r"|rescinded)(?=(?: \S+){0,4} (?:claims?|statements?"
            r"|allegations?|reports?|accounts?|remarks?|accusations?|denials?|figures?|comments?|assertions?|words))"
            r"|retracts?|retracted|recants?|recanted|walks? back|walked back|backtracks?|backtracked"
            r"|reverses? (?:itself|course)"
            r"|reversed (?:itself|course)|no longer (?:claims?|believes?)|corrected (?:its|his|her"
            r"|their) (?:account|statement"
            r"|claim|figures?)"
        ),
    ),
    (
        Stance.ADMITS,
        (
            r"admits?|admitted|acknowledges?|acknowledged|concedes?|conceded|confess(?:es|ed)?|owns up|owned up"
            r"|accepts? (?:responsibility|that|the blame)|accepted (?:responsibility|that|the blame)|takes? the blame"
        ),
    ),
    (
        Stance.DENIES,
        (
            r"den(?:y|ies|ied)|rejects?|rejected|dismiss(?:es|ed)|refutes?|refuted|disputes?|disputed|rebuffs?|rebuffed"
            r"|disavows?|disavowed|contradicts?|contradicted|den(?:y|ies|ied) (?:any|all)"
        ),
    ),
    (Stance.ACCUSES, r"accuses?|accused|blames?|blamed|alleges?|alleged"),
    (Stance.CONFIRMS, r"confirms?|confirmed|verif(?:y|ies|ied)"),
    (Stance.CLAIMS, r"claims?|claimed|asserts?|asserted|insists?|insisted|maintains?|maintained"),
)
_VERBS = {stance: rf"(?P<{stance.value}>\b(?:{verbs})\b)" for stance, verbs in _STANCES}
_ANY = re.compile("|".join(_VERBS.values()), re.IGNORECASE)
_OBJECT = {
    Stance.DENIES: re.compile(
        r"(?! (?:permission|entry|access|bail|boarding|visas?|entrance|clearance|the (?:appeal|motion|bail)"
        r"|an? (?:appeal"
        r"|motion)|bid|from|as (?:head|chief)|[\d,]+|staff"
        r"|employees|workers|for|(?:his|her|its|their|\S+[’']s) (?:appeal|motion|bail|bid|request|petition)"
        r"|(?:the )?(?:ball|case|charges) (?:against|on)))"
    ),
    Stance.CLAIMS: re.compile(r"(?! (?:(?:\S+ ){0,3}(?:lives?|victims?)|of|against|about|by)\b)"),
    Stance.ADMITS: re.compile(
        r"(?! (?:to (?:the )?hospital|(?:\S+ )?(?:patients?|evidence|victims|students|refugees)))"
    ),
    Stance.CONFIRMS: re.compile(r"(?! (?:dead|deaths?|fatalities|cases?|casualties|kills?|as)\b)"),
    Stance.ACCUSES: re.compile(r"(?! (?:by|of|for)\b)"),
}
_NOT = re.compile(
    r"(?:\bnot|n[’']t|\bnever|\bneither|\bnor|\bcannot|\brefus\w+ to|\bdeclin\w+ to|\bfail\w* to|\bunable to"
    r"|\bbefore|\bif"
    r"|\bno one|\bnobody|\bno longer|\bto)(?: \w+ly)?\s$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|be|being|the|an?|of|his|her|their|its|has been|this|that|any|all|these|those"
    r"|about|after|in|on|over|by|with|for|despite|no|from|such|some)\s$",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:no|none|nobody|neither|nothing|few)\b", re.IGNORECASE)
_SHARED = re.compile(r"\b(?:and|but)(?: (?:then|later|also|now|finally))?\s$")
"""Before the second verb of one speaker: `admitted the strike, and withdrew its claim`."""

_NOUN = re.compile(r"\b(?:\w+ed|withdrew|took back|made|took) (?:its|his|her|their|the|an?)$", re.IGNORECASE)
"""Before a verb that is a noun there: `withdrew its earlier claim`."""

_BREAKS = re.compile("[;:—–]")
_JUDGES = re.compile(r"\b(?:courts?|judges?|tribunal|jury|bail|appeal|visa)$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?:[,;:—–]|\b(?:and|but|that|as|after|before|while|when|because|although|whom|which|who|where|if)\b)(?![^,;:—–]*[,;:—–])"
)
_LEAD_IN = re.compile(
    r"^(?:on \w+day|the|an?|in an? \S+|later|meanwhile|earlier|however|also|now|finally|yesterday|today"
    r"|weeks later)\s+",
    re.IGNORECASE,
)
_AUXILIARIES = re.compile(
    r"(?:\s+(?:has|have|had|also|later|now|on|finally|again|publicly|formally|officially|repeatedly|strongly|flatly"
    r"|initially|first|since|then|still|already|today|yesterday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))+$"
)


def statements_of(*texts: str) -> tuple[Statement, ...]:
    """Return the statements that texts tell, in order; each stance of a speaker in a sentence once."""
    found: dict[tuple[Stance, str, str], Statement] = {}
    for _, sentence in sentences(*(text[:MOST_CHARS] for text in texts)):
        for statement in of_sentence(sentence):
            found.setdefault((statement.stance, statement.speaker, sentence), statement)
    return tuple(found.values())[:MOST_STATEMENTS]


def of_sentence(sentence: str) -> Iterator[Statement]:
    """Yield the statements of one sentence; it is their quote."""
    sentence, last = sentence[:MOST_SENTENCE_CHARS], ""
    for match in _ANY.finditer(sentence):
        stance = Stance(str(match.lastgroup))
        before = sentence[max(0, match.start() - MOST_BEFORE) : match.start()]
        after = _OBJECT.get(stance)
        if _NOT.search(before) or _PASSIVE.search(before) or (after and not after.match(sentence, match.end())):
            continue
        if _begins(sentence, match.start()):
            continue
        speaker = _speaker(before)
        if speaker is not None and not _states_nothing(speaker, stance):
            last = speaker = speaker or (last if _SHARED.search(before) else "")
            yield Statement(stance=stance, speaker=speaker, quote=sentence)


def _states_nothing(speaker: str, stance: Stance) -> bool:
    """Tell whether a noun was misread, or a court decides."""
    return bool(_NOUN.search(speaker) or (stance is Stance.DENIES and _JUDGES.search(speaker)))


def _before_aside(before: str) -> str:
    """Return who stands before an aside: `officials, speaking in private, denied`. Before one comma stand deeds."""
    subject, *asides = _BREAKS.split(before)[-1].split(",")
    return subject if len(asides) > 1 and not any(map(str.isdecimal, subject)) else ""


def _begins(sentence: str, start: int) -> bool:
    """Tell whether nobody stands before the verb: `Claims of overcrowding grow`."""
    return not sentence[:start].strip(" \"'“‘")


def _speaker(before: str) -> str | None:
    """Return who stands before a verb; empty for a pronoun, None for nobody: `no group claimed responsibility`."""
    clause = before
    for cut in _CLAUSE.finditer(before):
        clause = before[cut.end() :]
    if not clause.strip() and _SHARED.search(before):
        return ""
    if not clause.strip():
        clause = _before_aside(before)
    bare = _AUXILIARIES.sub("", clause.strip().rstrip(","))
    while (shorter := _LEAD_IN.sub("", bare)) != bare:
        bare = shorter
    if not bare:
        return ""
    if _NOBODY.match(bare):
        return None
    return cleaned(bare) or ""
