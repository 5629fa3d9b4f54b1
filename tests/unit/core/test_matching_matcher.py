"""The verdict on an item: `storywatch.matching.matcher`."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching import Matcher
from storywatch.matching.deciding import ENOUGH_REPORTS
from storywatch.matching.lessons import Lessons
from storywatch.matching.saying import SHARED_WORDS
from storywatch.model import Event, Item, Match, MatchMode, Name, Seed
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
SEEDS = (
    Seed(
        text="Suicide bombers kill scores outside Kabul airport, among them 13 Marines at Abbey Gate. ISIS-K claims it."
    ),
    Seed(text="Pentagon: Marines at Abbey Gate were warned of a suicide bomber. Biden vows to hunt down ISIS-K."),
)
SEEDED = replace(KABUL, seeds=SEEDS)
STRICT = replace(SEEDED, match=MatchMode.STRICT)
UNDECLARED = Event(id="kabul", title=KABUL.title, seeds=SEEDS)
NEXT = "Biden meets families of Marines killed by suicide bomber at Abbey Gate"
OTHER = "Listeners chose among the singers who came to a contest"
SINGERS = "; ".join(
    f"they heard how Zarif{letter} Sahar{letter} of Balkh{letter} sang there" for letter in "abcdefghijkl"
)
FAR = {"summary": SINGERS, "content": "They had flown from Kabul. The airport was full."}


def verdict(event: Event, title: str = "", **changes: Any) -> Match | None:
    """Return the verdict of one event, None if the item does not come near it."""
    matches = Matcher([event]).match(an_item(title, **changes))
    return matches[0] if matches else None


def judged(event: Event, title: str = "", **changes: Any) -> Match:
    """Return the verdict of an event that the item comes near."""
    match = verdict(event, title, **changes)
    assert match is not None
    return match


def found(match: Match) -> list[tuple[str, str, str]]:
    return [(reason.asked, reason.found, reason.field) for reason in match.reasons]


# Facets alone --------------------------------------------------------------------------------------------------------

BY_FACETS = pytest.mark.parametrize(
    "event",
    [KABUL, replace(KABUL, seeds=SEEDS[: ENOUGH_REPORTS - 1]), STRICT],
    ids=["no seeds", "one seed", "strict"],
)


@BY_FACETS
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
        ("Marines killed by a bomber at the gate of the airport", False),
        ("Kabul cricket team stranded at airport", False),
    ],
)
def test_the_facets_alone_decide_where_little_is_known_and_in_strict_mode(
    event: Event, title: str, *, accepted: bool
) -> None:
    """Each group needs a hit; an alias stands for all; a forbidden word rejects. No score has a say."""
    match = judged(event, title)
    assert match.accepted is accepted
    assert match.threshold == 0
    assert match.ground == ("facets" if accepted else "ruled_out" if match.veto else "lacking")


def test_strict_obeys_to_the_letter_whatever_the_score() -> None:
    """What scores high is out if a facet is lacking; what scores low is in if none is. Assisted it is otherwise."""
    lacking, met = judged(STRICT, NEXT), judged(STRICT, OTHER, **FAR)
    assert lacking.score > 0.9
    assert met.score < 0.4
    assert (lacking.accepted, met.accepted) == (False, True)
    assert (judged(SEEDED, NEXT).accepted, judged(SEEDED, OTHER, **FAR).accepted) == (True, False)


def test_only_what_people_gave_lets_an_event_look_beyond_its_facets() -> None:
    """Its facets keep the scope until then, however much it took; two confirmed items are enough."""
    matcher = Matcher([KABUL])
    items = [an_item(f"Kabul airport: {seed.text}", item=f"t{number}") for number, seed in enumerate(SEEDS)]
    for item in items:
        matcher.tell(item, matcher.match(item))
    before = matcher.explain(an_item(NEXT, item="next"), KABUL.id)
    assert (before.accepted, before.ground, before.threshold) == (False, "lacking", 0)
    matcher.teach(KABUL.id, Lessons(confirmed=tuple(items)))
    [match] = matcher.match(an_item(NEXT, item="next"))
    assert (match.accepted, match.ground) == (True, "beyond_facets")
    assert match.threshold > 0


def test_an_item_that_says_nothing_of_an_event_has_no_verdict() -> None:
    """Not even a rejected one: 10,000 events are silent about most items."""
    assert verdict(KABUL, "Elections in Norway") is None
    assert verdict(SEEDED, "Elections in Norway") is None


def test_every_field_of_an_item_counts() -> None:
    """Groups may find their hits in different fields."""
    match = judged(KABUL, "Blast at airport", content="It happened in Kabul.")
    assert match.accepted
    assert found(match) == [("airport", "airport", "title"), ("Kabul", "Kabul", "content")]


@pytest.mark.parametrize("event", [KABUL, SEEDED, STRICT])
def test_reasons_name_what_was_asked_and_what_was_found(event: Event) -> None:
    """One for each thing asked: the spelling that hit, where it stood first."""
    match = judged(event, "ISKP in KABUL", summary="Kabul, ISIS-K")
    assert found(match) == [("ISIS-K", "ISKP", "title"), ("Kabul", "KABUL", "title")]


def test_a_rejected_item_says_what_it_lacks() -> None:
    """The groups as the operator wrote them."""
    assert judged(KABUL, "Kabul falls").lacks == judged(SEEDED, "Kabul falls").lacks == ("airport | ISIS-K",)


@pytest.mark.parametrize("seeds", [(), SEEDS], ids=["no seeds", "two seeds"])
@pytest.mark.parametrize(
    ("member", "hits", "others"),
    [
        ("US", ("the US pulled out", "the U.S. pulled out"), ("told us", "USA")),
        ("WHO", ("WHO warns",), ("who warns",)),
        ("ISIS-K", ("ISIS K", "Isis-K's", "ISKP", "Islamic State Khorasan Province"), ("ISIS", "the river Isis")),
        ("bomb*", ("bombing", "Bombs"), ("a bum", "the a-bum")),
        ("drone strike", ("a drone strike", "drone-strike"), ("strike by drone", "drones strike")),
        ("Zemari Ahmadi", ("Zamarai Ahmadi", "Zemari Ahmadi's"), ("Zemari Karimi",)),
        ("Kabul", ("KABUL’S",), ("Kabuli",)),
    ],
)
def test_members_of_facets_mean_what_they_mean_in_every_mode(
    seeds: tuple[Seed, ...], member: str, hits: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Acronyms in capitals, names by their spellings, beginnings, phrases, whole words."""
    names = (ISISK, Name(spellings=("Zemari Ahmadi",)))
    asks = Event(id="e", title="x", all_of=((member,),), organisations=names, seeds=seeds)
    for mode in MatchMode:
        event = replace(asks, match=mode)
        assert [verdict(event, text) is not None and member in judged(event, text).lacks for text in hits] == [
            False
        ] * len(hits)
        met = [match is not None and not match.lacks for match in (verdict(event, text) for text in (*hits, *others))]
        assert met == [True] * len(hits) + [False] * len(others)


