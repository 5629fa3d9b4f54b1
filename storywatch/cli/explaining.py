"""`explain`: why an item belongs to an event, or why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import open_store
from storywatch.cli.clock import utc_now
from storywatch.cli.declaring import live_database, read_declared
from storywatch.cli.excerpts import BAR, bar, excerpt, hanging
from storywatch.cli.knowing import recalled
from storywatch.cli.naming import declared_event, stored_item
from storywatch.cli.options import ConfigOption, JsonOption
from storywatch.cli.output import one_line, out, print_json, shown
from storywatch.cli.running import finished
from storywatch.explaining import Explanation, score_in_words, share
from storywatch.explaining import explain as explanation_of
from storywatch.matching.language import Found, Part, subject_of
from storywatch.matching.language.tree import Field
from storywatch.matching.lessons import without
from storywatch.matching.saying import ground_in_words, in_short
from storywatch.model import Event, Feedback, Match
from storywatch.updates import headline

MOST_PLACES = 3
"""Places of one group that are shown for people; JSON has them all."""

LABEL = 12


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
    told = finished(_told(item, wanted, declared.database or live_database()))
    if json:
        print_json(explanation_object(told))
    else:
        _print(told)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An explanation, what is stored of the same item and event, and when they were judged."""

    now: datetime
    explanation: Explanation
    stored: Match | None
    decided: datetime | None
    answer: Feedback | None


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
        "shared": _shared(verdict),
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


def _shared(verdict: Match) -> str | None:
    return next((reason.found for reason in verdict.reasons if reason.field == "text"), None)


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


# For people ----------------------------------------------------------------------------------------------------------


def _print(told: Told) -> None:
    explained = told.explanation
    item = explained.item
    out.print(one_line(headline(item)), style="bold", markup=False)
    out.print(f"  {item.outlet}, {shown(item.published)}, {item.url or item.id}", style="dim", markup=False)
    _say("event", f"{explained.event.id}: {explained.event.title}")
    _print_decision(explained)
    for line in _history(told):
        _say("before", line)
    _print_groups(explained)
    _print_parts(explained.verdict)


def _print_decision(explained: Explanation) -> None:
    verdict = explained.verdict
    style = "bold green" if verdict.accepted else "bold yellow"
    _say("decision", f"{'matches' if verdict.accepted else 'no match'}: {ground_in_words(verdict)}", style)
    if explained.why_not and explained.why_not not in ground_in_words(verdict):
        _say("why not", explained.why_not)
    if verdict.threshold:
        _say("score", f"{share(verdict.score)}, and {share(verdict.threshold)} is needed: {explained.origin}")
    else:
        _say("score", f"{share(verdict.score)}, which decides nothing here: {explained.origin}")
    _say("known by", _known(explained))


def _known(explained: Explanation) -> str:
    answers = f"; of feedback, {explained.confirmed} confirmed and {explained.rejected} rejected"
    told = answers if explained.confirmed or explained.rejected else ""
    return f"{explained.reports} report{'' if explained.reports == 1 else 's'} besides the title{told}"


def _history(told: Told) -> Iterable[str]:
    if told.answer:
        said = "belongs" if told.answer.belongs else "does not belong"
        yield f"{told.answer.by} said on {shown(told.answer.given)} that it {said}; it is judged here without that"
    stored, now = told.stored, told.explanation.verdict
    if stored is None:
        yield "nothing is stored of a decision: it never came near the event, or came before the event did"
    elif (stored.accepted, stored.revision, share(stored.score)) != (now.accepted, now.revision, share(now.score)):
        when = f"on {shown(told.decided)}" if told.decided else "at first"
        changed = "" if stored.revision == now.revision else f", as revision {stored.revision} of {now.revision},"
        did = "matched" if stored.accepted else "did not match"
        yield f"{when}{changed} it {did}, {score_in_words(stored)}; this is how it is judged on {shown(told.now)}"


def _print_groups(explained: Explanation) -> None:
    """Print what is asked, each thing with the places that meet it; then the names that decide nothing."""
    texts = dict(subject_of(explained.item).texts())
    for number, group in enumerate(explained.groups):
        out.print()
        _say("asked", in_short(group.asked), "bold")
        if group.met:
            _print_places([found for found in explained.found if _is_of(found, number)], texts)
        else:
            _say("", "nothing of this was found", "yellow")
    others = [found for found in explained.found if found.part is Part.ALIAS] + _names_alone(explained.found)
    if others:
        out.print()
        _say("names", "of the event, or that you list under it", "bold")
        _print_places(others, texts)
    if shared := _shared(explained.verdict):
        _say("words", shared)


def _is_of(found: Found, group: int) -> bool:
    return found.part is Part.GROUP and found.group == group


def _names_alone(found: Sequence[Found]) -> list[Found]:
    """Return the names that stand where no group or alias was found already."""
    taken = {(one.field, one.start) for one in found if one.part is not Part.NAME}
    return [one for one in found if one.part is Part.NAME and (one.field, one.start) not in taken]


def _print_places(places: Sequence[Found], texts: Mapping[Field, str]) -> None:
    for found in places[:MOST_PLACES]:
        around = max(12, (out.width - LABEL - 4 - len(found.text)) // 2 - 2)
        out.print(f"  {found.field.value:<{LABEL - 2}}", style="dim", end="", markup=False)
        out.print(excerpt(texts[found.field], found.start, found.end, min(40, around)))
    if len(places) > MOST_PLACES:
        _say("", f"and {len(places) - MOST_PLACES} more", "dim")


def _print_parts(verdict: Match) -> None:
    parts = verdict.contributions
    if not parts:
        return
    most = max(abs(part.points) for part in parts)
    out.print()
    for part in parts:
        name = part.name.replace("_", " ")
        head = f"{name:<{LABEL + 2}}{part.points:>+7.2f} {bar(part.points, most)} "
        _print_hanging(head, part.says)
    total = sum(part.points for part in parts)
    out.print(f"{'sum':<{LABEL + 2}}{total:>+7.2f}{' ' * (2 * BAR + 3)}a score of {share(verdict.score)}", markup=False)


def _print_hanging(head: str, text: str, style: str = "") -> None:
    first, *others = hanging(head + one_line(text), out.width, len(head))
    out.print(first, style=style, markup=False)
    for line in others:
        out.print(line, style=style, markup=False)


def _say(label: str, text: str, style: str = "") -> None:
    lines: Sequence[str] = hanging(f"{label:<{LABEL}}{one_line(text)}", out.width, LABEL)
    for number, line in enumerate(lines):
        if number == 0:
            out.print(line[:LABEL], style="dim", end="", markup=False)
            out.print(line[LABEL:], style=style, markup=False)
        else:
            out.print(line, style=style, markup=False)
