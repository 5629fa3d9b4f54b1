"""Publishers' notes under a report: that it was corrected, or taken back.

The common ones of English-language outlets, and how notes of other languages begin.
"""

import re
from collections.abc import Sequence

from storywatch.difference import sentences
from storywatch.model import ChangeKind

MOST_NOTE_CHARS = 500
LEAST_NOTE_CHARS = 40
"""From so many on a note is known again by its beginning, and is more than a label."""

_TEXT = r"(?:article|story|report|post|item|piece|page)"
_RETRACTED = re.compile(
    rf"\b(?:(?:this|the|our) {_TEXT}[^.]{{0,60}}?(?:has been|was|is|have been)"
    r"(?: \w+ly)? (?:retracted|withdrawn|removed|taken down|deleted|unpublished)"
    rf"|(?:has|have|we) (?:retracted|withdrawn|removed|taken down|deleted|unpublished) (?:this|the|an?|our|its)"
    rf"(?: \w+){{0,2}} {_TEXT}"
    rf"|(?:is|are) (?:retracting|withdrawing) (?:this|our|its)(?: \w+){{0,2}} {_TEXT}"
    r"|^\W*(?:retraction|retracted|withdrawn|story (?:removed|withdrawn)|article (?:removed|withdrawn))\b ?[:.—–-]"
    r"|(?:mandatory )?kill notice|story is killed)",
    re.IGNORECASE,
)
_LABELS = (
    r"corrections?|clarifications?|corrected|clarified|editor[’']?s[’']? note|corrigendum|erratum|errata"
    r"|berichtigung|korrektur|richtigstellung|rectificatif|fe de errores|corrección|rectificación|correção|rettifica"
    r"|исправление|уточнение|виправлення|уточнення|تصحيح|تصويب|भूल सुधार|शुद्धिपत्र|更正|勘误"
)
_CORRECTED = re.compile(
    rf"(?:^\W*(?:{_LABELS})(?!\w)(?:\([^)\n]{{0,30}}\)|[^\n.]){{0,40}}?[:：—–-]"
    rf"|\b(?:this|the)(?: \w+\.? \d{{1,2}})? (?:{_TEXT}|headline|caption|photo|version)[^.]{{0,80}}?"
    r"(?:corrected|clarified|amended|misstated|misspelled|misidentified|incorrectly|wrongly|mistakenly|erroneously"
    r"|in error|gave the wrong)"
    r"|\b(?:earlier|previous|original) (?:version|headline|caption)s? (?:of|on|to) (?:this|the)"
    rf" (?:{_TEXT}|headline|caption)"
    r"(?! (?:was|were|is|can) (?:\w+ly )?(?:first |originally )?(?:published|be|available))"
    rf"|\b(?:we|this {_TEXT}) (?:previously|originally|initially|earlier) (?:reported|said|stated|wrote|gave)"
    r"|\b(?:updated|edited|amended|changed|refiled|refiles) to (?:correct|clarify|fix|reflect the correct"
    r"|remove an? (?:error|incorrect))"
    r"|\bcorrects? (?:the )?(?:spelling|name|number|date|death toll|toll|figure|attribution|day|year|age"
    r"|title|headline|location)"
    r"|\b(?:regrets?|we apologi[sz]e for) the (?:error|mistake)\b|\bwas corrected on\b"
    r"|\bin einer (?:früheren|vorherigen|ersten) (?:version|fassung) dieses\b"
    r"|\bversion (?:précédente|antérieure) de cet article\b|\bpremière version de cet article\b"
    r"|\bversión (?:anterior|previa) de est[ea]\b)",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"(?<=[a-z)\]\"”’][.!?])(?=(?:correction|clarification|corrected|editor[’']?s[’']? note|retract(?:ion|ed))\b)",
    re.IGNORECASE,
)
"""Where a note stands right behind the last word of a text that lost its markup: `at work.Correction: the gate`."""

_WHAT_WAS_WRONG = re.compile(
    r"\b(?:(?:earlier|previous|original|first) version|originally|previously|incorrect\w*|wrong\w*|misstated"
    r"|misidentified|mistaken\w*|erroneous\w*|error|in fact|regret|not \S+,? as|not (?:the )?[\d,]+"
    r"|correct (?:figure|number|toll|name|date|spelling|age)|should (?:have |be |read |say )|it (?:was|is|did) not)\b",
    re.IGNORECASE,
)


def is_note(sentence: str) -> bool:
    """Tell whether a sentence says of its own text that it was corrected or taken back."""
    return bool(_RETRACTED.search(sentence) or _CORRECTED.search(sentence))


def classified(added: Sequence[str]) -> tuple[ChangeKind, str]:
    """Return what kind of change the added lines make, with the publisher's own note of it."""
    told = [sentence for _, sentence in sentences(*(_GLUED.sub("\n", line) for line in added))]
    for kind, pattern in ((ChangeKind.RETRACTION, _RETRACTED), (ChangeKind.CORRECTION, _CORRECTED)):
        notes = [at for at, sentence in enumerate(told) if pattern.search(sentence)]
        if notes:
            at = next((at for at in notes if len(told[at]) >= LEAST_NOTE_CHARS), notes[0])
            return kind, _note(told[at], told[at + 1 : at + 2])
    return ChangeKind.EDIT, ""


def _note(sentence: str, after: Sequence[str]) -> str:
    """Return the note, with the sentence behind it if that says what was wrong: many say first that they are one."""
    note = " ".join((sentence, *(next_one for next_one in after if _WHAT_WAS_WRONG.search(next_one))))
    return note if len(note) <= MOST_NOTE_CHARS else note[: MOST_NOTE_CHARS - 1].rsplit(" ", 1)[0] + "…"
