"""What a visit tells about its source: whether it works, what to mind, and what to write into the watch config.

Pure. `structural_fault` is the part that keeps a source from storing anything of its first document; `verify` is all
that `storywatch probe` says.
"""

from storywatch.verification.facts import AnswerFacts, DocumentFacts, Robots, TextDepth
from storywatch.verification.findings import Check, Finding, in_words
from storywatch.verification.judging import Verdict, Verification, verify
from storywatch.verification.structure import structural_fault

__all__ = [
    "AnswerFacts",
    "Check",
    "DocumentFacts",
    "Finding",
    "Robots",
    "TextDepth",
    "Verdict",
    "Verification",
    "in_words",
    "structural_fault",
    "verify",
]
