"""`subscriptions`: who gets what, and when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from storage import open_store
from storywatch.calendar import next_release
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import one_line, out, print_rows, shown
from storywatch.cli.running import finished
from storywatch.model import QuietHours, RevisionWish, Severity, Subscription
from storywatch.ports import Waiting


def subscriptions(config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """List the subscriptions: what each gets and when, its next digest, and how many alerts are gathered for it."""
    loaded = read_config(config)
    waiting = {one.subscription: one for one in finished(_waiting(loaded.settings.database))}
    now = utc_now()
    rows = [subscription_row(one, waiting.get(one.id), now) for one in loaded.subscriptions.values()]
    if json or not rows:
        print_rows(rows, (), empty="No subscriptions: add some to a subscriber.", as_json=json)
    else:
        _print_for_people(rows)


def _print_for_people(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print a paragraph for each: in a table what each gets would be a narrow tower."""
    for row in rows:
        out.print(one_line(f"{row['id']} ({row['channel']}): {row['gets']}"), markup=False, style="bold")
        out.print(one_line(f"  told {row['told']}"), markup=False)
        if row["next_digest_at"]:
            out.print(f"  next digest {shown(row['next_digest_at'])}", markup=False)
        if row["gathered"]:
            out.print(f"  {row['gathered']} gathered, released {shown(row['release_at'])}", markup=False)


async def _waiting(database: str) -> Sequence[Waiting]:
    async with open_store(database) as store:
        return await store.gatherings.waiting()


def subscription_row(subscription: Subscription, waiting: Waiting | None, now: datetime) -> Mapping[str, Any]:
    """Return what is listed of a subscription."""
    digest = subscription.digest
    return {
        "id": subscription.id,
        "subscriber": subscription.subscriber,
        "channel": subscription.channel.value,
        "gets": "; ".join(_gets(subscription)),
        "told": "; ".join(_told(subscription)),
        "next_digest_at": next_release(digest, now) if digest else None,
        "gathered": waiting.alerts if waiting else 0,
        "release_at": waiting.release if waiting else None,
    }


def _gets(wish: Subscription) -> Iterator[str]:
    if wish.alarms:
        yield "alarms about sources"
        return
    named = [*wish.events, *(f"tagged {tag}" for tag in wish.tags)]
    yield ", ".join(named) or "every event"
    if wish.outlets:
        yield f"only of {', '.join(wish.outlets)}"
    if wish.languages:
        yield f"only in {', '.join(wish.languages)}"
    if wish.least_severity > Severity.LOW:
        yield f"severity {wish.least_severity.name.lower()} or more"
    if wish.least_outlets > 1:
        yield f"from {wish.least_outlets} outlets on"
    if wish.least_origins > 1:
        yield f"from {wish.least_origins} origins on"
    if wish.corroborations:
        yield "further outlets"
    if wish.revisions is not RevisionWish.NONE:
        yield "corrections" if wish.revisions is RevisionWish.CORRECTIONS else "all changes"


def _told(wish: Subscription) -> Iterator[str]:
    digest = wish.digest
    yield f"by cron {digest.cron} {digest.time_zone}" if digest else "at once"
    if digest and digest.break_through:
        yield f"at once from severity {digest.break_through.name.lower()} on"
    if wish.quiet:
        yield _quiet(wish.quiet)
    if wish.most_a_day is not None:
        yield f"at most {wish.most_a_day} a day"


def _quiet(quiet: QuietHours) -> str:
    hours = f"quiet {quiet.begin:%H:%M} to {quiet.end:%H:%M} {quiet.time_zone}"
    return hours + (f" below severity {quiet.break_through.name.lower()}" if quiet.break_through else "")
