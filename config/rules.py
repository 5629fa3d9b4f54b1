"""What must hold between several keys of one entry. Works on plain data that may be wrong in other ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.durations import parse_duration
from config.tree import Part
from storywatch.matching.language import QueryError, parse_member
from storywatch.matching.language.tree import needs_hit

ENTRY_KEYS = ("title_selector", "link_selector", "summary_selector", "time_selector")
_TARGETS = {"email": "an e-mail address", "webhook": "a webhook", "apprise": "a service"}
EVENT_WISHES = (
    "events",
    "tags",
    "corroborations",
    "revisions",
    "least_severity",
    "least_outlets",
    "least_origins",
    "outlets",
    "languages",
    "digest",
    "quiet_hours",
    "most_a_day",
    "time_zone",
)
PAGE_KEYS = ("selector", *ENTRY_KEYS, "region")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """Keys that don't go together, and where to say so."""

    path: tuple[Part, ...]
    message: str


def settings_clashes(entry: dict[str, Any]) -> Iterator[Clash]:
    """One place for the database, one for each key; a mail password has one place and a user name."""
    yield from _at_most_one(entry, (), "database", "database_file", "database_env")
    for name in ("push", "pages"):
        if isinstance(keyed := entry.get(name), dict):
            yield from _exactly_one(keyed, (name,), "key_file", "key_env")
    yield from _door_clashes(entry)
    smtp = entry.get("smtp")
    if not isinstance(smtp, dict):
        return
    yield from _at_most_one(smtp, ("smtp",), "password_file", "password_env")
    has_password = bool(_given(smtp, "password_file", "password_env", "password"))  # the last has its own remedy
    if has_password and not smtp.get("username"):
        yield Clash(path=("smtp",), message="a password without a username; add username")
    if smtp.get("username") and not has_password:
        message = "a username without a password; add password_file or password_env"
        yield Clash(path=("smtp", "username"), message=message)


def _door_clashes(entry: dict[str, Any]) -> Iterator[Clash]:
    """Hubs and people come in at different doors; return addresses are signed with the key of pages."""
    push, pages = entry.get("push"), entry.get("pages")
    if isinstance(push, dict) and isinstance(pages, dict) and push.get("listen", 0) == pages.get("listen", 1):
        yield Clash(path=("pages", "listen"), message="push listens there already; choose another port")
    if entry.get("bounces") is not None and pages is None:
        message = "return addresses are signed with the key of pages; add pages with public_url and key_file"
        yield Clash(path=("bounces",), message=message)


def outlet_clashes(entry: dict[str, Any]) -> Iterator[Clash]:
    """A source can't be stale between two polls; selectors are for pages."""
    for number, source in enumerate(_mappings(entry, "sources")):
        path = ("sources", number)
        every, stale = _duration(source.get("every")), _duration(source.get("stale_after"))
        if every and stale and stale < every:
            yield Clash(path=(*path, "stale_after"), message="is shorter than every; the source would always be stale")
        for key in _given(source, *PAGE_KEYS) if source.get("kind", "feed") != "page" else ():
            yield Clash(path=(*path, key), message="is for kind page only; remove it or set kind: page")
        for key in _given(source, *ENTRY_KEYS) if not source.get("selector") else ():
            message = "looks inside the entries that selector finds; add selector"
            yield Clash(path=(*path, key), message=message)
        if source.get("selector") and source.get("region"):
            message = "region is for a watched page and selector for a listing; keep one of them"
            yield Clash(path=(*path, "region"), message=message)
        if source.get("gaps_only") and source.get("every"):
            message = "every has no use beside gaps_only; keep one of them"
            yield Clash(path=(*path, "every"), message=message)


def event_clashes(entry: dict[str, Any]) -> Iterator[Clash]:
    """An event begins before it ends, and asks for something that texts say."""
    since, until = _day(entry.get("since")), _day(entry.get("until"))
    if since and until and since > until:
        yield Clash(path=("since",), message=f"since {since} is after until {until}; swap them or correct one")
    if isinstance(groups := entry.get("all"), list) and groups and not entry.get("query") and _all_wordless(groups):
        message = "no group needs a word, so every item of an outlet or language would match; add a group of words"
        yield Clash(path=("all",), message=message)


