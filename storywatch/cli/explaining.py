"""`explain`: why an item belongs to an event, or why not."""

from pathlib import Path
from typing import Annotated, Any

import typer

from storage import open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.declaring import live_database, read_declared
from storywatch.cli.explain_report import Told, print_explanation, shared_words
from storywatch.cli.knowing import recalled
from storywatch.cli.naming import declared_event, stored_item
from storywatch.cli.options import ConfigOption, JsonOption
from storywatch.cli.output import print_json
from storywatch.cli.running import finished
from storywatch.explaining import explain as explanation_of
from storywatch.matching.language import Found, Part
from storywatch.matching.lessons import without
from storywatch.matching.saying import ground_in_words
from storywatch.model import Event, Feedback
from storywatch.updates import headline


def explain(
    item: Annotated[str, typer.Argument(help="Id, the beginning of one, or address of a stored item.")],
    event: Annotated[str, typer.Argument(help="Id of the event.")],
    config: ConfigOption = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Explain why an item belongs to an event or not: what was found, the score and its parts, what is lacking."""
    declared = read_declared(config)
    wanted = declared_event(event, declared.events, config)
    told = finished(_told(item, wanted, declared.database or live_database(config)))
    if json:
        print_json(explanation_object(told))
    else:
        print_explanation(told)


async def _told(text: str, event: Event, database: str) -> Told:
    async with open_store(database) as store:
        item = await stored_item(store, text)
        judged = await store.memories.judged(event.id, item.id)
        answers = [one for one in await store.feedbacks.all(event.id) if one.item == item.id]
        matcher = await recalled(store, [event])
        matcher.teach(event.id, without(matcher.lessons(event.id), item.id))
        explanation = explanation_of(matcher, item, event.id)
    stored, decided = judged or (None, None)
    answer = answers[0] if answers else None
    return Told(now=utc_now(), explanation=explanation, stored=stored, decided=decided, answer=answer)


# JSON ----------------------------------------------------------------------------------------------------------------


def explanation_object(told: Told) -> dict[str, Any]:
    """Return the object that `explain` prints."""
    explained, verdict = told.explanation, told.explanation.verdict
    return {
        "item": explained.item.id,
        "event": explained.event.id,
        "title": headline(explained.item),
        "url": explained.item.url,
        "outlet": explained.item.outlet,
        "published": explained.item.published,
        "revision": verdict.revision,
        "matches": verdict.accepted,
        "ground": verdict.ground,
        "says": ground_in_words(verdict),
        "why_not": explained.why_not,
        "veto": verdict.veto,
        "score": verdict.score,
        "threshold": verdict.threshold or None,
        "usual_threshold": explained.usual,
        "threshold_origin": explained.origin,
        "contributions": [{"name": c.name, "points": c.points, "says": c.says} for c in verdict.contributions],
        "groups": [{"asked": group.asked, "met": group.met} for group in explained.groups],
        "found": [_found_object(found) for found in explained.found],
        "shared": shared_words(verdict),
        "reports": explained.reports,
        "confirmed": explained.confirmed,
        "rejected": explained.rejected,
        "answer": _answer_object(told.answer),
        "stored": _stored_object(told),
    }


def _found_object(found: Found) -> dict[str, Any]:
    return {
        "part": found.part.value,
        "asked": found.asked,
        "text": found.text,
        "field": found.field.value,
        "group": found.group if found.part is Part.GROUP else None,
        "start": found.start,
        "end": found.end,
    }


def _answer_object(answer: Feedback | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {"answer": "yes" if answer.belongs else "no", "by": answer.by, "given": answer.given}


def _stored_object(told: Told) -> dict[str, Any] | None:
    stored = told.stored
    if stored is None:
        return None
    return {
        "matches": stored.accepted,
        "ground": stored.ground,
        "score": stored.score,
        "threshold": stored.threshold or None,
        "revision": stored.revision,
        "decided": told.decided,
    }
