"""Rechecks: the page of a reported item is looked at again, less and less often, for edits in silence and for absence.

A feed tells of an article for days; what is changed or taken away later is seen on its page alone. The ladder is made
like that of diffengine, but a tenth as many visits: some twenty in the first year, and then no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storywatch.difference import difference
from storywatch.model import Item, ParsedItem, Revision, Validators, Visit, VisitOutcome
from storywatch.urls import url_identity

LADDER: Sequence[tuple[timedelta, timedelta]] = (
    (timedelta(days=1), timedelta(hours=6)),
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=7)),
    (timedelta(days=365), timedelta(days=45)),
)
"""Up to which age of the report its page is looked at how often."""

SURE_AFTER = timedelta(hours=1)
"""A page is gone when it is missing again after this pause: servers stumble."""

GONE_CODES = frozenset({"gone", "not_found"})
MOST_TEXT = 20_000
"""Characters of a page's text that are kept for the next comparison."""

LONGEST_PAUSE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recheck:
    """What is remembered of a reported item's page. `text` is None until it was read once.

    `reported`: when the item became a report. `missing_since`: the first look that did not find it; `gone`: told as
    gone. `next_check_at` is None when it is looked at no more.
    """

    item: Item
    reported: datetime
    next_check_at: datetime | None
    checks: int = 0
    text: str | None = None
    title: str = ""
    validators: Validators = Validators()
    missing_since: datetime | None = None
    gone: bool = False


class Found(StrEnum):
    """What a look brought that is to be told."""

    NOTHING = "nothing"
    EDITED = "edited"
    VANISHED = "vanished"
    RESTORED = "restored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A look at a page: what is remembered after it, what was found, and where words changed, the new ones."""

    after: Recheck
    found: Found = Found.NOTHING
    revision: Revision | None = None


def after(visit: Visit, before: Recheck, now: datetime) -> Look:
    """Decide what a visit to the page tells. A failure that says nothing of the page says nothing."""
    looked = replace(before, checks=before.checks + 1, next_check_at=next_look(before.reported, now))
    if _is_missing(visit, before):
        return _missing(looked, before, now)
    if visit.outcome is VisitOutcome.FAILED:
        asked = visit.fault.retry_after if visit.fault else None
        later = now + min(asked or timedelta(), LONGEST_PAUSE)
        planned = looked.next_check_at
        return Look(after=replace(looked, next_check_at=planned and max(planned, later)))
    here = replace(looked, missing_since=None, gone=False, validators=visit.validators)
    found = Found.RESTORED if before.gone else Found.NOTHING
    if visit.document is None or not visit.document.items:
        return Look(after=here, found=found)
    return _read(visit.document.items[0], here, before, found, now)


def next_look(reported: datetime, now: datetime) -> datetime | None:
    """Return when the page is looked at next, None when the report is too old for it."""
    pause = next((pause for age, pause in LADDER if now - reported < age), None)
    return now + pause if pause else None


def _is_missing(visit: Visit, before: Recheck) -> bool:
    """Tell whether the page is not there: the server says so, or leads to the front page in place of it."""
    if visit.outcome is VisitOutcome.FAILED:
        return visit.fault is not None and visit.fault.code in GONE_CODES
    led_to = visit.final_url
    return led_to is not None and url_identity(before.item.url) is not None and url_identity(led_to) is None


def _missing(looked: Recheck, before: Recheck, now: datetime) -> Look:
    since = before.missing_since or now
    if before.gone or now - since < SURE_AFTER:
        soon = looked.next_check_at if before.gone else now + SURE_AFTER
        return Look(after=replace(looked, missing_since=since, next_check_at=soon))
    return Look(after=replace(looked, missing_since=since, gone=True), found=Found.VANISHED)


def _read(page: ParsedItem, here: Recheck, before: Recheck, found: Found, now: datetime) -> Look:
    """Compare the page's words with those of the last look; the first look has nothing to compare with."""
    text = page.content[:MOST_TEXT]
    read = replace(here, text=text, title=page.title)
    if before.text is None or not text or text == before.text:
        return Look(after=replace(read, text=text or before.text), found=found)
    item = before.item
    old = replace(item.revision, title=before.title, summary="", content=before.text)
    new = replace(old, number=old.number + 1, seen=now, title=page.title or before.title, content=text)
    changed = difference(old, new)
    if not changed:
        return Look(after=read, found=found)
    told = Found.EDITED if found is Found.NOTHING else found
    return Look(after=read, found=told, revision=replace(new, difference=changed))
