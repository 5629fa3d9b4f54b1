"""What matched items tell, and to whom: the part of a poll that looks at one event or one message at a time."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from storywatch import planning, updates
from storywatch.errors import ComposeError, Fault
from storywatch.matching import Matcher
from storywatch.matching.deciding import Ground
from storywatch.model import (
    Alert,
    Change,
    Event,
    Item,
    Match,
    Message,
    Notice,
    Owed,
    OwedNotice,
    Report,
    SetAside,
    Update,
    WatchConfig,
)
from storywatch.ports import Channel

MOST_MISSES = 100
"""Near misses of one poll that are kept: the best ones."""

_NEAR = 1 / 3
"""The share of its threshold from which a score is near."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What matching says of the items of a poll; `misses` are worth keeping though they were not accepted."""

    matches: tuple[Match, ...] = ()
    misses: tuple[Match, ...] = ()
    poisonous: tuple[SetAside, ...] = ()


def judge(items: Iterable[Item], matcher: Matcher, events: Container[str]) -> Judged:
    """Match every item, each knowing the ones published before it. One that breaks the matcher is set aside.

    `events`: those that verdicts are wanted for; a reload may bring others to the matcher while a poll goes on.
    """
    found: list[Match] = []
    poisonous: list[SetAside] = []
    for item in sorted(items, key=lambda item: (item.published, item.id)):
        try:
            matches = [match for match in matcher.match(item) if match.event in events]
            matcher.tell(item, matches)
            found.extend(matches)
        except Exception as error:  # the border of one item  # noqa: BLE001
            fault = Fault(code="internal", message=f"a bug in matching that this item brings out: {error!r:.200}")
            poisonous.append(SetAside(item=item.revision.title[:200] or item.id, fault=fault))
    near = sorted(filter(is_near, found), key=lambda match: -match.score)
    return Judged(
        matches=tuple(match for match in found if match.accepted),
        misses=tuple(near[:MOST_MISSES]),
        poisonous=tuple(poisonous),
    )


def is_near(match: Match) -> bool:
    """Tell whether an item was nearly accepted: it was held back, its score is near, or one group alone has no hit."""
    if match.accepted or match.veto:
        return False
    if match.ground == Ground.HELD_BACK or (match.threshold and match.score >= match.threshold * _NEAR):
        return True
    return len(match.lacks) == 1 and bool(match.reasons)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A change of a reported item with what a message about it needs.

    `match` is None where the new text matches no more. `report`: the report as it was, with its update's number;
    `headline` and `first_item` are the update's.
    """

    change: Change
    item: Item
    match: Match | None
    report: updates.PastReport
    headline: str
    first_item: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What matched items tell: updates, reports, changes of what was reported, and who is owed what."""

    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()
    changes: tuple[Changed, ...] = ()
    owed: tuple[Owed, ...] = ()


def tell(
    matched: Iterable[tuple[Item, Match | None]],
    history: Sequence[updates.PastReport],
    event: Event,
    config: WatchConfig,
) -> Told:
    """Place the items of one event, each after the ones before it, and plan who must hear.

    An item that is a report already has changed; it is there even if its new text matches no more, without a match.
    """
    items = sorted(matched, key=lambda pair: (pair[0].published, pair[0].id))
    if not items:
        return Told()
    past = updates.Past(history, about=updates.about(event))
    opened: list[Update] = []
    reports: list[Report] = []
    changes: list[Changed] = []
    owed: list[Owed] = []
    for item, match in items:
        placed = updates.place(item, event.id, past) if match else None
        if placed is None or match is None:
            changes.extend(_changed(item, match, event.id, past))
            continue
        opened.extend([placed.update] if placed.update else [])
        reports.append(placed.report)
        owed.extend(planning.owed(item, match, placed, past, config))
        past.add(updates.as_past(item, placed))
    return Told(updates=tuple(opened), reports=tuple(reports), changes=tuple(changes), owed=tuple(owed))


def _changed(item: Item, match: Match | None, event: str, past: updates.Past) -> Iterable[Changed]:
    report = past.report_of(item.id)
    change = updates.change_of(item, report, event, past) if report else None
    if report and change:
        first = past.developments[report.update].reports[0]
        yield Changed(
            change=change,
            item=item,
            match=match,
            report=report,
            headline=first.headline,
            first_item=first.item,
        )


def notice_for(owed: OwedNotice, channel: Channel) -> Notice:
    """Compose the notice, under the same terms as an alert."""
    message, fault = composed(lambda: channel.compose_notice(owed))
    return Notice(
        id=owed.id,
        subscription=owed.subscription.id,
        subscriber=owed.subscriber.id,
        channel=owed.subscription.channel,
        alarm=owed.alarm.id,
        created=owed.created,
        message=message,
        fault=fault,
    )


def composed(write: Callable[[], Message]) -> tuple[Message | None, Fault | None]:
    """Return what was written, or why it could not be."""
    try:
        return write(), None
    except ComposeError as error:
        return None, error.fault
    except Exception as error:  # the border of one message: what breaks it must not take the poll with it  # noqa: BLE001
        return None, Fault(
            code="internal", message=f"a bug that this item brings out, please report it: {error!r:.200}"
        )


def alert_for(owed: Owed, channel: Channel) -> Alert:
    """Compose the alert. One that can't be written is set aside with its fault, and the poll goes on."""
    message, fault = composed(lambda: channel.compose(owed))
    return Alert(
        id=owed.id,
        subscription=owed.subscription.id,
        subscriber=owed.subscriber.id,
        channel=owed.subscription.channel,
        event=owed.event.id,
        update=owed.update.id,
        item=owed.item.id,
        created=owed.created,
        message=message,
        fault=fault,
    )
