"""What an alarm means, what Storywatch does meanwhile and what the operator can do: one place for these words.

Mails, webhook calls and the command line all take them from here, so that they agree. Pure.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from storywatch.model import Alarm, AlarmKind, Outlet, OwedEndpointNotice, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """One thing that the operator can do. `command`: what to type for it, quoted for a shell, where there is one."""

    text: str
    command: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """The words for one alarm. `headline` is short and names the source; an alarm that has ended needs no advice."""

    headline: str
    meaning: str
    meanwhile: str
    advice: tuple[Advice, ...] = ()


def remedy_for(alarm: Alarm, source: Source, outlet: Outlet) -> Remedy:
    """Word an alarm about a source: that it is raised, or that it has ended."""
    words = WORDS[alarm.kind]
    if alarm.ended is not None:
        return Remedy(headline=headline(alarm), meaning=words.ended, meanwhile=_AFTERWARDS)
    return Remedy(
        headline=headline(alarm),
        meaning=words.meaning,
        meanwhile=words.meanwhile,
        advice=tuple(_filled_in(advice, source, outlet) for advice in words.advice),
    )


def headline(alarm: Alarm) -> str:
    """Say in a few words what is wrong with which source, or that it no longer is."""
    words = WORDS[alarm.kind]
    return f"{alarm.source} {words.state if alarm.ended is None else words.over}"


def shown_address(url: str) -> str:
    """Return an address as it may leave the house: without a login, and with the values of secret parameters hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that can't be read"
    query = "&".join(map(_shown_parameter, parts.query.split("&"))) if parts.query else ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()


def without_secrets(text: str) -> str:
    """Return a text with the addresses in it as they may leave the house."""
    return _ADDRESS.sub(lambda found: shown_address(found[0]), text)


def endpoint_remedy(owed: OwedEndpointNotice) -> Remedy:
    """Word that an endpoint was switched off."""
    return Remedy(
        headline=f"{owed.channel.value} of {owed.receiver.id} is switched off",
        meaning="It refuses or fails what it is sent, so nothing more is sent to it.",
        meanwhile="It keeps what the receiver is owed, also what is new, and sends nothing until you switch it on.",
        advice=(
            Advice(text="Mend the receiver, or correct its address in the watch config."),
            Advice(
                text="Then switch it on. It gets what it missed, the oldest first:",
                command=f"storywatch deliveries enable {shlex.quote(owed.receiver.id)}",
            ),
            Advice(text="If it is gone for good, remove its subscription from the watch config."),
        ),
    )


_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_SECRET = re.compile(r"token|key|secret|signature|\bsig\b|auth(?!or)|pass|pwd|session|credential", re.IGNORECASE)


def _shown_parameter(parameter: str) -> str:
    name, given, _ = parameter.partition("=")
    return f"{name}=HIDDEN" if given and _SECRET.search(name) else parameter


def _filled_in(advice: Advice, source: Source, outlet: Outlet) -> Advice:
    if advice.command is None:
        return advice
    address = shown_address(source.url)
    values = {"source": source.id, "address": address, "site": _site(outlet, address)}
    command = advice.command.format_map({name: shlex.quote(value) for name, value in values.items()})
    return Advice(text=advice.text, command=command)


def _site(outlet: Outlet, address: str) -> str:
    """Return where the outlet itself is found: at its first host, or where the source is."""
    parts = urlsplit(address)
    return f"https://{outlet.hosts[0]}/" if outlet.hosts else f"{parts.scheme}://{parts.netloc}/"


_AFTERWARDS = "It polls the source on schedule. There is nothing to do."
_BACKING_OFF = (
    "It keeps trying, with pauses that grow to a day, for what is gone to a week, or to what the outlet asks for."
    " The first visit that works ends this alarm and brings the source back to its schedule. Nothing that is stored is"
    " lost."
)
_ON_SCHEDULE = "It keeps polling the source on schedule."

_LOOK = "storywatch fetch {address}"
_TRY = "storywatch poll {source}"
_SEARCH = "storywatch discover {site}"
_GIVE_UP = Advice(text="If it is gone for good, set enabled: false for this source in the watch config.")
_LOOK_ELSEWHERE = Advice(text="Look for another source of the outlet:", command=_SEARCH)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words for one kind of alarm. `state` and `over` complete a sentence that begins with the source's id."""

    state: str
    over: str
    meaning: str
    ended: str
    meanwhile: str
    advice: tuple[Advice, ...]