def _all_wordless(groups: list[Any]) -> bool:
    """Tell whether each group has a member that can match without any word, such as `outlet: nyt`."""
    return all(isinstance(group, list) and any(map(_is_wordless, group)) for group in groups)


def _is_wordless(member: Any) -> bool:
    try:
        return isinstance(member, str) and not needs_hit(parse_member(member))
    except QueryError:
        return False


def subscriber_clashes(entry: dict[str, Any]) -> Iterator[Clash]:
    """Each channel that is used has its address, a webhook has its secret, and alarms go with no event."""
    webhook = entry.get("webhook")
    if isinstance(webhook, dict):
        yield from _exactly_one(webhook, ("webhook",), "url", "url_file", "url_env")
        yield from _exactly_one(webhook, ("webhook",), "secret_file", "secret_env")
    if isinstance(service := entry.get("apprise"), dict):
        yield from _exactly_one(service, ("apprise",), "url", "url_file", "url_env")
    for number, subscription in enumerate(_mappings(entry, "subscriptions")):
        channel = subscription.get("channel")
        if channel in _TARGETS and not entry.get(channel):
            what = _TARGETS[channel]
            message = f"the subscriber has no {channel}; add {what} under the key {channel}, or use another channel"
            yield Clash(path=("subscriptions", number, "channel"), message=message)
        for key in EVENT_WISHES if subscription.get("alarms") is True else ():
            if subscription.get(key):
                message = (
                    f"alarms are about sources, not events, and told at once; remove {key}, "
                    "or make it a subscription of its own"
                )
                yield Clash(path=("subscriptions", number, key), message=message)
        for clash in wish_clashes(subscription):
            yield Clash(path=("subscriptions", number, *clash.path), message=clash.message)


def wish_clashes(subscription: dict[str, Any]) -> Iterator[Clash]:
    """A digest has one way to say its times, quiet hours have a length, and so many outlets there must be."""
    digest, quiet = subscription.get("digest"), subscription.get("quiet_hours")
    if isinstance(digest, dict) and digest.get("cron"):
        for key in _given(digest, "at", "days"):
            yield Clash(path=("digest", key), message=f"cron says the times by itself; keep one of cron and {key}")
    if isinstance(quiet, dict) and quiet.get("from") and quiet.get("from") == quiet.get("to"):
        message = "the quiet hours end where they begin; for none at all remove quiet_hours"
        yield Clash(path=("quiet_hours", "to"), message=message)
    outlets, least = subscription.get("outlets"), subscription.get("least_outlets")
    if isinstance(outlets, list) and outlets and isinstance(least, int) and least > len(outlets):
        message = (
            f"asks for {least} outlets and names {len(outlets)}, so nothing would be told; name more, or ask for less"
        )
        yield Clash(path=("least_outlets",), message=message)


def _at_most_one(entry: dict[str, Any], path: tuple[Part, ...], *keys: str) -> Iterator[Clash]:
    given = _given(entry, *keys)
    if len(given) > 1:
        yield Clash(path=(*path, given[1]), message=f"{' and '.join(given)} exclude each other; keep one of them")


def _exactly_one(entry: dict[str, Any], path: tuple[Part, ...], *keys: str) -> Iterator[Clash]:
    yield from _at_most_one(entry, path, *keys)
    if not _given(entry, *keys):
        yield Clash(path=path, message=f"expected one of {', '.join(keys)}; add one")


def _given(entry: dict[str, Any], *keys: str) -> list[str]:
    return [key for key in keys if entry.get(key) is not None]


def _mappings(entry: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    found = entry.get(key)
    for value in found if isinstance(found, list) else ():
        yield value if isinstance(value, dict) else {}


def _duration(value: Any) -> timedelta | None:
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value if type(value) is date else None
    except ValueError:
        return None
