"""The whole judgement about a source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storywatch.errors import Fault
from storywatch.model import Outlet, Source, SourceKind, Visit
from storywatch.verification.facts import AnswerFacts, DocumentFacts, answer_facts, document_facts
from storywatch.verification.findings import Check, Finding, in_words
from storywatch.verification.structure import EMPTY_REMEDY, unlikely
from storywatch.verification.warnings import warnings_of


class Verdict(StrEnum):
    """Whether a source can be used."""

    WORKS = "works"
    WARNINGS = "works with warnings"
    FAILS = "fails"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a visit tells about its source. `advice` is the next step, where there is one."""

    source: str
    fault: Fault | None
    answer: AnswerFacts
    document: DocumentFacts | None
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    advice: str | None

    @property
    def verdict(self) -> Verdict:
        """Sum it up."""
        if self.problems:
            return Verdict.FAILS
        return Verdict.WARNINGS if self.warnings else Verdict.WORKS


_INCLUDES: dict[str, str] = {Check.REDIRECTED_AWAY: Check.MOVED, Check.FOREIGN_ITEMS: Check.UNDECLARED_HOSTS}
"""Which warning would say a problem once more, with a remedy that doesn't fit."""


def verify(
    visit: Visit,
    source: Source,
    outlet: Outlet,
    now: datetime,
    *,
    again: Visit | None = None,
    robots_asked: bool = True,
) -> Verification:
    """Judge a source by a first, unconditional visit.

    `again`: a conditional visit right afterwards, which shows whether the validators work. `robots_asked`: the visits
    obeyed robots.txt.
    """
    answer = answer_facts(visit, again, robots_asked=robots_asked)
    document = document_facts(visit.document, outlet, now) if visit.document else None
    problems = tuple(_problems(visit, document, source, outlet))
    warnings = tuple(warnings_of(visit, again, document, source, outlet)) if visit.document else ()
    told = {_INCLUDES.get(one.code) for one in problems}
    return Verification(
        source=source.id,
        fault=visit.fault,
        answer=answer,
        document=document,
        problems=problems,
        warnings=tuple(one for one in warnings if one.code not in told),
        advice=_advice(source, visit.fault, fails=bool(problems)),
    )


def _problems(visit: Visit, document: DocumentFacts | None, source: Source, outlet: Outlet) -> Iterator[Finding]:
    if visit.fault:
        yield Finding(code=visit.fault.code, message=visit.fault.message, remedy=_remedy(visit.fault, source))
    elif visit.document is None:
        yield Finding(code=Check.EMPTY, message="the source answers without any items", remedy=EMPTY_REMEDY)
    yield from unlikely(visit, source, outlet)
    age = document.newest_age if document else None
    if age is not None and source.stale_after is not None and age > source.stale_after:
        yield Finding(
            code=Check.STALE,
            message=f"the newest item is {in_words(age)} old, more than stale_after: {in_words(source.stale_after)}",
            remedy="it answers but says nothing new: look for the source that is alive, or set a longer stale_after",
        )


_REMEDIES = {
    "blocked": "leave it off; don't imitate a browser: look for another source, or ask the outlet",
    "dns": "check url",
    "egress_refused": "if you trust it, allow it under settings.egress.allow",
    "gone": "look for its new address, or remove it",
    "held": "probe it again after that",
    "not_a_feed": "use the feed's own address; storywatch discover looks for it",
    "not_found": "correct url; storywatch discover looks for the outlet's feeds",
    "robots": "leave it off: look for another source, or ask the outlet",
    "throttled": "probe it again later, and set a longer every",
}


def _remedy(fault: Fault, source: Source) -> str:
    if fault.code == "kind_mismatch":
        other = SourceKind.NEWS_SITEMAP if source.kind is SourceKind.FEED else SourceKind.FEED
        return f"use kind: {other.value}"
    return _REMEDIES.get(fault.code, "probe it again later; if it stays so, leave it off")


def _advice(source: Source, fault: Fault | None, *, fails: bool) -> str | None:
    if fault is not None and not fault.permanent:
        return None  # it may work tomorrow
    if fails:
        return "correct it, or set enabled: false" if source.enabled else "leave it off"
    return None if source.enabled else "enable it: set enabled: true"
