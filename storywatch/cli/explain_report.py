"""What `explain` prints for people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storywatch.cli.excerpts import BAR, bar, excerpt, hanging
from storywatch.cli.output import one_line, out, shown
from storywatch.explaining import Explanation, GroupSeen, score_in_words, share
from storywatch.matching.language import Found, Part, subject_of
from storywatch.matching.language.tree import Field
from storywatch.matching.saying import ground_in_words, in_short
from storywatch.model import Feedback, Match
from storywatch.updates import headline

MOST_PLACES = 3
"""Places of one group that are shown for people; JSON has them all."""

LABEL = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An explanation, what is stored of the same item and event, and when they were judged."""

    now: datetime
    explanation: Explanation
    stored: Match | None
    decided: datetime | None
    answer: Feedback | None


def print_explanation(told: Told) -> None:
    """Print an explanation for people."""
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
    if explained.declared:
        for number, group in enumerate(explained.groups):
            _print_group(group, [found for found in explained.found if _is_of(found, number)], texts)
    else:
        _print_title(explained, texts)
    others = [found for found in explained.found if found.part is Part.ALIAS] + _names_alone(explained.found)
    if others:
        out.print()
        _say("names", "of the event, or that you list under it", "bold")
        _print_places(others, texts)
    if shared := shared_words(explained.verdict):
        _say("words", shared)


def _print_group(group: GroupSeen, places: Sequence[Found], texts: Mapping[Field, str]) -> None:
    out.print()
    _say("asked", in_short(group.asked), "bold")
    if group.met:
        _print_places(places, texts)
    else:
        _say("", "nothing of this was found", "yellow")


def _print_title(explained: Explanation, texts: Mapping[Field, str]) -> None:
    """Print what stands there of the title of an event that asks for nothing else."""
    out.print()
    missed = ", ".join(group.asked for group in explained.groups if not group.met)
    _say("title words", f"not found: {missed}" if missed else "all found", "bold")
    _print_places([found for found in explained.found if found.part is Part.GROUP], texts)


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


def shared_words(verdict: Match) -> str | None:
    """Return the words that a match shares with its event, where it was taken for these."""
    return next((reason.found for reason in verdict.reasons if reason.field == "text"), None)
