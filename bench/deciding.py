"""CPU of the whole decision about an item, matching and learning, beside parsing the same item: 100 and 10,000 events.

An event has a title, two seeds, two groups of facets, an alias and two listed names. Where the test data is present its
seeds are sentences of the first two thirds of the developers' stream, two that share a name, and the items are of the
last third; elsewhere both are made up of words as frequent as Zipf's law has them. None has dates, so that each is
always asked. The background has counted the sentences that events are made of, as that of a daemon which has run for
long. Items are read as a poll reads them: the document has 25 items, two of them new. They come with one sentence, and
with 2,000 characters of full text.

Twice: events of stories apart, and full text about one subject, as operators and outlets have them; and a crowd, many
events of one story that ask for little, and full text of twenty subjects, so that hundreds of events take an item.
"""

import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from itertools import product
from typing import Any
from unittest.mock import patch

from bench.events import START, article, declared, declared_apart, sentences
from bench.parsing import LIMITS, NOW, URL, wordpress
from bench.tracking.devset import FOLDER
from spiders.parsing import parse_document
from storywatch.matching import Matcher
from storywatch.matching.language import Finder
from storywatch.matching.likeness import read
from storywatch.matching.memory import Memory
from storywatch.model import Event, Item
from storywatch.replay import Replay, StreamItem

FEW, MANY = 100, 10_000
WARM_UP, MEASURED = 200, 100
"""Items that pass before the clock starts, and after."""
TEXT = 2000
FEED, NEW = 25, 2
RELOADS = 20


def stream(said: Sequence[str], *, full: bool, crowded: bool = True) -> list[StreamItem]:
    """Publish sentences as items, with or without full text, a minute between two."""

    def text(number: int) -> str:
        return " ".join(said[number : number + 20])[:TEXT] if crowded else article(said[number], said, TEXT)

    return [
        StreamItem(
            id=str(number),
            outlet="outlet",
            published=START + timedelta(minutes=number),
            title=" ".join(sentence.split()[:9]),
            summary=sentence,
            content=text(number) if full else "",
        )
        for number, sentence in enumerate(said[: WARM_UP + MEASURED])
    ]


# Measuring ------------------------------------------------------------------------------------------------------------


def parsed(lines: Sequence[StreamItem]) -> float:
    """Return the CPU seconds for a new item of a document that a poll reads."""
    marked = [_markup(line) for line in lines]
    elements, spent, new = b"", 0.0, 0
    for newest in range(FEED, len(marked) + 1, NEW):
        body = wordpress("".join(reversed(marked[newest - FEED : newest])), newest).encode()
        began = time.process_time()
        document = parse_document(body, url=URL, content_type=None, now=NOW, limits=LIMITS, elements=elements)
        if elements:
            spent += time.process_time() - began
            new += len(document.items)
        elements = document.elements
    assert new == (len(marked) - FEED) // NEW * NEW, "what is known is read again"
    return spent / new


