"""The sample event's facets: every update of the running story is in, its look-alikes are out."""

from datetime import UTC, datetime

import pytest
import yaml

from config import load_events
from config.shipped import starter_files
from storywatch.matching import Matcher
from storywatch.matching.memory import Lessons
from storywatch.model import Event, Item, Revision
from tests.unit.config.conftest import Write

STORY = {
    "attack": "Suicide bombers and gunmen strike crowd outside Kabul airport | At least 12 US troops and Afghans die.",
    "hotel": "Second explosion reported at Baron Hotel in Kabul, where evacuation flights were arranged.",
    "condemned": "The Islamic Emirate condemns the bombing at Hamid Karzai International Airport, blamed on ISKP.",
    "medics": "Taliban bar Kabul medics from talking to the press about victims of the airport attack.",
    "common purpose": "General McKenzie: we share a common purpose with the Taliban until the end of the month.",
    "coordination": "US coordinates with the Taliban to keep the airport safe.",
    "secret talks": "CIA chief met Baradar of the Taliban in Kabul in secret.",
    "burns": "William J. Burns held a secret meeting with Abdul Ghani Baradar, the Taliban leader, says the Post.",
    "rawa": "RAWA: the US was not defeated by its own creatures in Afghanistan | An interview with Sonali Kolhatkar.",
    "rawa, long name": "Khalilzad is hated, the Revolutionary Association of the Women of Afghanistan tells us.",
    "first strike": "US drone strike in Nangarhar kills an ISIS-K planner, the military says.",
    "two targets": "Pentagon: two Islamic State Khorasan targets killed, one wounded in drone strike | Biden: more.",
    "family": "Ten members of one family, seven of them children, killed by US drone strike in Kabul, survivor says.",
    "video": "Video analysis: no evidence of a bomb in the car that a Reaper followed for hours through Kabul.",
    "mistake": "Pentagon admits that Kabul drone strike was a tragic mistake and killed ten civilians.",
    "condolences": "McKenzie offers condolences for the strike in Kabul; payments are looked into.",
    "driver": "Zamarai Ahmadi, killed in Kabul, worked for an American aid group.",
    "investigation": "After the blast at Abbey Gate, US troops fired into the crowd in Kabul, witnesses tell CNN.",
    "wounds": "Doctors treated gunshot wounds after the Kabul airport bombing, investigation finds.",
    "leader killed": "Taliban killed the ISIS-K leader behind the Kabul airport attack, White House says.",
    "named": "Abdul Rahman al-Logari, freed from Bagram days before, was the bomber, reports say of a Taliban raid.",
    "other spelling": "Who was Al-Loghri? | Taliban forces kill the man who planned the blast.",
}
OTHERS = {
    "another attack by the group": "ISIS-K claims bombing of a mosque in Kabul, dozens killed.",
    "another country": "Pentagon: drone strike in Syria kills a leader of the Islamic State.",
    "another target": "US drone strike in Kabul kills Ayman al-Zawahiri, Biden says.",
    "a neighbour's strikes": "Pakistani airstrikes and a drone strike kill civilians in Khost, Taliban say.",
    "airport weather": "Snow closes Kabul airport for a day.",
    "schools": "Taliban ban girls from secondary schools across Afghanistan.",
    "earthquake": "Earthquake kills hundreds in eastern Afghanistan.",
    "the group elsewhere": "ISIS-K gunmen attack a concert hall near Moscow.",
    "talks": "Taliban delegation meets envoys in Doha for talks on frozen assets.",
    "RAWA on rights": "RAWA calls for schools for girls in Kabul.",
    "another airport": "Gunmen attack the airport of Karachi.",
    "refugees": "Afghan refugees return from Pakistan through Torkham.",
}


@pytest.fixture
def event(write: Write) -> Event:
    (event,) = load_events(write({"events.yaml": starter_files()["events.yaml"]}) / "events.yaml")
    return event


def accepted(event: Event, text: str, day: datetime = datetime(2021, 9, 1, tzinfo=UTC)) -> bool:
    return any(match.accepted for match in Matcher([event]).match(an_item("i", text, day)))


def an_item(name: str, text: str, day: datetime = datetime(2021, 9, 1, tzinfo=UTC)) -> Item:
    title, _, summary = text.partition(" | ")
    revision = Revision(
        item=name,
        number=1,
        seen=day,
        title=title,
        summary=summary,
        content="",
        author=None,
        published=day,
        updated=None,
        language="en",
    )
    return Item(id=name, outlet="o", source="s", url=None, first_seen=day, keys=(), revision=revision)


@pytest.mark.parametrize("text", STORY.values(), ids=STORY)
def test_every_update_of_the_story_matches(event: Event, text: str) -> None:
    """Also where names are spelt in another way."""
    assert accepted(event, text)


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_news_from_afghanistan_does_not_match(event: Event, text: str) -> None:
    """Same actors, same places, another story."""
    assert not accepted(event, text)


def test_one_rejection_tells_the_business_of_the_airport_from_the_attack(event: Event) -> None:
    """On the first day it reads like the story, for nobody knows yet what everybody says."""
    deal = an_item("deal", "Taliban and Qatar agree on running Kabul airport; flights to resume.")
    offer = an_item("offer", "Taliban and Turkey agree on running Kabul airport; flights to resume.")
    matcher = Matcher([event])
    assert [matcher.explain(item, event.id).accepted for item in (deal, offer)] == [True, True]
    matcher.teach(event.id, Lessons(rejected=(deal,)))
    assert not matcher.explain(offer, event.id).accepted
    assert matcher.explain(an_item("news", STORY["leader killed"]), event.id).accepted


def test_the_story_goes_on_and_began_on_a_day(event: Event) -> None:
    """Years later still matches, the time before does not."""
    text = STORY["leader killed"]
    assert accepted(event, text, datetime(2031, 1, 1, tzinfo=UTC))
    assert accepted(event, text, datetime(2021, 8, 15, tzinfo=UTC))
    assert not accepted(event, text, datetime(2021, 8, 14, tzinfo=UTC))


def test_each_seed_matches_its_own_event(event: Event) -> None:
    """A seed that the facets miss would show that the facets are too narrow."""
    assert [seed.text for seed in event.seeds if not accepted(event, seed.text)] == []


def test_the_sample_is_plain_yaml() -> None:
    """No anchors or tags that a beginner would have to learn."""
    text = starter_files()["events.yaml"]
    assert not {"&", "<<", "!!"} & set(text.split())
    assert list(yaml.safe_load(text)) == ["events"]