# Facets and score ----------------------------------------------------------------------------------------------------


def test_the_next_chapter_is_taken_beyond_the_facets_and_says_so() -> None:
    """By the words of the event, which stand last among the reasons; what it lacks is told."""
    match = judged(SEEDED, NEXT)
    assert (match.accepted, match.ground) == (True, "beyond_facets")
    assert match.score >= match.threshold > 0
    assert match.lacks == ("Kabul | Afghan*", "airport | ISIS-K")
    reason = match.reasons[-1]
    assert (reason.asked, reason.field) == (SHARED_WORDS, "text") == ("words of this event", "text")
    assert {"Abbey", "Marines", "bomber"} <= set(reason.found.split(", "))
    assert verdict(KABUL, NEXT) is None


def test_what_satisfies_the_facets_but_reads_like_another_event_is_held_back() -> None:
    """And keeps its reasons, so that people see it was near. The shared words are none."""
    match = judged(SEEDED, OTHER, **FAR)
    assert (match.accepted, match.ground) == (False, "held_back")
    assert match.score < match.threshold
    assert found(match) == [("Kabul", "Kabul", "content"), ("airport", "airport", "content")]
    assert not match.lacks


def test_plain_facets_with_a_score_that_agrees_need_no_shared_words() -> None:
    match = judged(SEEDED, "Blast at the airport of Kabul")
    assert (match.accepted, match.ground) == (True, "facets")
    assert found(match) == [("airport", "airport", "title"), ("Kabul", "Kabul", "title")]


def test_what_people_said_counts_at_once() -> None:
    """Two confirmed items are enough to look beyond the facets; a rejected one lowers what reads like it."""
    confirmed = tuple(an_item(seed.text, item=f"c{number}") for number, seed in enumerate(SEEDS))
    matcher, item = Matcher([KABUL]), an_item(NEXT, item="next")
    assert not matcher.match(item)
    matcher.teach("kabul", Lessons(confirmed=confirmed))
    [taken] = matcher.match(item)
    assert taken.ground == "beyond_facets"
    matcher.teach("kabul", Lessons(confirmed=confirmed, rejected=(an_item(NEXT, item="like it"),)))
    [lowered] = matcher.match(item)
    assert lowered.score < taken.score


