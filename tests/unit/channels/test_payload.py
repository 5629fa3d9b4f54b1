"""The JSON body of a webhook call fits its published schema, whatever an outlet publishes."""

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from channels.payload import MAX_BYTES, compose
from storywatch.errors import ComposeError
from storywatch.model import Event, Message, News, Outlet, Owed, Reason
from tests.unit.channels.news_samples import CORRECTED, CORRECTION, DEATHS, DENIAL, NEWS, TOLD
from tests.unit.channels.samples import OWED, corroborating, owed_with


@cache
def schema() -> Draft202012Validator:
    """Return the published schema, which must be one itself."""
    document = json.loads(files("channels").joinpath("webhook-payload.schema.json").read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


def read(owed: Owed = OWED) -> dict[str, Any]:
    """Compose, validate and parse."""
    message: Message = compose(owed)
    document: dict[str, Any] = json.loads(message.body)
    schema().validate(document)
    return document


def test_the_payload_tells_the_alert() -> None:
    """All of it, in one picture."""
    assert read() == {
        "type": "update.reported",
        "timestamp": "2021-09-17T20:14:30Z",
        "data": {
            "schema_version": 2,
            "alert": "desk-mail-3f9c2a7be1d04c55",
            "kind": "update",
            "severity": "normal",
            "event": {"id": "kabul-airport", "title": "US collaborates with Taliban against ISIS"},
            "update": "update-5",
            "sequence": 5,
            "role": "first",
            "news": {"lead": [], "names": [], "figures": [], "statements": [], "reverses": None},
            "coverage": None,
            "change": None,
            "headline": OWED.item.revision.title,
            "summary": OWED.item.revision.summary,
            "outlet": {"id": "nyt", "name": "The New York Times"},
            "author": "A. Reporter",
            "url": OWED.item.url,
            "published": "2021-09-17T20:10:00Z",
            "modified": None,
            "first_seen": "2021-09-17T20:14:00Z",
            "citation": {
                "text": (
                    f"17 September 2021, The New York Times, \u201c{OWED.item.revision.title}\u201d, A. Reporter,"
                    f" {OWED.item.url}"
                ),
                "url": OWED.item.url,
                "archive_url": None,
            },
            "score": 0.91,
            "ground": None,
            "matched": [
                {"asked": "Kabul", "found": "Kabul", "field": "title"},
                {"asked": "ISIS-K", "found": "Islamic State Khorasan", "field": "summary"},
            ],
        },
    }


def test_every_member_stands_in_the_schema() -> None:
    """The schema lets others pass, so that it can grow; today it must know all."""
    published = json.loads(files("channels").joinpath("webhook-payload.schema.json").read_text())
    assert set(read()["data"]) == set(published["properties"]["data"]["properties"])


def test_a_wrong_payload_fails_the_schema() -> None:
    """The negative control."""
    for change in ({"sequence": "5"}, {"url": "javascript:x"}, {"published": "17 Sep"}, {"role": "second"}):
        document = read()
        document["data"] |= change
        with pytest.raises(ValidationError):
            schema().validate(document)


def test_a_corroboration_has_its_own_type() -> None:
    """So that receivers can route by it."""
    document = read(corroborating())
    assert (document["type"], document["data"]["role"]) == ("update.corroborated", "corroboration")


def test_news_coverage_and_changes_are_members() -> None:
    """As values, beside the words that mails use."""
    data = read(TOLD)["data"]
    assert data["news"]["lead"] == list(NEWS.lead)
    (figure,) = data["news"]["figures"]
    assert (figure["text"], figure["value"]) == ("170 killed, before 100 (CNN, 27 August 2021)", 170)
    assert figure["before"] == {
        "value": 100,
        "high": 100,
        "least": False,
        "outlet": {"id": "cnn", "name": "CNN"},
        "item": "item-0",
        "since": "2021-08-27T06:00:00Z",
    }
    assert data["news"]["reverses"]["outlet"] == {"id": "khaama", "name": "Khaama Press"}
    assert (data["coverage"]["outlets"], data["coverage"]["origins"], data["severity"]) == (5, 2, "high")
    assert data["change"] is None


def test_a_revision_has_its_own_type_and_says_what_changed() -> None:
    """With the lines, signed as in a mail."""
    document = read(CORRECTED)
    change = document["data"]["change"]
    assert (document["type"], document["data"]["kind"], change["kind"]) == ("update.revised", "revision", "correction")
    assert change["difference"][0] == "- Pentagon says that the strike hit a planner"
    assert (change["note"], change["more_lines"]) == (CORRECTION.quote, 0)


def test_what_goes_beyond_the_facets_says_so() -> None:
    """The facets alone would not explain it."""
    data = read(owed_with(match=replace(OWED.match, ground="beyond_facets", lacks=("airport | Abbey Gate",))))["data"]
    assert data["ground"].startswith("beyond your facets, because ")
    assert data["ground"].endswith("it lacks (airport | Abbey Gate)")
    assert read(owed_with(match=replace(OWED.match, ground="facets")))["data"]["ground"] is None


def test_what_is_absent_is_null() -> None:
    """Never an empty string or a guess."""
    data = read(owed_with(author=" ", published=None, url="file:///x"))["data"]
    assert (data["author"], data["published"], data["url"]) == (None, None, None)


@pytest.mark.parametrize("filler", ['"', "\\", "x", "\u062e", "\U0001f4a5", "\ud800", "\x00"])
def test_the_largest_payload_stays_under_20_kb(filler: str) -> None:
    """Also where every character must be escaped."""
    noise = filler * 30_000
    said = replace(NEWS.statements[0], speaker=noise, quote=noise)
    figure = replace(DEATHS, now=replace(DEATHS.now, of=noise, said_by=noise, quote=noise))
    news = News(
        lead=(noise,) * 9,
        names=(noise,) * 99,
        figures=(figure,) * 99,
        statements=(said,) * 99,
        reverses=replace(DENIAL, statement=said),
    )
    owed = owed_with(
        title=noise,
        summary=noise,
        author=noise,
        url="https://x.example/" + "a" * 1980,
        event=Event(id="e" * 100, title=noise),
        outlet=Outlet(id="o" * 100, name=noise),
        report=replace(OWED.report, news=news),
        outlet_names=(("cnn", noise),),
        match=replace(
            OWED.match,
            ground="beyond_facets",
            lacks=(noise,) * 9,
            reasons=(Reason(asked=noise, found=noise, field=noise),) * 100,
        ),
    )
    read(owed)
    assert len(compose(owed).body) <= MAX_BYTES


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_makes_a_valid_payload(title: str, summary: str, author: str) -> None:
    """And the same bytes once more."""
    owed = owed_with(title=title, summary=summary, author=author)
    read(owed)
    assert compose(owed) == compose(owed)


def test_the_address_shows_no_token() -> None:
    """It stands in the database and in logs."""
    assert compose(OWED).address == "https://hooks.news.example"


@pytest.mark.parametrize("url", [None, "", "ftp://hooks.example/token-abc"])
def test_an_alert_without_a_usable_address_is_set_aside(url: str | None) -> None:
    """The error names the subscriber, not the address."""
    with pytest.raises(ComposeError, match="subscriber desk") as caught:
        compose(owed_with(subscriber=replace(OWED.subscriber, webhook_url=url)))
    assert caught.value.fault.code == "address_unusable"
    assert "token" not in str(caught.value)


def test_a_payload_that_grew_too_big_is_set_aside() -> None:
    """Ids are not cut: they must be what they are."""
    with pytest.raises(ComposeError) as caught:
        compose(owed_with(event=Event(id="e" * MAX_BYTES, title="x")))
    assert caught.value.fault.code == "payload_too_big"
