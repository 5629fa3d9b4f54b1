"""Subscribing by an own hand: the form, and the page behind the mail that asks whether it is meant."""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from aiohttp import web

from channels.addresses import usable_address
from dashboard.people.manners import Refused
from dashboard.people.service import Form, Service, first
from storywatch.model import Event, Pace, Wanted, address_key

log = structlog.get_logger()

PACES = {Pace.AT_ONCE: "At once", Pace.DAILY: "Once a day", Pace.WEEKLY: "Once a week"}
HOURS = 48


def show_form(service: Service, form: Form | None = None, problem: str = "") -> web.Response:
    """Return the form, with what was filled in and what is wrong with it."""
    if not service.settings.open_to_all:
        raise Refused(404)
    filled = form or {}
    return service.pages.show(
        "subscribe",
        status=422 if problem else 200,
        problem=problem,
        events=tuple(service.joining.config.events.values()),
        chosen=filled.get("event", ()),
        email=first(filled, "email"),
        paces=[(pace.value, words) for pace, words in PACES.items()],
        pace=first(filled, "pace") or Pace.AT_ONCE.value,
    )


async def subscribe(service: Service, form: Form, client: str) -> web.Response:
    """Ask the owner of the address, and say the same whether it is known or not."""
    if not service.settings.open_to_all:
        raise Refused(404)
    service.limits.admit(client, time.monotonic())
    events = [event for name, event in service.joining.config.events.items() if name in form.get("event", ())]
    pace = _pace(first(form, "pace"))
    try:
        email = usable_address(first(form, "email"))
    except ValueError:
        return show_form(service, form, "That is no mail address such as name@example.org. Correct it.")
    if not events or pace is None:
        return show_form(service, form, "Choose at least one story.")
    await _ask(service, email, events, pace)
    return service.pages.say(
        "Look into your mail",
        f"If {email} can be reached, a mail is on its way to it.",
        f"Open the link in it within {HOURS} hours. Until then nothing else is sent.",
    )


async def _ask(service: Service, email: str, events: Sequence[Event], pace: Pace) -> None:
    if not service.limits.address.take(address_key(email), time.monotonic()):
        log.info("subscription_held", events=[event.id for event in events])
        return
    await service.joining.ask(email, events, pace)
    log.info("subscription_asked", events=[event.id for event in events], pace=pace.value)


def _pace(text: str) -> Pace | None:
    return Pace(text) if text in set(Pace) else None


def _reader_in(service: Service, token: str) -> str | None:
    """Return the reader that a link is for, None if its time is over. Raises `Refused` if it was never made."""
    parts = service.parts("confirm", token)
    return parts[0] if service.joining.clock() < datetime.fromisoformat(parts[1]) else None


async def show_confirmation(service: Service, token: str) -> web.Response:
    """Show what was asked for, and a button."""
    reader = _reader_in(service, token)
    if reader is None:
        return _too_late(service)
    waiting = await service.joining.waiting(reader)
    if not waiting:
        return _nothing_waits(service, reader)
    rows = [(one.id, service.title(one.wish.event), PACES[one.wish.pace].lower()) for one in waiting]
    return service.pages.show("confirm", rows=rows)


async def confirm(service: Service, token: str, form: Form) -> web.Response:
    """Let what was ticked stand. What was read on the page is stored as what was agreed to."""
    reader = _reader_in(service, token)
    if reader is None:
        return _too_late(service)
    waiting = await service.joining.waiting(reader)
    if not waiting:  # the button was pressed twice
        return _nothing_waits(service, reader)
    named = set(form.get("subscription", ()))
    agreed = await service.joining.agree(reader, named, consent(service, [one for one in waiting if one.id in named]))
    if not agreed:
        return _done(service, reader, "Nothing was confirmed", "Open the link again if you want to.")
    log.info("subscription_confirmed", reader=reader, events=[one.wish.event for one in agreed])
    told = [f"{service.title(one.wish.event)}: {PACES[one.wish.pace].lower()}" for one in agreed]
    return _done(service, reader, "You will hear of it", *told)


def consent(service: Service, wanted: Sequence[Wanted]) -> str:
    """Return the words that somebody agrees to."""
    told = "; ".join(f"{service.title(one.wish.event)} ({PACES[one.wish.pace].lower()})" for one in wanted)
    return f"Send me news of: {told}. Every mail has a link to stop it."


def _done(service: Service, reader: str, title: str, *lines: str) -> web.Response:
    link = (service.joining.links.preferences(reader), "Choose what you get, and when")
    return service.pages.say(title, *lines, link=link)


def _nothing_waits(service: Service, reader: str) -> web.Response:
    return _done(service, reader, "There is nothing to confirm", "You get what you have agreed to.")


def _too_late(service: Service) -> web.Response:
    line = f"It was good for {HOURS} hours. Subscribe again to get a new one."
    return service.pages.say("This link is too old", line, status=410)
