"""What somebody gets, event by event, and when; and nothing of it if they say so."""

from collections.abc import Mapping
from datetime import time
from functools import cache
from zoneinfo import available_timezones

import structlog
from aiohttp import web

from dashboard.people.service import Form, Service, first
from dashboard.people.subscribing import PACES
from storywatch.joining import Choice, Chosen, Visitor
from storywatch.model import LeftBy, Pace, QuietHours

log = structlog.get_logger()

NOTHING = "nothing"
AS_DECLARED = "as_declared"


async def show(service: Service, token: str) -> web.Response:
    """Show the form."""
    [subscriber] = service.parts("preferences", token)
    return await _form(service, await service.visitor(subscriber))


async def choose(service: Service, token: str, form: Form) -> web.Response:
    """Let things be as chosen, and show how they are now."""
    [subscriber] = service.parts("preferences", token)
    visitor = await service.visitor(subscriber)
    if first(form, "leave"):
        await service.joining.leave(visitor, "", LeftBy.PAGE)
        log.info("subscriber_left", subscriber=subscriber, left="*", by=LeftBy.PAGE.value)
        return await _form(service, visitor, told="You get no more mail from us.")
    chosen, problem = _chosen(form)
    if chosen is None:
        return await _form(service, visitor, problem=problem)
    await service.joining.choose(visitor, chosen, "Send me news again, as chosen on the page of preferences.")
    log.info("preferences_changed", subscriber=subscriber)
    return await _form(service, visitor, told="It is saved, and holds from now on.")


async def _form(service: Service, visitor: Visitor, *, told: str = "", problem: str = "") -> web.Response:
    choices = await service.joining.choices(visitor)
    wish = next((one.wish for one in sorted(choices, key=lambda one: not one.gets) if one.wish), None)
    quiet = wish.quiet if wish else None
    return service.pages.show(
        "preferences",
        status=422 if problem else 200,
        told=told,
        problem=problem,
        rows=[(one.event, service.title(one.event), _options(one), _current(one)) for one in choices],
        own=visitor.reader is not None,
        begin=quiet.begin.isoformat("minutes") if quiet else "",
        end=quiet.end.isoformat("minutes") if quiet else "",
        zone=wish.time_zone if wish else "UTC",
        zones=zones(),
        gets_any=any(one.gets for one in choices),
    )


def _options(choice: Choice) -> list[tuple[str, str]]:
    if choice.wish is not None:
        return [*((pace.value, words) for pace, words in PACES.items()), (NOTHING, "Nothing")]
    return [(AS_DECLARED, "In digests" if choice.digest else "At once"), (NOTHING, "Nothing")]


def _current(choice: Choice) -> str:
    if not choice.gets:
        return NOTHING
    return choice.wish.pace.value if choice.wish else AS_DECLARED


def _chosen(form: Form) -> tuple[Chosen | None, str]:
    """Read what was chosen, or say what is wrong with it."""
    zone = first(form, "zone") or "UTC"
    begin, end = first(form, "begin"), first(form, "end")
    if zone not in zones():
        return None, "That time zone is not known. Choose one from the list."
    try:
        hours = (time.fromisoformat(begin), time.fromisoformat(end)) if begin or end else None
    except ValueError:
        return None, "Quiet hours need a beginning and an end, such as 22:00 and 07:00."
    if hours and hours[0] == hours[1]:
        return None, "Quiet hours that begin when they end would never be over. Correct them."
    quiet = QuietHours(begin=hours[0], end=hours[1], time_zone=zone) if hours else None
    return Chosen(paces=_paces(form), quiet=quiet, time_zone=zone), ""


def _paces(form: Form) -> Mapping[str, Pace | None]:
    chosen = {name.removeprefix("event:"): first(form, name) for name in form if name.startswith("event:")}
    return {event: Pace(value) if value in set(Pace) else _declared(value) for event, value in chosen.items()}


def _declared(value: str) -> Pace | None:
    """What the watch config declares has its own pace: any stands for getting it."""
    return Pace.AT_ONCE if value == AS_DECLARED else None


@cache
def zones() -> tuple[str, ...]:
    """Return the time zones that people know: places, and UTC."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))
