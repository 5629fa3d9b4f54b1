"""What is allowed in a watch config but probably not meant: warnings, each placed like a problem."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_address
from operator import itemgetter

from config.check import Checked, Draft
from config.convert import OWN_EVERY, to_event
from config.schema import OutletSpec, PagesSpec, PushSpec, SettingsSpec, SourceSpec, SubscriberSpec
from storywatch.errors import Problem
from storywatch.matching.language.lint import lint
from storywatch.urls import host_of

DAY = timedelta(days=1)
_PLACEHOLDER = re.compile(r"[@./]example(\.(com|net|org))?(/|$)|\.(test|invalid|localhost)(/|$)|@localhost$")


def advise(draft: Draft) -> tuple[Problem, ...]:
    """Return the warnings of a watch config that can be used."""
    warnings: list[Problem] = []
    has_smtp = draft.settings is not None and draft.settings.spec.smtp is not None
    if draft.settings is not None:
        warnings += _on_settings(draft.settings)
        warnings += _on_budget(draft.settings, draft.outlets)
    warnings += _on_caps(draft.settings, draft.outlets)
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


def _on_budget(settings: Checked[SettingsSpec], outlets: Sequence[Checked[OutletSpec]]) -> Iterator[Problem]:
    """Warn of a budget that nothing goes by, and of one that can't be kept: each paced source gets a poll a day."""
    polling = settings.spec.polling
    if polling is None or polling.budget is None:
        return
    paced = [source for outlet in outlets for source in _paced(outlet, settings)]
    sources = [one for outlet in outlets for one in outlet.spec.sources if one.enabled and not one.gaps_only]
    pauses = [one.every or polling.every or (OWN_EVERY if one.own else None) for one in sources]
    fixed = sum(DAY / pause for pause in pauses if pause)
    message = None
    if sources and not paced:
        message = "has no effect: every source has a fixed pause; take every away from those that are to be paced"
    elif fixed >= polling.budget:
        message = f"fixed pauses alone take {fixed:.0f} polls a day, and leave the paced sources one each; raise it"
    elif polling.budget - fixed < len(paced):
        message = _too_little(polling.budget - fixed, len(paced))
    if message:
        yield settings.node.problem(message, ("polling", "budget"))


def _on_caps(settings: Checked[SettingsSpec] | None, outlets: Sequence[Checked[OutletSpec]]) -> Iterator[Problem]:
    """Warn of caps of an outlet or a host that can't be kept."""
    for outlet in outlets:
        paced, budget = len(_paced(outlet, settings)), outlet.spec.budget
        if budget is not None and budget < paced:
            yield outlet.node.problem(_too_little(budget, paced), ("budget",))
    polling = settings and settings.spec.polling
    if not settings or not polling or polling.per_host is None:
        return
    hosts = Counter(host_of(source.url) for outlet in outlets for source in _paced(outlet, settings))
    host, paced = max(hosts.items(), key=itemgetter(1), default=("", 0))
    if polling.per_host < paced:
        yield settings.node.problem(f"{host}: {_too_little(polling.per_host, paced)}", ("polling", "per_host"))


def _paced(outlet: Checked[OutletSpec], settings: Checked[SettingsSpec] | None) -> Sequence[SourceSpec]:
    polling = settings and settings.spec.polling
    if polling and polling.every:
        return ()
    return [one for one in outlet.spec.sources if one.enabled and not (one.every or one.gaps_only or one.own)]


def _too_little(budget: float, paced: int) -> str:
    return f"{budget:g} polls a day are less than one for each of {paced} paced sources, and each gets one; raise it"


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