WORDS: Mapping[AlarmKind, Words] = {
    AlarmKind.FAILING: Words(
        state="is failing",
        over="works again",
        meaning="Visits to it fail. What the outlet publishes there is missed meanwhile.",
        ended="A visit has worked again.",
        meanwhile=_BACKING_OFF,
        advice=(
            Advice(text="Try it now, and see what goes wrong:", command=_TRY),
            Advice(text="If the fault names something in the watch config, correct it there."),
            Advice(text="If its address has changed, find the new one and set url to it:", command=_SEARCH),
            _GIVE_UP,
        ),
    ),
    AlarmKind.BLOCKED: Words(
        state="is blocked",
        over="is no longer blocked",
        meaning="The outlet refuses programs at this address, by its server's answer or by its robots.txt.",
        ended="The outlet lets Storywatch in again.",
        meanwhile=(
            "It asks again, with pauses that grow to a day and then to a week, and takes the source up again as soon as"
            " it is let in. It never poses as a browser."
        ),
        advice=(
            Advice(text="Ask the outlet to admit Storywatch; the user agent tells it your settings.contact."),
            _LOOK_ELSEWHERE,
            Advice(text="If it stays closed, set enabled: false for this source in the watch config."),
        ),
    ),
    AlarmKind.GONE: Words(
        state="is gone",
        over="is back",
        meaning="The server says that there is nothing at this address any more.",
        ended="The address answers with a document again.",
        meanwhile=_BACKING_OFF,
        advice=(
            Advice(text="Find where the outlet publishes now, and set url to it:", command=_SEARCH),
            _GIVE_UP,
        ),
    ),
    AlarmKind.STALE: Words(
        state="is stale",
        over="is no longer stale",
        meaning=(
            "It answers, but says nothing new: its newest item is older than stale_after, or its default, allows. The"
            " outlet may have abandoned it and publish elsewhere."
        ),
        ended="It has something new to say again.",
        meanwhile=_ON_SCHEDULE + " The first new item ends this alarm.",
        advice=(
            Advice(text="Look for a source that the outlet keeps up, such as its news sitemap:", command=_SEARCH),
            Advice(text="If the outlet is only slow, set a longer stale_after for this source in the watch config."),
        ),
    ),
    AlarmKind.EMPTY: Words(
        state="is empty",
        over="has items again",
        meaning="It answers, but with no items.",
        ended="Its document has items again.",
        meanwhile="It keeps visiting the source. The first item ends this alarm.",
        advice=(
            Advice(text="Outlets do this for hours at times: wait, and see what it serves:", command=_LOOK),
            _LOOK_ELSEWHERE,
        ),
    ),
    AlarmKind.MOVED: Words(
        state="has moved",
        over="is at its address again",
        meaning="Its server redirects to another address.",
        ended="The redirect is gone, or the watch config has the new address.",
        meanwhile=(
            "It follows the redirect, and visits the new address directly once that has proved to last. Nothing is"
            " missed meanwhile."
        ),
        advice=(
            Advice(text="See where it leads, and whether that is what you want to watch:", command=_LOOK),
            Advice(text="Then set url of this source in the watch config to the new address."),
        ),
    ),
    AlarmKind.KIND_CHANGED: Words(
        state="has changed its kind",
        over="is what it was again",
        meaning="It serves another kind of document than the watch config says.",
        ended="It serves the kind of document that the watch config says.",
        meanwhile=_BACKING_OFF + " Nothing of the unexpected document is stored.",
        advice=(
            Advice(text="See what it serves now:", command=_LOOK),
            Advice(text="If that is right, set kind of this source in the watch config to what the alarm names."),
            Advice(text="If it is a page where a feed was, find the feed's new address:", command=_SEARCH),
        ),
    ),
    AlarmKind.GAP: Words(
        state="may have lost items",
        over="is past its gap",
        meaning=(
            "Its document had no item in common with the one before: what was published and dropped between the two"
            " polls was never seen."
        ),
        ended="No other gap came for a day. Items that no sitemap of the outlet still had stay lost.",
        meanwhile=(
            "It keeps polling the source on schedule. To refill the gap it visits the outlet's news sitemaps as soon"
            " as they allow it, if the watch config has any."
        ),
        advice=(
            Advice(text="Set a shorter every for this source in the watch config."),
            Advice(
                text="Declare a news sitemap of the outlet, to refill gaps from; gaps_only: true keeps it for that:",
                command=_SEARCH,
            ),
        ),
    ),
    AlarmKind.SET_ASIDE: Words(
        state="has items that can't be read",
        over="is read completely again",
        meaning=(
            "Some of its items could not be read, or broke the matching, and were set aside. The rest of its document"
            " was stored."
        ),
        ended="Every item of its last document was read.",
        meanwhile="It tries these items again whenever the outlet changes its document.",
        advice=(
            Advice(text="See which items it is, and why:", command=_LOOK),
            Advice(text="If other feed readers show them well, report it as a bug, with the document."),
        ),
    ),
}
