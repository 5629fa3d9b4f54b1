"""What of a visit counts for its source's rhythm and for the heat of all: `storywatch.steering`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch import steering
from storywatch.intake import Intake
from storywatch.model import Item, Match, SourceKind
from storywatch.pacing import SourceState
from storywatch.pacing.heat import Heat
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from tests.support.samples import NOW, a_source, an_item, brought, parsed
from tests.unit.pacing.rhythms import DAY, HOUR, MINUTE, steady

PACE = replace(Pace.first(), heat=Heat(at=NOW))


def visited(
    taken: Intake,
    matched: Iterable[Item] = (),
    *,
    listed: int = 30,
    gap: bool = False,
    kind: SourceKind = SourceKind.FEED,
    last: timedelta = MINUTE * 15,
    **state: Any,
) -> Learned:
    """Return what is known of a source of fifty items a day after it was visited once more."""
    matches = [Match(event="kabul", item=item.id, revision=1, accepted=True, score=1.0) for item in matched]
    before = SourceState(source="nyt-world", next_poll_at=NOW, **({"last_success_at": NOW - last} | state))
    return steering.after_visit(
        brought(*(parsed(str(number)) for number in range(listed))),
        before,
        Learned(rhythm=steady(50, at=NOW - last)),
        PACE,
        a_source(kind=kind),
        taken=taken,
        matches=matches,
        gap=gap,
        now=NOW,
    )


def test_a_watched_page_has_no_window() -> None:
    """Its document is one item, however often that changes; all of it is new each time."""
    page = Intake(revised=(an_item(),))
    watched = visited(page, listed=1, kind=SourceKind.PAGE, gap=True)
    feed = visited(Intake(), listed=30)
    assert watched.rhythm.window == 0
    assert feed.rhythm.window == 30
    assert watched.pause == pytest.approx(feed.pause, rel=0.1)
    assert visited(page, listed=1).pause < watched.pause


def test_items_of_another_address_heat_nothing() -> None:
    """After the address changed, the old items of the new one match nothing that is going on."""
    old = [an_item(item=f"o{number}", published=NOW - DAY * number) for number in range(1, 7)]
    fresh = an_item(item="fresh", published=NOW - 5 * MINUTE)
    moved = visited(Intake(new=(*old, fresh)), [*old, fresh], last_success_at=None)
    assert (moved.new, moved.matched) == (1, 1)
    only_old = visited(Intake(new=tuple(old)), old, last_success_at=None)
    assert (only_old.new, only_old.matched) == (0, 0)


def test_items_of_days_ago_heat_nothing() -> None:
    """After an outage; those of its last hours do."""
    old = [an_item(item=f"o{number}", published=NOW - DAY * number) for number in range(2, 5)]
    fresh = [an_item(item=f"f{number}", published=NOW - HOUR * number) for number in range(3)]
    back = visited(Intake(new=(*old, *fresh)), [*old, fresh[0]], last=5 * DAY)
    assert (back.new, back.matched) == (3, 1)