DAY = NOW.date()


@pytest.mark.parametrize("event", [KABUL, SEEDED, STRICT, UNDECLARED], ids=["facets", "assisted", "strict", "title"])
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
    event: Event, changes: dict[str, Any], text: dict[str, Any], veto: str | None
) -> None:
    """Against facets, an alias, a high score, in every mode; the veto says why."""
    match = judged(replace(event, **changes), "Abbey Gate bombing: attack on Kabul airport kills Marines", **text)
    assert match.accepted is (veto is None)
    assert (match.ground == "ruled_out") is (veto is not None)
    assert (match.veto is None) if veto is None else (veto in (match.veto or ""))


# Nothing but a title -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MatchMode)
def test_an_event_with_a_title_only_asks_for_its_telling_words(mode: MatchMode) -> None:
    """So that a lazy declaration works, and says so."""
    event = Event(id="kabul", title="The attack on Kabul's airport", match=mode)
    accepted, rejected = judged(event, "Attack: Kabul airport"), judged(event, "The airport of Kabul")
    assert (accepted.accepted, accepted.ground) == (True, "title")
    assert (rejected.accepted, rejected.ground, rejected.lacks) == (False, "lacking", ("attack",))


def test_an_event_with_title_and_seeds_is_decided_by_the_score() -> None:
    """Words of the title are neither needed nor enough."""
    taken = judged(UNDECLARED, NEXT)
    assert (taken.accepted, taken.ground, taken.reasons[-1].asked) == (True, "likeness", SHARED_WORDS)
    title = judged(UNDECLARED, OTHER, summary=SINGERS, content=KABUL.title)
    assert (title.accepted, title.ground) == (False, "lacking")
    assert title.score < title.threshold
    assert not title.lacks


def test_an_alias_counts_as_facets_do_where_there_are_none() -> None:
    """In the score, where it is said; and alone, in strict mode and where little is known."""
    event, said = replace(UNDECLARED, aliases=("Abbey Gate bombing",)), "Abbey Gate bombing: a timeline"
    assert judged(event, said).ground == "facets"
    assert judged(event, said).score > judged(UNDECLARED, said).score
    assert judged(event, NEXT).ground == "likeness"
    for alone in (replace(event, match=MatchMode.STRICT), replace(event, seeds=SEEDS[:1])):
        taken, left = judged(alone, said), judged(alone, f"{NEXT} in Kabul")
        assert (taken.accepted, taken.ground, taken.threshold) == (True, "facets", 0)
        assert (left.accepted, left.ground) == (False, "lacking")


def test_an_event_that_asks_for_nothing_accepts_nothing() -> None:
    """A title of empty words and a name: the name alone is no event."""
    event = Event(id="it", title="It is on", people=(Name(spellings=("Joe Biden",)),))
    assert not judged(event, "Joe Biden speaks").accepted


# Several events ------------------------------------------------------------------------------------------------------


def test_the_best_verdict_comes_first_and_events_are_not_mixed_up() -> None:
    """An item may belong to several events."""
    other = Event(id="airports", title="x", all_of=(("airport",), ("strike",), ("Paris",)))
    matches = Matcher([other, KABUL]).match(an_item("Blast at the airport of Kabul"))
    assert [(match.event, match.accepted) for match in matches] == [("kabul", True), ("airports", False)]
    assert matches[0].score > matches[1].score


def test_there_is_a_verdict_for_each_event_that_an_item_comes_near() -> None:
    """By a hit, or by words that they share; none for those that it has nothing to do with."""
    by_hit = Event(id="hit", title="x", all_of=(("Biden",), ("Ohio",)))
    by_words = replace(SEEDED, id="words", all_of=(("Ohio",),))
    far = Event(id="far", title="Flood in London", all_of=(("London",),), seeds=(Seed(text="The Thames"),) * 2)
    matches = {match.event: match for match in Matcher([far, by_hit, by_words]).match(an_item(NEXT))}
    assert set(matches) == {"hit", "words"}
    assert (matches["hit"].accepted, found(matches["hit"])) == (False, [("Biden", "Biden", "title")])
    assert matches["words"].accepted


def test_near_by_words_alone_is_a_verdict_even_if_it_is_not_accepted() -> None:
    """Without a reason, but with a score and what it lacks."""
    match = judged(STRICT, NEXT)
    assert (match.accepted, match.reasons, match.lacks) == (False, (), ("Kabul | Afghan*", "airport | ISIS-K"))
    assert match.score > 0.9


