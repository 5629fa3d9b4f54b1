"""What a notice tells, cut to size and cleaned once, as `channels.brief` does it for alerts."""

from dataclasses import dataclass
from datetime import datetime

from channels.links import web_link
from channels.text import cut, lasting, plain
from storywatch.model import AnyNotice, OwedEndpointNotice, OwedNotice
from storywatch.remedies import Advice, endpoint_remedy, remedy_for, shown_address, without_secrets

_LONGEST_COMMAND = 2100


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeBrief:
    """One notice in the words that operators see: every text is one clean line, every time is UTC.

    `found`: what was found at the source, as the alarm says it; may be empty. What is secret in an address is hidden;
    `link` is there when nothing in the source's had to be. `until` and `lasted` are None while the alarm is open.
    `about`: what it is an alarm about, `facts`: the names that say which.
    """

    about: str
    facts: tuple[tuple[str, str], ...]
    headline: str
    meaning: str
    found: str
    address: str
    link: str | None
    since: datetime
    until: datetime | None
    lasted: str | None
    meanwhile: str
    advice: tuple[Advice, ...]


def notice_of(owed: AnyNotice) -> NoticeBrief:
    """Word one owed notice. Pure."""
    return _of_source(owed) if isinstance(owed, OwedNotice) else _of_endpoint(owed)


def _of_endpoint(owed: OwedEndpointNotice) -> NoticeBrief:
    remedy = endpoint_remedy(owed)
    return NoticeBrief(
        about="a receiver",
        facts=(("Receiver", cut(plain(owed.receiver.id), 120)), ("Channel", owed.channel.value)),
        headline=cut(plain(remedy.headline), 300),
        meaning=remedy.meaning,
        found=cut(plain(without_secrets(owed.endpoint.reason or "")), 700),
        address=cut(plain(owed.address), 2000),
        link=None,
        since=owed.endpoint.failing_since or owed.created,
        until=None,
        lasted=None,
        meanwhile=remedy.meanwhile,
        advice=tuple(map(_clean, remedy.advice)),
    )


def _of_source(owed: OwedNotice) -> NoticeBrief:
    alarm, source = owed.alarm, owed.source
    remedy = remedy_for(alarm, source, owed.outlet)
    outlet = cut(plain(owed.outlet.name), 120) or owed.outlet.id
    address = shown_address(source.url)
    link = web_link(source.url) if address == source.url else None
    return NoticeBrief(
        about="a source",
        facts=(("Source", cut(plain(source.id), 120)), ("Outlet", outlet)),
        headline=cut(plain(f"{outlet}: {remedy.headline}"), 300),
        meaning=remedy.meaning,
        found=cut(plain(without_secrets(alarm.message)), 700),
        address=link or cut(plain(address), 2000),
        link=link,
        since=alarm.raised,
        until=alarm.ended,
        lasted=lasting(alarm.ended - alarm.raised) if alarm.ended else None,
        meanwhile=remedy.meanwhile,
        advice=tuple(map(_clean, remedy.advice)),
    )


def _clean(advice: Advice) -> Advice:
    """A command that would have to be cut is left out: a part of it does something else."""
    command = plain(advice.command or "")
    return Advice(text=advice.text, command=command if 0 < len(command) <= _LONGEST_COMMAND else None)
