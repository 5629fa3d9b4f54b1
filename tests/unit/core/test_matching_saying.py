"""A verdict in words: `storywatch.matching.saying`."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storywatch.matching import Matcher
from storywatch.matching.deciding import Ground
from storywatch.matching.likeness import Background, Profile, log_odds, read
from storywatch.matching.matcher import TOLD_FROM
from storywatch.matching.saying import UNPLAIN, ground_in_words, in_short, understood
from storywatch.model import Event, Match, Seed
from tests.support.samples import an_item

KABUL = Event(
    id="kabul",
    title="Attack on the airport of Kabul",
    all_of=(("Kabul",), ("airport",)),
    seeds=(
        Seed(text="Suicide bombers kill Marines at Abbey Gate outside Kabul airport. ISIS-K claims the attack."),
        Seed(text="Pentagon: Marines at Abbey Gate were warned of a bomber before the attack at Kabul airport."),
    ),
)


def a_match(ground: str, **changes: object) -> Match:
    verdict = Match(event="e", item="i", revision=1, accepted=True, score=0.5, ground=ground)
    return replace(verdict, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ("facets", "your facets are met"),
        ("beyond_facets", "beyond your facets, because it reads like this event's next chapter"),
        ("held_back", "your facets are met, but it reads like another event"),
        ("likeness", "it reads like this event"),
        ("title", "it says every telling word of the title"),
        ("lacking", "not enough speaks for it"),
        ("ruled_out", "ruled out"),
    ],
)
def test_each_ground_has_its_words(ground: str, said: str) -> None:
    assert ground_in_words(a_match(ground)) == said


def test_no_two_grounds_sound_alike() -> None:
    """A ground that has no words, such as none from old verdicts, stands for itself."""
    said = [ground_in_words(a_match(ground.value)) for ground in Ground]
    assert len(set(said)) == len(Ground)
    assert not set(said) & set(Ground)
    assert (ground_in_words(a_match("")), ground_in_words(a_match("other"))) == ("", "other")
    assert set(Ground) - {"facets", "lacking", "ruled_out"} == UNPLAIN


def test_what_is_lacking_and_what_forbids_is_said() -> None:
    """Only where it matters: what is held back lacks nothing that counts."""
    lacking = a_match("lacking", lacks=("Kabul | Afghan*", "airport"), threshold=0.6)
    assert ground_in_words(lacking) == "not enough speaks for it; it lacks (Kabul | Afghan*) and (airport)"
    by_facets = replace(lacking, threshold=0.0)
    assert ground_in_words(by_facets) == "not all that is asked is met: it lacks (Kabul | Afghan*) and (airport)"
    assert ground_in_words(replace(lacking, ground="beyond_facets")).endswith(
        "; it lacks (Kabul | Afghan*) and (airport)"
    )
    assert "lacks" not in ground_in_words(replace(lacking, ground="held_back"))
    assert ground_in_words(a_match("ruled_out", veto="says 'x'", lacks=("airport",))) == "ruled out: says 'x'"


@pytest.mark.parametrize(
    ("group", "short"),
    [
        ("a", "a"),
        ("a | b | c | d | e", "a | b | c | d | e"),
        ("a | b | c | d | e | f", "a | b | c | d | 2 more"),
    ],
)
def test_a_long_group_is_known_by_its_first_members(group: str, short: str) -> None:
    assert in_short(group) == short


TEXTS = st.lists(
    st.sampled_from(["Kabul", "airport", "attack", "Marines", "Abbey", "Gate", "bomber", "Zemari", "police"]),
    max_size=20,
).map(lambda words: f"On {' '.join(words)}")


@given(text=TEXTS, asked=st.booleans())
@settings(max_examples=50)
def test_what_is_told_of_a_score_adds_up_to_it(text: str, *, asked: bool) -> None:
    """Within what rounding leaves; the heaviest part first, behind where everything begins."""
    event = KABUL if asked else replace(KABUL, all_of=())
    verdict = Matcher([event]).explain(an_item(text), "kabul")
    first, *parts = verdict.contributions
    assert first.name == "start"
    assert sum(one.points for one in verdict.contributions) == pytest.approx(log_odds(verdict.score), abs=0.06)
    assert [abs(one.points) for one in parts] == sorted((abs(one.points) for one in parts), reverse=True)
    assert all(one.says for one in verdict.contributions)


def test_the_parts_of_a_score_say_what_was_seen() -> None:
    """The words that are shared, those that tell most first, and the names that are strange, as they are written."""
    text = "The aid worker Zemari Ahmadi was killed and was no bomber, told Marines of Abbey Gate"
    said = {one.name: one.says for one in Matcher([KABUL]).explain(an_item(text), "kabul").contributions}
    assert said["alike"].startswith("shared words: Abbey, bomber, Marines, Gate, killed (cosine 0.")
    assert said["strange_names"] == "names new to this event: Zemari, Ahmadi"


def test_what_is_far_from_an_event_is_not_told_in_parts_unless_asked() -> None:
    """Most items are; what comes nearer is told."""
    matcher = Matcher([KABUL])
    names = " ".join(f"Zemari{number}" for number in range(60))
    near, far = an_item("They sell carpets at Kabul airport"), an_item(f"They sell Kabul carpets to {names}")
    [nearer], [verdict] = matcher.match(near), matcher.match(far)
    assert log_odds(verdict.score) < TOLD_FROM < log_odds(nearer.score)
    explained = matcher.explain(far, "kabul")
    assert explained == replace(verdict, contributions=explained.contributions)
    assert [bool(one.contributions) for one in (nearer, verdict, explained)] == [True, False, True]


def test_what_an_event_is_understood_to_be_about_is_names_and_words() -> None:
    """Those that tell most first, each once, as they were written last; at most twelve of each."""
    profile = Profile([read([text]) for text in (KABUL.title, *(seed.text for seed in KABUL.seeds))])
    names, others = understood(profile, Background())
    assert names[0] == "Abbey"
    assert {"Abbey", "Gate", "Marines", "Kabul", "ISIS"} <= set(names)
    assert {"airport", "attack", "bomber"} <= set(others)
    assert not set(names) & set(others)
    assert len(names) <= 12
    assert len(others) <= 12


def test_what_one_seed_alone_and_everybody_says_is_not_taken_for_the_event() -> None:
    """Offices and numbers; those that the title says, or several seeds, are. No word is told with its 's."""
    title = read(["39 dead in a lorry"])
    said = "The Prime Minister said on Friday that Mr Robinson drove 12 miles and hid; police found Robinson's lorry"
    seed = read([f"{said}, which was Bulgarian"])
    names, others = understood(Profile([title, seed]), Background())
    assert set(names) == {"Robinson", "Bulgarian"}
    assert {"39", "lorry", "dead"} <= set(others)
    assert not {"12", "Prime", "Minister", "said", "Friday"} & {*names, *others}
    assert {"Prime", "Minister"} <= {*understood(Profile([seed, seed]), Background())[0]}


def test_an_event_without_words_is_understood_as_nothing() -> None:
    assert understood(Profile([read(["It is on"])]), Background()) == ((), ())


def test_what_is_understood_has_one_order() -> None:
    """Words that tell the same stand by their stems, whatever order the process keeps them in."""
    profile = Profile([read([text]) for text in (KABUL.title, *(seed.text for seed in KABUL.seeds))])
    said = understood(profile, Background())
    profile.base = Counter(dict(reversed(profile.base.items())))
    assert understood(profile, Background()) == said
