"""Leaving an event or everything: by a button on a page, or by the one click of a mail program (RFC 8058)."""

import structlog
from aiohttp import web

from dashboard.people.manners import Refused
from dashboard.people.service import Form, Service, first
from storywatch.model import LeftBy

log = structlog.get_logger()

EVENT, EVERYTHING = "event", "everything"


def is_one_click(form: Form) -> bool:
    """Tell whether a mail program asks, which shows no page to anybody."""
    return first(form, "List-Unsubscribe") == "One-Click"


async def show(service: Service, token: str) -> web.Response:
    """Show the buttons."""
    subscriber, subscription, event = service.parts("unsubscribe", token)
    visitor = await service.visitor(subscriber, subscription)
    left = [left for key in visitor.keys for left in await service.joining.people.left(key)]
    title = service.title(event) if event else ""
    return service.pages.show("unsubscribe", event=title, gone=event in left or "" in left)


async def leave(service: Service, token: str, form: Form) -> web.Response:
    """Send nothing more: of this event, or of anything."""
    subscriber, subscription, event = service.parts("unsubscribe", token)
    visitor = await service.visitor(subscriber, subscription)
    one_click, wish = is_one_click(form), first(form, "leave")
    if not one_click and wish not in (EVENT, EVERYTHING):
        raise Refused(400)
    left = "" if wish == EVERYTHING and not one_click else event
    by = LeftBy.ONE_CLICK if one_click else LeftBy.PAGE
    await service.joining.leave(visitor, left, by)
    log.info("subscriber_left", subscriber=subscriber, left=left or "*", by=by.value)
    told = f"You get no more mail about: {service.title(left)}" if left else "You get no more mail from us."
    link = (service.joining.links.preferences(subscriber), "Choose what you get, or take it back")
    return service.pages.say("You have unsubscribed", told, link=link)
