"""The use case of a recheck: look at a reported item's page again, and tell what happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from storywatch import updates
from storywatch.alerting import alerts_for
from storywatch.developments import Development, changed
from storywatch.model import (
    Change,
    ChangeKind,
    ChannelKind,
    Event,
    Item,
    Outlet,
    PageRules,
    Source,
    SourceKind,
    Visit,
    WatchConfig,
)
from storywatch.pacing import HostHold, SourceState, page_hold
from storywatch.pasts import Pasts
from storywatch.ports import Channel, Clock, Fetcher, LookTransaction, Rechecks
from storywatch.rechecking import Found, Look, Recheck, after
from storywatch.updates.changes import change_id

VISITED_AS = "recheck"
PAGE_CHANGES = {Found.VANISHED: ChangeKind.VANISHED, Found.RESTORED: ChangeKind.RESTORED}
_NEVER = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What one look found, for the log. `alerts`: how many are owed for it. `hold`: what the host asked for."""

    item: str
    found: Found
    visit: Visit
    changes: tuple[Change, ...] = ()
    alerts: int = 0
    hold: HostHold | None = None


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """Looks at pages again. `rules`: how their text is read."""

    rechecks: Rechecks
    fetcher: Fetcher
    channels: Mapping[ChannelKind, Channel]
    clock: Clock
    rules: PageRules
    pasts: Pasts = field(default_factory=Pasts)

    async def look(self, recheck: Recheck, token: str, config: WatchConfig) -> Looked:
        """Visit a page and commit what follows. Raises `LeaseLost` when another worker looks at it meanwhile."""
        page = self._page(recheck.item)
        visit = await self._visit(page, recheck, config)
        now = self.clock()
        look, hold = after(visit, recheck, now), page_hold(visit, page, now)
        return await self.pasts.around(lambda: self._store(look, hold, visit, token, config))

    async def _store(self, look: Look, hold: HostHold | None, visit: Visit, token: str, config: WatchConfig) -> Looked:
        item, now = look.after.item.id, self.clock()
        async with self.rechecks.open(look.after, token, now) as transaction:
            await transaction.hold(hold, now)
            if look.found is Found.NOTHING:
                return Looked(item=item, found=look.found, visit=visit, hold=hold)
            developments = await self._developments(look, config, transaction)
            changes = tuple(one.change for one in developments if one.change)
            told = await alerts_for(developments, config, self.channels, transaction, self.clock())
            await transaction.save(changes, told)
        return Looked(item=item, found=look.found, visit=visit, changes=changes, alerts=len(told), hold=hold)

    def _page(self, item: Item) -> Source:
        return Source(
            id=f"{VISITED_AS}:{item.id}",
            outlet=item.outlet,
            kind=SourceKind.PAGE,
            url=item.url or "",
            every=_NEVER,
            page=self.rules,
        )

    async def _visit(self, page: Source, recheck: Recheck, config: WatchConfig) -> Visit:
        outlet = config.outlets.get(page.outlet) or Outlet(id=page.outlet, name=page.outlet)
        state = SourceState(source=page.id, next_poll_at=self.clock(), validators=recheck.validators)
        return await self.fetcher.visit(page, outlet, state)

    async def _developments(
        self, look: Look, config: WatchConfig, transaction: LookTransaction
    ) -> tuple[Development, ...]:
        """Return what happened for each event that has the item as a report; the feed may have told of it already."""
        found = []
        for name in await transaction.events():
            event, match = config.events.get(name), await transaction.verdict(name)
            if event is None or match is None:
                continue
            past = await self.pasts.of(event, await transaction.history(name))
            shown = await transaction.differences(name, [look.after.item.id])
            change = self._change(look, event, past, shown.get(look.after.item.id, ()))
            if change is not None:
                found.append(changed(change, look.after.item, match, past))
            self.pasts.keep(event, past)
        return tuple(found)

    def _change(self, look: Look, event: Event, past: updates.Past, shown: Sequence[str]) -> Change | None:
        report = past.report_of(look.after.item.id)
        if report is None:
            return None
        edit = _edit(look, report, event, past, shown)
        if look.found is Found.EDITED:
            return edit
        kind, number = PAGE_CHANGES[look.found], look.after.item.revision.number
        moved = updates.page_change(report, event.id, kind=kind, revision=number, seen=self.clock())
        # A page that comes back with other words is told once: that it is back, and what differs.
        return replace(moved, difference=edit.difference, quote=edit.quote, news=edit.news) if edit else moved


def _edit(
    look: Look, report: updates.PastReport, event: Event, past: updates.Past, shown: Sequence[str]
) -> Change | None:
    item, revision = look.after.item, look.revision
    if revision is None:
        return None
    change = updates.change_of(replace(item, revision=revision), report, event.id, past, shown)
    if change is None:
        return None
    # The feed's next revision may have the same number: the moment tells the edits of the page apart.
    own = change_id(event.id, item.id, change.kind, revision.seen.isoformat())
    return replace(change, id=own, revision=item.revision.number)