def test_what_is_explained_is_what_was_decided() -> None:
    """Of events that the item does not come near too, which have no verdict; an unknown event is an error."""
    matcher = Matcher([SEEDED, replace(STRICT, id="strict"), Event(id="far", title="Flood in London")])
    for match in matcher.match(an_item(NEXT)):
        assert matcher.explain(an_item(NEXT), match.event) == match
    assert not matcher.explain(an_item(NEXT), "far").accepted
    with pytest.raises(KeyError):
        matcher.explain(an_item(NEXT), "gone")


def test_a_verdict_names_the_revision_that_it_judged() -> None:
    """A later revision has a verdict of its own."""
    match = judged(KABUL, "Kabul airport", number=3)
    assert (match.item, match.revision) == ("i1", 3)


# Against a naive reference -------------------------------------------------------------------------------------------

# No word of it is an article: names pass over those, as in Abd ash-Shakur.
_VOCABULARY = ("alder", "birch", "cedar", "elm", "fir", "oak")
_phrases = st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=2).map(" ".join)
_groups = st.lists(st.lists(_phrases, min_size=1, max_size=3).map(tuple), min_size=1, max_size=7).map(tuple)
_texts = st.lists(st.sampled_from(_VOCABULARY), max_size=12).map(" ".join)
_seeds = st.lists(st.builds(Seed, text=_texts), max_size=3).map(tuple)
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
    match=st.sampled_from(MatchMode),
    seeds=_seeds,
)


def says(item: Item, phrase: str) -> bool:
    """Tell whether a field has the phrase: by scanning."""
    texts = (item.revision.title, item.revision.summary, item.revision.content)
    return any(f" {phrase} " in f" {text} " for text in texts)


def is_hit(event: Event, item: Item, member: str) -> bool:
    """Tell whether a member stands in an item: a name by any of its spellings."""
    named = [name.spellings for name in event.people if name.spellings[0] == member]
    return any(says(item, spelling) for spelling in (named[-1] if named else (member,)))


def satisfies(event: Event, item: Item) -> bool:
    """Decide as the docstring of `Event` says, without any index."""
    asked = all(any(is_hit(event, item, member) for member in group) for group in event.all_of)
    return asked or any(says(item, alias) for alias in event.aliases)


def forbids(event: Event, item: Item) -> bool:
    return any(is_hit(event, item, member) for member in event.none_of)


@given(_events, _texts, _texts, _texts)
def test_where_the_facets_decide_an_item_is_accepted_exactly_when_the_reference_accepts_it(
    event: Event, title: str, summary: str, content: str
) -> None:
    """Every group has a hit, or an alias does; nothing forbidden does. Seeds change nothing in strict mode."""
    item = an_item(title, summary=summary, content=content)
    wanted = satisfies(event, item) and not forbids(event, item)
    for decided in (replace(event, seeds=event.seeds[:1]), replace(event, match=MatchMode.STRICT)):
        matches = Matcher([decided]).match(item)
        assert any(match.accepted for match in matches) == wanted


@given(_events, _texts, _texts)
def test_where_the_score_decides_it_keeps_to_its_threshold_and_to_what_is_forbidden(
    event: Event, title: str, summary: str
) -> None:
    """The ground says what the facets say of it; a threshold is given if and only if the score decided."""
    item = an_item(title, summary=summary)
    match = Matcher([event]).explain(item, "e")
    assert 0.0 <= match.score <= 1.0
    if forbids(event, item):
        assert (match.accepted, match.ground, match.threshold) == (False, "ruled_out", 0.0)
    elif event.match is MatchMode.STRICT or len(event.seeds) < ENOUGH_REPORTS:
        assert (match.ground, match.threshold) == ("facets" if satisfies(event, item) else "lacking", 0.0)
    else:
        assert match.accepted == (match.score >= match.threshold > 0)
        met, unmet = ("facets", "beyond_facets") if match.accepted else ("held_back", "lacking")
        assert match.ground == (met if satisfies(event, item) else unmet)


@given(_groups, st.data())
@settings(max_examples=50)
def test_one_more_facet_never_lowers_the_score(groups: tuple[tuple[str, ...], ...], data: st.DataObject) -> None:
    """Near misses are ranked by how near they are."""
    event = Event(id="e", title="x", all_of=groups)
    members = [data.draw(st.sampled_from(group)) for group in groups]
    scores = []
    for count in range(1, len(members) + 1):
        [match] = Matcher([event]).match(an_item(" ; ".join(members[:count])))
        scores.append(match.score)
    assert scores == sorted(scores)
