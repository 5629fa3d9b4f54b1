"""The verdict on an item: `storywatch.matching.matcher`."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching import Matcher
from storywatch.matching.matcher import facets_of
from storywatch.model import Event, Item, Match, Name
from tests.support.samples import NOW, an_item

ISISK = Name(spellings=("ISIS-K", "ISKP", "Islamic State-Khorasan Province"))
KABUL = Event(
    id="kabul",
    title="Attack on the airport of Kabul",
    aliases=("Abbey Gate bombing",),
    all_of=(("Kabul", "Afghan*"), ("airport", "ISIS-K")),
    none_of=("cricket",),
    organisations=(ISISK,),
)


def verdict(event: Event, title: str = "", **changes: Any) -> Match | None:
    """Return the verdict of one event, None if it has no hit at all."""
    matches = Matcher([event]).match(an_item(title, **changes))
    return matches[0] if matches else None


@pytest.mark.parametrize(
    ("title", "accepted"),
    [
        ("Blast at the airport of Kabul", True),
        ("Afghans flee to the airport", True),
        ("ISKP claims attack in Kabul", True),
        ("Islamic State Khorasan province: who are they in Afghanistan", True),
        ("Abbey Gate bombing: a timeline", True),
        ("Kabul falls", False),
        ("Airport strike in Paris", False),
        ("Kabul cricket team stranded at airport", False),
    ],
)
def test_an_item_is_accepted_by_facets_or_by_the_events_own_name(title: str, *, accepted: bool) -> None:
    """Each group needs a hit; an alias stands for all; a forbidden word rejects."""
    match = verdict(KABUL, title)
    assert match is not None
    assert match.accepted is accepted


def test_an_item_that_says_nothing_of_an_event_has_no_verdict() -> None:
    """Not even a rejected one: 10,000 events are silent about most items."""
    assert verdict(KABUL, "Elections in Norway") is None


def test_every_field_of_an_item_counts() -> None:
    """Groups may find their hits in different fields."""
    match = verdict(KABUL, "Blast at airport", content="It happened in Kabul.")
    assert match is not None
    assert match.accepted
    assert [(reason.asked, reason.found, reason.field) for reason in match.reasons] == [
        ("airport", "airport", "title"),
        ("Kabul", "Kabul", "content"),
    ]


def test_reasons_name_what_was_asked_and_what_was_found() -> None:
    """One for each thing asked: the spelling that hit, where it stood first."""
    match = verdict(KABUL, "ISKP in KABUL", summary="Kabul, ISIS-K")
    assert match is not None
    assert [(reason.asked, reason.found, reason.field) for reason in match.reasons] == [
        ("ISIS-K", "ISKP", "title"),
        ("Kabul", "KABUL", "title"),
    ]


def test_a_rejected_item_says_what_it_lacks() -> None:
    """The groups as the operator wrote them."""
    match = verdict(KABUL, "Kabul falls")
    assert match is not None
    assert match.lacks == ("airport | ISIS-K",)


DAY = NOW.date()


@pytest.mark.parametrize(
    ("changes", "text", "veto"),
    [
        ({"since": DAY}, {}, None),
        ({"until": DAY}, {}, None),
        ({"since": DAY + timedelta(days=1)}, {}, "before the event's `since`"),
        ({"until": DAY - timedelta(days=1)}, {}, "after the event's `until`"),
        ({"since": date(2021, 8, 1)}, {"published": NOW - timedelta(days=60)}, "published 2021-06-27"),
        ({"outlets": ("nyt",)}, {}, None),
        ({"outlets": ("cnn",)}, {}, "outlet nyt"),
        ({"languages": ("en",)}, {"language": "en-GB"}, None),
        ({"languages": ("en",)}, {"language": None}, None),
        ({"languages": ("en",)}, {"language": "fa"}, "language fa"),
        ({"none_of": ("wedding*",)}, {"summary": "At the weddings."}, "says 'weddings'"),
    ],
)
def test_a_veto_holds_whatever_else_an_item_says(
    changes: dict[str, Any], text: dict[str, Any], veto: str | None
) -> None:
    """Also against an alias; the veto says why."""
    match = verdict(replace(KABUL, **changes), "Abbey Gate bombing at Kabul airport", **text)
    assert match is not None
    assert match.accepted is (veto is None)
    assert (match.veto is None) if veto is None else (veto in (match.veto or ""))


def test_an_event_without_facets_asks_for_the_telling_words_of_its_title() -> None:
    """So that a lazy declaration works."""
    event = Event(id="kabul", title="The attack on Kabul's airport")
    assert facets_of(event) == (("attack",), ("Kabul's",), ("airport",))
    accepted, rejected = verdict(event, "Attack: Kabul airport"), verdict(event, "The airport of Kabul")
    assert accepted is not None
    assert rejected is not None
    assert (accepted.accepted, rejected.accepted) == (True, False)


def test_an_event_that_asks_for_nothing_accepts_nothing() -> None:
    """A title of empty words and a name: the name alone is no event."""
    event = Event(id="it", title="It is on", people=(Name(spellings=("Joe Biden",)),))
    match = verdict(event, "Joe Biden speaks")
    assert match is not None
    assert not match.accepted


def test_the_best_verdict_comes_first_and_events_are_not_mixed_up() -> None:
    """An item may belong to several events."""
    other = Event(id="airports", title="x", all_of=(("airport",), ("strike",), ("Paris",)))
    matches = Matcher([other, KABUL]).match(an_item("Blast at the airport of Kabul"))
    assert [(match.event, match.accepted) for match in matches] == [("kabul", True), ("airports", False)]
    assert matches[0].score > matches[1].score


def test_a_verdict_names_the_revision_that_it_judged() -> None:
    """A later revision has a verdict of its own."""
    match = verdict(KABUL, "Kabul airport", number=3)
    assert match is not None
    assert (match.item, match.revision) == ("i1", 3)


# Against a naive reference -------------------------------------------------------------------------------------------

_VOCABULARY = ("ash", "birch", "cedar", "elm", "fir", "oak")
_phrases = st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=2).map(" ".join)
_groups = st.lists(st.lists(_phrases, min_size=1, max_size=3).map(tuple), min_size=1, max_size=7).map(tuple)
_texts = st.lists(st.sampled_from(_VOCABULARY), max_size=12).map(" ".join)
_events = st.builds(
    Event,
    id=st.just("e"),
    title=st.just("x"),
    all_of=_groups,
    none_of=st.lists(_phrases, max_size=1).map(tuple),
    aliases=st.lists(_phrases, max_size=1).map(tuple),
    people=st.lists(
        st.lists(_phrases, min_size=1, max_size=2).map(lambda some: Name(spellings=tuple(some))), max_size=2
    ).map(tuple),
)


def says(item: Item, phrase: str) -> bool:
    """Tell whether a field has the phrase: by scanning."""
    texts = (item.revision.title, item.revision.summary, item.revision.content)
    return any(f" {phrase} " in f" {text} " for text in texts)


def accepts(event: Event, item: Item) -> bool:
    """Decide as the docstring of `Event` says, without any index."""

    def is_hit(member: str) -> bool:
        named = [name.spellings for name in event.people if name.spellings[0] == member]
        return any(says(item, spelling) for spelling in (named[-1] if named else (member,)))

    asked = all(any(is_hit(member) for member in group) for group in event.all_of)
    named = any(says(item, alias) for alias in event.aliases)
    return (asked or named) and not any(says(item, term) for term in event.none_of)


@given(_events, _texts, _texts, _texts)
def test_an_item_is_accepted_exactly_when_the_reference_accepts_it(
    event: Event, title: str, summary: str, content: str
) -> None:
    """Every group has a hit, or an alias does; nothing forbidden does."""
    item = an_item(title, summary=summary, content=content)
    matches = Matcher([event]).match(item)
    assert any(match.accepted for match in matches) == accepts(event, item)


@given(_events, _texts, _texts)
def test_one_threshold_keeps_the_verdicts_word(event: Event, title: str, summary: str) -> None:
    """Accepted items score 0.7 to 1, all others less, however many facets they hit."""
    for match in Matcher([event]).match(an_item(title, summary=summary)):
        assert 0.0 <= match.score <= 1.0
        assert (match.score >= 0.7) == match.accepted


@given(_groups, st.data())
def test_one_more_facet_never_lowers_the_score(groups: tuple[tuple[str, ...], ...], data: st.DataObject) -> None:
    """Near misses are ranked by how near they are."""
    event = Event(id="e", title="x", all_of=groups)
    members = [data.draw(st.sampled_from(group)) for group in groups]
    scores = []
    for count in range(1, len(members) + 1):
        [match] = Matcher([event]).match(an_item(" ; ".join(members[:count])))
        scores.append(match.score)
    assert scores == sorted(scores)
