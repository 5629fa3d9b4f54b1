"""What an event's tree says of an item: `storywatch.matching.language`, end to end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.language import Facets, Finder, Part, evaluate, subject_of, to_text, tree_of
from storywatch.matching.language.tree import And, Near, Node, Not, Or, Term
from storywatch.model import Event, Item, MatchMode, Name
from tests.support.samples import NOW, an_item

STRIKE = Event(
    id="strike",
    title="Drone strike in Kabul",
    aliases=("Ahmadi strike",),
    all_of=(("Kabul", "Afghan*"), ("title: drone strike*", "drone NEAR/3 killed", "/hellfires?/i")),
    none_of=("cricket", "Zawahiri NEAR/5 balcony"),
    people=(Name(spellings=("Zemari Ahmadi", "Zamarai Ahmadi")),),
)


def judged(event: Event, item: Item) -> Facets | None:
    """Judge an item as a matcher does: one pass for all events, then the trees of those that have a hit."""
    finder = Finder()
    trees = {event.id: tree_of(event)}
    for tree in trees.values():
        finder.add(tree)
    subject = subject_of(item)
    return next((evaluate(trees[found], hits, subject) for found, hits in finder.find(subject).items()), None)


def satisfied(query: str, title: str = "", **changes: Any) -> bool:
    """Tell whether a query alone takes an item, vetoes included."""
    facets = judged(Event(id="e", title="x", query=query), an_item(title, **changes))
    return facets is not None and facets.satisfied and facets.veto is None


@pytest.mark.parametrize(
    ("title", "summary", "takes"),
    [
        ("Drone strike in Kabul", "", True),
        ("Strike in Kabul", "A drone strike, they say", False),
        ("Afghans mourn", "The drone had killed a family", True),
        ("Afghans mourn", "The drone flew on for an hour; later guns killed a family", False),
        ("Kabul", "a HELLFIRE missile", True),
        ("Drone strike in Syria", "", False),
        ("Who was Zamarai Ahmadi?", "", False),
        ("The Ahmadi strike", "", True),
        ("Drone strike in Kabul", "Cricket", False),
        ("Drone strike in Kabul", "Zawahiri stood on his balcony", False),
        ("Drone strike in Kabul", "Zawahiri is elsewhere", True),
    ],
)
def test_an_item_is_judged_end_to_end(title: str, summary: str, *, takes: bool) -> None:
    """Groups of members with scopes, NEAR and regexes; bans of the same kind; aliases above the groups."""
    facets = judged(STRIKE, an_item(title, summary=summary))
    assert facets is not None
    assert (facets.satisfied and facets.veto is None) is takes


def test_a_verdict_says_what_was_found_and_where() -> None:
    """In the operator's words, with the text's span, the most prominent place first."""
    item = an_item("Zamarai Ahmadi: a drone had killed him", summary="In Kabul")
    facets = judged(STRIKE, item)
    assert facets is not None
    assert (facets.groups, sorted(facets.met), facets.lacks, facets.veto) == (2, [0, 1], (), None)
    assert [(one.part, one.group, one.asked, one.text, one.field) for one in facets.found] == [
        (Part.NAME, 0, "Zemari Ahmadi", "Zamarai Ahmadi", "title"),
        (Part.GROUP, 1, "drone NEAR/3 killed", "drone had killed", "title"),
        (Part.GROUP, 0, "Kabul", "Kabul", "summary"),
    ]
    assert all(getattr(item.revision, one.field)[one.start : one.end] == one.text for one in facets.found)


def test_a_near_miss_says_what_it_lacks() -> None:
    """The members as they were written; the parts of a query as a query."""
    facets = judged(replace(STRIKE, query='drone (Reaper OR "Hellfire missile") -film'), an_item("A drone"))
    assert facets is not None
    assert facets.lacks == (
        "Kabul | Afghan*",
        "title: drone strike* | drone NEAR/3 killed | /hellfires?/i",
        'Reaper OR "Hellfire missile"',
    )
    assert (facets.groups, sorted(facets.met), facets.satisfied) == (4, [2], False)


@pytest.mark.parametrize(
    ("changes", "text", "veto"),
    [
        ({"none_of": ("film*",)}, {"summary": "Filmed"}, "says 'Filmed', which `none` forbids"),
        ({"query": "Kabul -film*"}, {"summary": "Filmed"}, "says 'Filmed', which NOT in `query` forbids"),
        ({"query": "Kabul -outlet:nyt"}, {}, "is outlet:nyt, which NOT in `query` forbids"),
        ({"query": "Kabul -outlet:cnn"}, {}, None),
        ({"query": "Kabul -(film prize)"}, {"summary": "A film"}, None),
        ({"query": "Kabul -(film prize)"}, {"summary": "A film", "content": "prize"}, "says 'film'"),
        ({"none_of": ("language: fa",)}, {"language": "fa-AF"}, "is language:fa, which `none` forbids"),
        ({"none_of": ("language: fa",)}, {"language": None}, None),
        ({"none_of": ("title: film",)}, {"summary": "A film"}, None),
        ({"since": NOW.date() + timedelta(days=1)}, {}, "before the event's `since`"),
        ({"until": date(2021, 8, 1)}, {}, "after the event's `until`"),
        ({"outlets": ("cnn",)}, {}, "outlet nyt"),
        ({"languages": ("en",)}, {"language": "fa"}, "language fa"),
    ],
)
def test_a_veto_holds_against_an_alias_too(changes: dict[str, Any], text: dict[str, Any], veto: str | None) -> None:
    """It says why."""
    facets = judged(replace(STRIKE, **changes), an_item("Ahmadi strike in Kabul", **text))
    assert facets is not None
    assert facets.satisfied
    assert (facets.veto is None) if veto is None else (veto in (facets.veto or ""))


@pytest.mark.parametrize(
    ("query", "title", "changes", "takes"),
    [
        ("Kabul airport", "Airport of Kabul", {}, True),
        ('"Kabul airport"', "Airport of Kabul", {}, False),
        ("Kabul OR Herat", "Herat", {}, True),
        ("Kabul (airport OR gate)", "Kabul", {"summary": "the gate"}, True),
        ("Taliban NEAR/2 airport", "Taliban take the airport", {}, True),
        ("airport NEAR/2 Taliban", "Taliban take the airport", {}, True),
        ("Taliban NEAR/1 airport", "Taliban take the airport", {}, False),
        ("Taliban NEAR/9 airport", "Taliban", {"summary": "airport"}, False),
        ("Kabul NEAR/9 Kabul", "Kabul", {}, False),
        ("Kabul NEAR/9 Kabul", "Kabul, Kabul", {}, True),
        ('Kabul NEAR/9 "Kabul airport"', "Kabul airport", {}, False),
        ("a NEAR/0 b NEAR/0 c", "b a c", {}, True),
        ("a NEAR/0 b NEAR/0 c", "b a x c", {}, False),
        ("/str[iu]c?k/ NEAR/1 Kabul", "A strike on Kabul", {}, True),
        ("/U\\.S/ Kabul", "U.S. in Kabul", {}, True),
        ("/u\\.s/ Kabul", "U.S. in Kabul", {}, False),
        ("Kabul outlet:nyt", "Kabul", {}, True),
        ("Kabul outlet:ny*", "Kabul", {}, True),
        ("Kabul outlet:(cnn OR bbc)", "Kabul", {}, False),
        ("Kabul language:en", "Kabul", {"language": "en-GB"}, True),
        ("Kabul language:en", "Kabul", {"language": "fa"}, False),
        ("Kabul language:en", "Kabul", {"language": None}, True),
        ("Kabul -language:en", "Kabul", {"language": None}, True),
        ("title:Kabul", "", {"content": "Kabul"}, False),
        ("content:(Kabul airport)", "Kabul", {"content": "airport Kabul"}, True),
        ("US strike", "they told us of a strike", {}, False),
        ("ISIS-K", "The river Isis", {}, False),
        ("ISIS", "The group Isis", {}, True),
        ("Kabul (title:a OR NOT cricket)", "Kabul", {}, True),
        ("Kabul (title:a OR NOT cricket)", "Kabul cricket", {}, False),
    ],
)
def test_a_query_takes_what_it_says(query: str, title: str, changes: dict[str, Any], *, takes: bool) -> None:
    """An event whose only positive part is a query works."""
    assert satisfied(query, title, **changes) is takes


def test_a_quoted_name_in_a_query_stands_for_its_spellings() -> None:
    """As a member does."""
    event = replace(STRIKE, all_of=(), query='"Zemari Ahmadi" NEAR/3 car')
    facets = judged(event, an_item("Zamarai Ahmadi's white car"))
    assert facets is not None
    assert facets.satisfied


def test_facets_and_a_query_are_both_needed() -> None:
    """Each narrows the other down."""
    event = replace(STRIKE, query="car")
    one, both = (judged(event, an_item(f"Drone strike in Kabul {more}")) for more in ("hits", "hits car"))
    assert one is not None
    assert both is not None
    assert (one.satisfied, both.satisfied) == (False, True)


def test_an_event_without_facets_has_the_words_of_its_title() -> None:
    """They are marked as not declared."""
    tree = tree_of(Event(id="e", title="The attack on Kabul's airport"))
    assert [group.label for group in tree.groups] == ["attack", "Kabul's", "airport"]
    assert not tree.declared
    assert tree_of(STRIKE).declared
    assert STRIKE.match is MatchMode.ASSISTED


def test_a_finder_forgets_one_event_and_keeps_the_others() -> None:
    """So that a reload touches only what changed."""
    finder, item = Finder(), subject_of(an_item("hellfire in Kabul"))
    for name in ("a", "b"):
        finder.add(tree_of(replace(STRIKE, id=name)))
    finder.discard("a")
    assert set(finder.find(item)) == {"b"}
    finder.add(tree_of(replace(STRIKE, id="a")))
    assert set(finder.find(item)) == {"a", "b"}


def test_a_text_of_one_word_repeated_stays_cheap() -> None:
    """Places are bounded, so pairs are too."""
    query = " NEAR ".join(["a"] * 20)
    finder, tree = Finder(), tree_of(Event(id="e", title="x", query=query))
    finder.add(tree)
    subject = subject_of(an_item(content="a " * 20_000))
    (hits,) = finder.find(subject).values()
    assert sum(map(len, hits.values())) == 64
    assert len(evaluate(tree, hits, subject).found) == 64


# Against a naive reference -------------------------------------------------------------------------------------------

_WORDS = ("ash", "birch", "cedar")
_LEAVES = st.sampled_from([Term(word) for word in (*_WORDS, "ash birch", "bir*")])
_SIDES = _LEAVES | st.lists(_LEAVES, min_size=2, max_size=2).map(lambda pair: Or(tuple(pair)))
_PARTS = _LEAVES | st.builds(Near, st.integers(0, 3), _SIDES, _SIDES)
_NODES = st.recursive(
    _PARTS,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda some: And(tuple(some)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda some: Or(tuple(some)))
        | inner.map(Not)
    ),
    max_leaves=5,
)


def spans(node: Node, said: list[str]) -> set[tuple[int, int]]:
    """Return the first and last word of every place, by trying all."""
    match node:
        case Term(text):
            wanted = text.split()
            fits = [all(map(_fits, wanted, said[at : at + len(wanted)])) for at in range(len(said) - len(wanted) + 1)]
            return {(at, at + len(wanted) - 1) for at, fit in enumerate(fits) if fit}
        case Or(parts):
            return {span for part in parts for span in spans(part, said)}
        case Near(distance, left, right):
            pairs = [(a, b) for a in spans(left, said) for b in spans(right, said)]
            gaps = [(a, b, max(a[0], b[0]) - min(a[1], b[1]) - 1) for a, b in pairs]
            return {(min(a[0], b[0]), max(a[1], b[1])) for a, b, gap in gaps if 0 <= gap <= distance}
        case _:
            raise AssertionError(node)


def _fits(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def holds(node: Node, texts: list[list[str]]) -> bool:
    """Decide as the docstrings of the nodes say."""
    match node:
        case And(parts):
            return all(holds(part, texts) for part in parts)
        case Not(inner):
            return not holds(inner, texts)
        case Or(parts):
            return any(holds(part, texts) for part in parts)
        case _:
            return any(spans(node, said) for said in texts)


@given(_NODES, st.lists(st.lists(st.sampled_from((*_WORDS, "oak")), max_size=9), min_size=3, max_size=3))
def test_a_query_takes_an_item_exactly_when_the_reference_does(node: Node, texts: list[list[str]]) -> None:
    """Beside a word that is always there, since a query may not only exclude."""
    title, summary, content = map(" ".join, texts)
    taken = satisfied(f"anchor ({to_text(node)})", f"anchor {title}", summary=summary, content=content)
    assert taken == holds(node, [["anchor", *texts[0]], texts[1], texts[2]])