def _markup(line: StreamItem) -> str:
    text = "".join(f"<p>{escape(part)}.</p>" for part in line.content.split(". "))
    content = f"<content:encoded><![CDATA[{text}]]></content:encoded>" if text else ""
    return (
        f"<item><title>{escape(line.title)}</title><link>https://outlet.example/{line.id}/</link>"
        f"<pubDate>{line.published:%a, %d %b %Y %H:%M:%S} +0000</pubDate><guid>{line.id}</guid>"
        f"<description>{escape(line.summary)}</description>{content}</item>"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """CPU seconds for an item, and what they were spent on; the verdicts on one, and how many accept it."""

    decision: float
    verdicts: float
    accepted: float
    parts: dict[str, float]


def decided(matcher: Matcher, items: Sequence[Item], *, parts: bool = False) -> Cost:
    """Let items pass, and measure the later ones. `parts`: tell where the time goes, which costs some itself."""
    for item in items[:WARM_UP]:
        matcher.tell(item, matcher.match(item))
    with ExitStack() as stack:
        watch = stack.enter_context(_watched()) if parts else {}
        verdicts, accepted, began = 0, 0, time.process_time()
        for item in items[WARM_UP:]:
            matches = matcher.match(item)
            matcher.tell(item, matches)
            verdicts += len(matches)
            accepted += sum(match.accepted for match in matches)
        spent = time.process_time() - began
    count = len(items) - WARM_UP
    return Cost(
        decision=spent / count,
        verdicts=verdicts / count,
        accepted=accepted / count,
        parts={k: v / count for k, v in watch.items()},
    )


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Time the parts of the decision inside."""
    spent: dict[str, float] = defaultdict(float)
    here = "storywatch.matching"
    with ExitStack() as stack:
        for name, target in (("words", f"{here}.language.finding.words"), *_IN_MATCHER.items()):
            stack.enter_context(_timed(target, name, spent))
        for name, owner, method in _METHODS:
            stack.enter_context(_timed_method(owner, method, name, spent))
        yield spent
    spent["index"] -= spent["words"]


_IN_MATCHER = {name: f"storywatch.matching.matcher.{name}" for name in ("evaluate", "evidence")}
_METHODS: Sequence[tuple[str, type, str]] = (
    ("index", Finder, "find"),
    ("reading", Memory, "weighed"),
    ("nearest", Memory, "nearest"),
    ("judge", Matcher, "judge"),
    ("tell", Memory, "tell"),
)


def _timed(target: str, name: str, spent: dict[str, float]) -> Any:
    module, _, attribute = target.rpartition(".")
    real = getattr(__import__(module, fromlist=[attribute]), attribute)
    return patch(target, _timing(real, name, spent))


def _timed_method(owner: type, method: str, name: str, spent: dict[str, float]) -> Any:
    return patch.object(owner, method, _timing(getattr(owner, method), name, spent))


def _timing(real: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.process_time()
        done = real(*args, **kwargs)
        done = list(done) if isinstance(done, Iterator) else done
        spent[name] += time.process_time() - began
        return done

    return timed


def experienced(events: Sequence[Event], said: Sequence[str]) -> Matcher:
    """Return a matcher whose background has counted sentences."""
    matcher = Matcher(events)
    for sentence in said:
        matcher.memory.background.add(read((sentence,)).stems)
    return matcher


def reloaded(matcher: Matcher, events: Sequence[Event]) -> float:
    """Return the CPU seconds to take a config of which one event changed."""
    began = time.process_time()
    for number in range(RELOADS):
        changed = replace(events[number], aliases=(*events[number].aliases, f"case {number}"))
        matcher.declare([*events[:number], changed, *events[number + 1 :]])
    return (time.process_time() - began) / RELOADS


def weighed(events: Sequence[Event]) -> float:
    """Return the megabytes that a matcher holds, without the declarations."""
    tracemalloc.start()
    matcher = Matcher(events)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(matcher.events) == len(events)
    return held / 1e6


def taken_in(lines: Sequence[StreamItem]) -> list[Item]:
    """Return the items as the intake gives them."""
    intake = Replay.of(())
    return [item for line in lines for item in intake.take_in(line)]


# The table ------------------------------------------------------------------------------------------------------------


def main() -> None:
    """Print the ratios."""
    early, late = sentences()
    kinds = {"apart": declared_apart(early, MANY), "crowd": declared(early, MANY)}
    print(f"sentences: {'of the stream of the test data' if FOLDER.is_dir() else 'made up: the test data is absent'}")
    print(
        f"{'':<24}{'parsing, ms':>12}{'events':>8}{'decision, ms':>14}{'/ parsing':>11}{'verdicts':>10}{'accepted':>10}"
    )
    for kind, full, count in product(kinds, (False, True), (FEW, MANY)):
        lines = stream(late, full=full, crowded=kind == "crowd")
        items, parsing = taken_in(lines), parsed(lines)
        cost = decided(experienced(kinds[kind][:count], early), items)
        name = f"{kind}, {'with full text' if full else 'one sentence'}"
        times = (
            f"{1000 * cost.decision:>14.2f}{cost.decision / parsing:>11.2f}{cost.verdicts:>10.1f}{cost.accepted:>10.1f}"
        )
        print(f"{name:<24}{1000 * parsing:>12.2f}{count:>8,}{times}", flush=True)
    _print_parts(kinds["apart"], early, taken_in(stream(late, full=False)))


def _print_parts(events: Sequence[Event], early: Sequence[str], items: Sequence[Item]) -> None:
    began = time.process_time()
    matcher = Matcher(events)
    build = time.process_time() - began
    cost = decided(experienced(events, early), items, parts=True)
    told = ", ".join(f"{name} {seconds / cost.decision:.2f}" for name, seconds in cost.parts.items())
    print(f"of a decision on one sentence, {len(events):,} events: {told}", flush=True)
    change = reloaded(matcher, events)
    print(f"built in {build:.1f} s CPU, one event reloaded in 1/{build / change:,.0f} of that: {1000 * change:.1f} ms")
    print(f"{weighed(events):.0f} MB")
