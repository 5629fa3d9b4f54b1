"""What matched items tell, and to whom: the part of a poll that looks at one event or one message at a time."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from storywatch import updates
from storywatch.developments import Development, changed, development
from storywatch.errors import ComposeError, Fault
from storywatch.matching import Matcher
from storywatch.matching.deciding import Ground
from storywatch.model import (
    Alert,
    AnyNotice,
    Change,
    Item,
    Match,
    Message,
    Notice,
    OwedNotice,
    Report,
    SetAside,
    Update,
)
from storywatch.ports import Channel
from storywatch.timing import Timed

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


class Judging:
    """Matches the items of a poll one by one. One that breaks the matcher is set aside.

    `events`: those that verdicts are wanted for; a reload may bring others to the matcher while a poll goes on.
    """

    def __init__(self, matcher: Matcher, events: Container[str]) -> None:
        self._matcher = matcher
        self._events = events
        self._found: list[Match] = []
        self._poisonous: list[SetAside] = []

    def add(self, item: Item) -> None:
        """Match an item, which knows those before it."""
        try:
            matches = [match for match in self._matcher.match(item) if match.event in self._events]
            self._matcher.tell(item, matches)
            self._found.extend(matches)
        except Exception as error:  # the border of one item  # noqa: BLE001
            fault = Fault(code="internal", message=f"a bug in matching that this item brings out: {error!r:.200}")
            self._poisonous.append(SetAside(item=item.revision.title[:200] or item.id, fault=fault))

    def judged(self) -> Judged:
        """Return what matching says of them."""
        near = sorted(filter(is_near, self._found), key=lambda match: -match.score)
        return Judged(
            matches=tuple(match for match in self._found if match.accepted),
            misses=tuple(near[:MOST_MISSES]),
            poisonous=tuple(self._poisonous),
        )


def is_near(match: Match) -> bool:
    """Tell whether an item was nearly accepted: it was held back, its score is near, or one group alone has no hit."""
    if match.accepted or match.veto:
        return False
    if match.ground == Ground.HELD_BACK or (match.threshold and match.score >= match.threshold * _NEAR):
        return True
    return len(match.lacks) == 1 and bool(match.reasons)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What matched items tell: updates, reports, changes of reports, and what somebody may have to hear of."""

    updates: tuple[Update, ...] = ()
    reports: tuple[Report, ...] = ()
    changes: tuple[Change, ...] = ()
    developments: tuple[Development, ...] = ()

    def __add__(self, other: "Told") -> "Told":
        return Told(
            updates=(*self.updates, *other.updates),
            reports=(*self.reports, *other.reports),
            changes=(*self.changes, *other.changes),
            developments=(*self.developments, *other.developments),
        )


Shown = Mapping[str, Sequence[str]]
"""Differences of items, by their ids, oldest first."""

NOTHING_SHOWN: Shown = {}


class Placing:
    """Places the items of one event one by one, each after the ones before it.

    `shown`: the differences that the event knows of its reports already, as of their pages.
    """

    def __init__(self, event: str, past: updates.Past, shown: Shown = NOTHING_SHOWN) -> None:
        self._event = event
        self._past = past
        self._shown = shown

    def add(self, item: Item, match: Match | None) -> Told:
        """Place an item that matches; one that is a report already has changed, whether it still matches or not."""
        placed = updates.place(item, self._event, self._past) if match else None
        if placed is None or match is None:
            return self._changed(item, match)
        told = Told(
            updates=(placed.update,) if placed.update else (),
            reports=(placed.report,),
            developments=(development(item, match, placed, self._past),),
        )
        self._past.add(updates.as_past(item, placed))
        return told

    def _changed(self, item: Item, match: Match | None) -> Told:
        report = self._past.report_of(item.id)
        shown = self._shown.get(item.id, ())
        change = updates.change_of(item, report, self._event, self._past, shown) if report else None
        if change is None:
            return Told()
        still = match or Match(
            event=self._event, item=item.id, revision=item.revision.number, accepted=False, score=0.0
        )
        return Told(changes=(change,), developments=(changed(change, item, still, self._past),))


def notice_for(owed: AnyNotice, channel: Channel) -> Notice:
    """Compose the notice, under the same terms as an alert."""
    message, fault = composed(lambda: channel.compose_notice(owed))
    return Notice(
        id=owed.id,
        subscription=owed.subscription.id,
        subscriber=owed.subscriber.id,
        channel=owed.subscription.channel,
        alarm=owed.alarm.id if isinstance(owed, OwedNotice) else owed.endpoint.lane,
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


def alert_for(timed: Timed, channel: Channel) -> Alert:
    """Compose the alert, unless it is gathered. One that can't be written is set aside, and the poll goes on."""
    owed = timed.owed
    gathered = timed.release is not None
    message, fault = (None, None) if gathered else composed(lambda: channel.compose(owed))
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
        kind=owed.kind,
        change=owed.change.id if owed.change else "",
        severity=owed.severity,
        release=timed.release,
        owed=owed if gathered else None,
    )
