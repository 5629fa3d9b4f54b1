"""What somebody gets, event by event, and when; and nothing of it if they say so."""

from collections.abc import Mapping, Sequence
from datetime import time
from functools import cache
from zoneinfo import available_timezones

import structlog
from aiohttp import web

from dashboard.people.manners import Refused
from dashboard.people.service import Form, Service, first
from dashboard.people.subscribing import PACES
from storywatch.joining import Choice, Chosen, Visitor
from storywatch.model import LeftBy, Pace, QuietHours

log = structlog.get_logger()

EVENT = "event:"
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
        return await _form(service, visitor, problem=problem, sent=form)
    await service.joining.choose(visitor, chosen, "Send me news again, as chosen on the page of preferences.")
    log.info("preferences_changed", subscriber=subscriber)
    return await _form(service, visitor, told="It is saved, and holds from now on.")


async def _form(
    service: Service, visitor: Visitor, *, told: str = "", problem: str = "", sent: Form | None = None
) -> web.Response:
    """Show the form as things are, or as it was `sent` where something is wrong with that."""
    choices = await service.joining.choices(visitor)
    shown = sent or _as_is(choices)
    return service.pages.show(
        "preferences",
        status=422 if problem else 200,
        told=told,
        problem=problem,
        rows=[(one.event, service.title(one.event), _options(one), first(shown, EVENT + one.event)) for one in choices],
        own=visitor.reader is not None,
        begin=first(shown, "begin"),
        end=first(shown, "end"),
        zone=first(shown, "zone"),
        zones=zones(),
        gets_any=any(one.gets for one in choices),
    )


def _as_is(choices: Sequence[Choice]) -> Form:
    """Return what the form says of what somebody gets."""
    wish = next((one.wish for one in sorted(choices, key=lambda one: not one.gets) if one.wish), None)
    quiet = wish.quiet if wish else None
    return {
        **{EVENT + one.event: [_current(one)] for one in choices},
        "begin": [quiet.begin.isoformat("minutes")] if quiet else [],
        "end": [quiet.end.isoformat("minutes")] if quiet else [],
        "zone": [wish.time_zone if wish else "UTC"],
    }


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
        hours = (_hour(begin), _hour(end)) if begin or end else None
    except ValueError:
        return None, "Quiet hours need a beginning and an end, such as 22:00 and 07:00."
    if hours and hours[0] == hours[1]:
        return None, "Quiet hours that begin when they end would never be over. Correct them."
    quiet = QuietHours(begin=hours[0], end=hours[1], time_zone=zone) if hours else None
    return Chosen(paces=_paces(form), quiet=quiet, time_zone=zone), ""


def _hour(text: str) -> time:
    """Read a time of day, to the minute. Raises ValueError: also for one with an offset, for the zone says that."""
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError("a time of day has no offset")
    return found.replace(second=0, microsecond=0)


def _paces(form: Form) -> Mapping[str, Pace | None]:
    """Read what is chosen for each event. Raises `Refused` for a word that the form lacks: nobody leaves by it."""
    return {name.removeprefix(EVENT): _pace(first(form, name)) for name in form if name.startswith(EVENT)}


def _pace(value: str) -> Pace | None:
    """What the watch config declares has its own pace: any stands for getting it."""
    if value in set(Pace):
        return Pace(value)
    if value not in (NOTHING, AS_DECLARED):
        raise Refused(400)
    return Pace.AT_ONCE if value == AS_DECLARED else None


@cache
def zones() -> tuple[str, ...]:
    """Return the time zones that people know: places, and UTC."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))
