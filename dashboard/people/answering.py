"""Whether a report belongs to an event, said by who got the mail: later decisions learn from it."""

import structlog
from aiohttp import web

from dashboard.people.manners import Refused
from dashboard.people.service import Form, Service, first
from storywatch.answering import answer
from storywatch.errors import NotStoredError
from storywatch.model import Feedback, Item
from storywatch.updates import headline

log = structlog.get_logger()


async def show(service: Service, token: str) -> web.Response:
    """Show the report, the event and two buttons."""
    _, event, item = service.parts("answer", token)
    found = await _item(service, item)
    return service.pages.show("answer", event=service.title(event), headline=headline(found), url=_web(found))


async def take(service: Service, token: str, form: Form) -> web.Response:
    """Store the answer, in place of one given before."""
    subscriber, event, item = service.parts("answer", token)
    said = first(form, "belongs")
    if said not in ("yes", "no"):
        raise Refused(400)
    await service.visitor(subscriber)
    given = Feedback(event=event, item=item, belongs=said == "yes", given=service.joining.clock(), by=subscriber)
    try:
        await answer(service.feedbacks, service.memories, given)
    except NotStoredError:
        raise Refused(404) from None
    log.info("answered", about=event, item=item, belongs=given.belongs, by=subscriber)
    does = "belongs" if given.belongs else "does not belong"
    told = f"You said that it {does} to: {service.title(event)}"
    return service.pages.say("Thank you", told, "Later choices learn from it.")


async def _item(service: Service, item: str) -> Item:
    found = (await service.archive.by_id([item])).get(item)
    if found is None:
        raise Refused(404)
    return found


def _web(item: Item) -> str | None:
    """Return the address of a report, if it is one that a page may link to."""
    return item.url if item.url and item.url.startswith(("https://", "http://")) else None
