"""What is allowed in a watch config but probably not meant: warnings, each placed like a problem."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_address

from config.check import Checked, Draft
from config.convert import to_event
from config.schema import OutletSpec, PagesSpec, PushSpec, SettingsSpec, SubscriberSpec
from storywatch.errors import Problem
from storywatch.matching.language.lint import lint

DAY = timedelta(days=1)
_PLACEHOLDER = re.compile(r"[@./]example(\.(com|net|org))?(/|$)|\.(test|invalid|localhost)(/|$)|@localhost$")


def advise(draft: Draft) -> tuple[Problem, ...]:
    """Return the warnings of a watch config that can be used."""
    warnings: list[Problem] = []
    has_smtp = draft.settings is not None and draft.settings.spec.smtp is not None
    if draft.settings is not None:
        warnings += _on_settings(draft.settings)
        warnings += _on_budget(draft.settings, draft.outlets)
    for outlet in draft.outlets:
        warnings += _on_sources(outlet)
    warnings += _on_events(draft)
    for subscriber in draft.subscribers:
        warnings += _on_subscriber(subscriber, has_smtp=has_smtp)
        warnings += _on_reach(subscriber, len(draft.outlets))
        warnings += _on_service(subscriber)
    return tuple(warnings)


def _on_settings(checked: Checked[SettingsSpec]) -> Iterator[Problem]:
    node, spec = checked.node, checked.spec
    if _PLACEHOLDER.search(spec.contact):
        yield node.problem("is a placeholder; outlets read it in the user agent: write your own address", ("contact",))
    if spec.smtp and spec.smtp.tls == "none" and spec.smtp.username and spec.smtp.host != "localhost":
        yield node.problem("the password travels without encryption; use starttls or implicit", ("smtp", "tls"))
    if spec.push:
        message = "hubs call without encryption: who listens on the way learns the addresses; use https"
        yield from _on_door(checked, "push", spec.push, message)
    if spec.pages:
        message = "mail programs offer to unsubscribe by one click for https only (RFC 8058); use https"
        yield from _on_door(checked, "pages", spec.pages, message)


def _on_budget(settings: Checked[SettingsSpec], outlets: Iterable[Checked[OutletSpec]]) -> Iterator[Problem]:
    """Warn of a budget that fixed pauses use up, and of one that nothing goes by."""
    polling = settings.spec.polling
    if polling is None or polling.budget is None:
        return
    sources = [one for outlet in outlets for one in outlet.spec.sources if one.enabled and not one.gaps_only]
    pauses = [one.every or polling.every for one in sources]
    fixed = sum(DAY / pause for pause in pauses if pause)
    if pauses and all(pauses):
        message = "has no effect: every source has a fixed pause; take every away from those that are to be paced"
        yield settings.node.problem(message, ("polling", "budget"))
    elif fixed >= polling.budget:
        message = f"fixed pauses alone take {fixed:.0f} polls a day, and leave the paced sources one each; raise it"
        yield settings.node.problem(message, ("polling", "budget"))


def _on_door(checked: Checked[SettingsSpec], key: str, door: PushSpec | PagesSpec, plain: str) -> Iterator[Problem]:
    if door.public_url.startswith("http://"):
        yield checked.node.problem(plain, (key, "public_url"))
    if door.listen and not _is_loopback(door.listen):
        message = "other machines reach it without encryption; let a proxy with TLS on this machine lead to 127.0.0.1"
        yield checked.node.problem(message, (key, "listen"))


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _on_sources(checked: Checked[OutletSpec]) -> Iterator[Problem]:
    for number, source in enumerate(checked.spec.sources):
        path = ("sources", number)
        if not source.enabled:
            continue
        if source.status in {"blocked", "dead"}:
            message = f"source {source.id} is enabled though it is known as {source.status}; its note says why"
            yield checked.node.problem(message, (*path, "status"))


def _on_events(draft: Draft) -> Iterator[Problem]:
    nodes = {checked.spec.id: checked.node for checked in draft.events}
    outlets = {checked.spec.id for checked in draft.outlets}
    for doubt in lint([to_event(checked.spec) for checked in draft.events], outlets):
        yield nodes[doubt.event].problem(doubt.message, doubt.path)


def _on_service(checked: Checked[SubscriberSpec]) -> Iterator[Problem]:
    if checked.spec.apprise and find_spec("apprise") is None:
        message = "chats and phones need an extra that is not installed; pip install 'storywatch[apprise]'"
        yield checked.node.problem(message, ("apprise",))


def _on_reach(checked: Checked[SubscriberSpec], outlets: int) -> Iterator[Problem]:
    for number, subscription in enumerate(checked.spec.subscriptions):
        for key, least in (
            ("least_outlets", subscription.least_outlets),
            ("least_origins", subscription.least_origins),
        ):
            if least > max(outlets, 1):
                message = f"asks for {least}, but only {outlets} outlets are watched, so nothing is told; ask for less"
                yield checked.node.problem(message, ("subscriptions", number, key))


def _on_subscriber(checked: Checked[SubscriberSpec], *, has_smtp: bool) -> Iterator[Problem]:
    if not checked.spec.subscriptions:
        yield checked.node.problem(f"subscriber {checked.spec.id} has no subscriptions and is told nothing")
    for number, subscription in enumerate(checked.spec.subscriptions):
        if subscription.channel == "email" and not has_smtp:
            message = "no mail server is configured: mails are written into the outbox; add settings.smtp to send them"
            yield checked.node.problem(message, ("subscriptions", number, "channel"))
        if subscription.corroborations and subscription.least_severity != "low":
            message = "what a further outlet adds is of low severity, so least_severity leaves nearly all of it out"
            yield checked.node.problem(message, ("subscriptions", number, "corroborations"))
