"""Digests and confirmations: what readers see, grouped, bounded and honestly counted."""

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from lxml import html as lxml_html

from channels import payload
from channels.digests import MOST_PARTS, digest_of
from channels.email import composer_for
from channels.file import FileChannel
from channels.payload import MAX_BYTES, compose_digest
from channels.room import Room
from channels.ways import Ways
from storywatch.errors import ComposeError
from storywatch.model import ChangeKind, ChannelKind, FileFormat, Owed, OwedDigest, Severity
from tests.support.mails import part_faults
from tests.unit.channels.news_samples import CONFIRMATION, CORRECTION, DIGEST, NEWS, TOLD, WITH_PAGES
from tests.unit.channels.samples import OWED, SETTINGS, owed_with
from tests.unit.channels.test_email import body, read

COMPOSER = composer_for(WITH_PAGES)
WAYS = Ways(contact="editor@news.example")


def many(count: int, **changes: Any) -> OwedDigest:
    """Return a digest of so many alerts, of which only the first is urgent."""
    parts = [replace(owed_with(title=f"Report {number}", **changes), id=f"a-{number}") for number in range(count)]
    urgent = replace(parts[0], update=replace(OWED.update, severity=Severity.HIGH))
    return replace(DIGEST, parts=(urgent, *parts[1:]), left_out=0)


def titles(owed: OwedDigest, room: Room | None = None) -> list[str]:
    """Return the headlines that a digest shows, in its order."""
    return [alert.headline for group in digest_of(owed, WAYS, room or Room()).groups for alert in group.alerts]


# Mail ----------------------------------------------------------------------------------------------------------------


def test_a_digest_is_grouped_by_event_with_the_newest_first() -> None:
    """Also the events: the one with the newest alert comes first."""
    groups = digest_of(DIGEST, WAYS).groups
    assert [group.event for group in groups] == ["US collaborates with Taliban against ISIS", "Floods in the valley"]
    assert [alert.role.partition(":")[0] for alert in groups[0].alerts] == [
        "Correction",
        "Corroboration",
        "First report of an update",
    ]


def test_a_change_is_told_of_the_outlet_whose_report_it_is() -> None:
    """Whatever report stands beside it."""
    taken_back = replace(TOLD, change=replace(CORRECTION, kind=ChangeKind.RETRACTION, outlet="cnn"))
    [group] = digest_of(replace(DIGEST, parts=(taken_back,)), WAYS).groups
    assert [alert.change and alert.change.says for alert in group.alerts] == ["CNN retracted its report"]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_tell_everything(kind: str) -> None:
    """What is new, since when, how much more there is, and how to leave."""
    mail = read(COMPOSER.compose_digest(DIGEST))
    shown = body(mail, kind)
    text = " ".join((lxml_html.document_fromstring(shown).text_content() if kind == "html" else shown).split())
    for said in (
        "Digest: 2 updates, 1 corroboration, 1 revision, 12 more",
        "Since your last mail on 27 Aug 2021 06:00 UTC",
        NEWS.lead[0],
        "170 killed, before 100 (CNN, 27 August 2021)",
        "Dam holds",
        "And 12 more, for which this mail has no room.",
        "storywatch alerts",
        "Unsubscribe from this event",
        "See and change what you get",
    ):
        assert said in text
    assert mail["Subject"] == "[Storywatch] Digest: 2 updates, 1 corroboration, 1 revision, 12 more"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_corroboration_says_which_update_it_confirms(kind: str) -> None:
    """By its headline; what confirms nothing says so of nothing."""
    shown = body(read(COMPOSER.compose_digest(DIGEST)), kind)
    text = " ".join((lxml_html.document_fromstring(shown).text_content() if kind == "html" else shown).split())
    assert text.count("Confirms: ") == 1
    assert f"Confirms: \u201c{OWED.update.headline}\u201d" in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_digest_of_one_event_is_left_by_one_link(kind: str) -> None:
    """The foot says it; a digest of several says it for each event, and at the foot for all."""
    one = replace(
        DIGEST, subscription=replace(DIGEST.subscription, events=(OWED.event.id,), tags=()), parts=(TOLD, OWED)
    )
    shown = body(read(COMPOSER.compose_digest(one)), kind)
    assert shown.count("/unsubscribe/") == shown.count("Unsubscribe from this event") == 1
    several = body(read(COMPOSER.compose_digest(DIGEST)), kind)
    assert several.count("/unsubscribe/") == len(digest_of(DIGEST, WAYS).groups) + 1


def test_a_first_digest_says_that_it_is_the_first() -> None:
    """Instead of a date that means nothing."""
    assert "Your first mail" in body(read(COMPOSER.compose_digest(replace(DIGEST, since=None))), "plain")


def test_the_headers_let_one_leave_by_one_click() -> None:
    """RFC 8058: an https address and the mark; the page leaves everything where the digest is of several events."""
    mail = read(COMPOSER.compose_digest(DIGEST))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(mail["List-Unsubscribe"]).startswith("<https://follow.news.example/unsubscribe/")
    assert str(mail["List-Unsubscribe"]).endswith("<mailto:editor@news.example?subject=unsubscribe%20desk-daily>")
    assert mail["List-Id"] == "<desk-daily.digests.storywatch.news.example>"
    assert str(mail["References"]).startswith("<digest-")


def test_without_pages_a_digest_is_left_by_mail() -> None:
    """There is no one click then."""
    mail = read(composer_for(SETTINGS).compose_digest(DIGEST))
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["List-Unsubscribe"] == "<mailto:editor@news.example?subject=unsubscribe%20desk-daily>"
    assert "https://follow" not in body(mail, "html")


def test_what_has_no_room_is_the_least_urgent_and_the_oldest() -> None:
    """And it is counted: none vanishes from the sum."""
    owed = many(MOST_PARTS + 12)
    shown = titles(owed)
    assert (len(shown), digest_of(owed, WAYS).more) == (MOST_PARTS, 12)
    assert shown[0] == f"Report {MOST_PARTS + 11}"
    assert shown[-1] == "Report 0"
    assert "Report 1" not in shown


@pytest.mark.parametrize("filler", ['"', "x", "\u062e", "\U0001f4a5"])
def test_a_digest_of_the_largest_alerts_fits_and_counts_the_rest(filler: str) -> None:
    """Fewer alerts and shorter words, never a mail that readers would cut, and both parts still say the same."""
    owed = many(200, summary=filler * 5000, author=filler * 500)
    taken = COMPOSER.compose_digest(owed).body
    assert len(taken) <= 102_000
    assert list(part_faults(taken)) == []
    text = body(read(COMPOSER.compose_digest(owed)), "plain")
    assert text.count("First report of an update") + int(text.partition("\nAnd ")[2].split()[0]) == 200


def test_the_same_digest_gives_the_same_bytes() -> None:
    """By another composer too."""
    assert COMPOSER.compose_digest(DIGEST) == composer_for(WITH_PAGES).compose_digest(DIGEST)


# Confirmation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_confirmation_says_what_for_how_and_until_when(kind: str) -> None:
    """And that nothing follows for who did not ask for it."""
    text = body(read(COMPOSER.compose_confirmation(CONFIRMATION)), kind)
    for said in (*CONFIRMATION.events, CONFIRMATION.link, "19 Sep 2021 20:14 UTC", "If it was not you, do nothing"):
        assert said in text


def test_a_confirmation_belongs_to_no_list_and_no_thread() -> None:
    """Nothing is to be left yet."""
    mail = read(COMPOSER.compose_confirmation(CONFIRMATION))
    assert not {"List-Id", "List-Unsubscribe", "References", "In-Reply-To"} & set(mail.keys())
    assert (mail["To"], mail["Auto-Submitted"]) == ("reader@home.example", "auto-generated")
    assert mail["Message-ID"] == "<k-77@news.example>"


def test_a_confirmation_of_everything_names_no_event() -> None:
    assert "all events." in body(read(COMPOSER.compose_confirmation(replace(CONFIRMATION, events=()))), "plain")


def test_a_confirmation_without_a_link_is_not_written() -> None:
    """Rather than a mail on which nobody can click."""
    with pytest.raises(ComposeError) as caught:
        COMPOSER.compose_confirmation(replace(CONFIRMATION, link="javascript:x"))
    assert caught.value.fault.code == "link_unusable"


# Payload -------------------------------------------------------------------------------------------------------------


@cache
def schema() -> Draft202012Validator:
    """Return the published schema, which must be one itself."""
    document = json.loads(files("channels").joinpath("webhook-digest.schema.json").read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


def told(owed: OwedDigest = DIGEST) -> dict[str, Any]:
    """Compose, validate and parse."""
    document: dict[str, Any] = json.loads(compose_digest(owed).body)
    schema().validate(document)
    return document


def test_the_call_tells_its_alerts_the_oldest_first() -> None:
    """With what is new of each, and a count of the rest."""
    document = told()
    data = document["data"]
    assert (document["type"], data["digest"], data["subscription"]) == ("digest", "d-31", "desk-daily")
    assert (data["since"], data["more"]) == ("2021-08-27T06:00:00Z", 12)
    assert [alert["alert"] for alert in data["alerts"]] == [part.id for part in DIGEST.parts]
    assert data["alerts"][0]["lead"] == list(NEWS.lead)
    assert data["alerts"][0]["figures"][0]["before"]["value"] == 100
    assert [alert["kind"] for alert in data["alerts"]] == ["update", "corroboration", "update", "revision"]


def test_every_member_stands_in_the_schema() -> None:
    published = json.loads(files("channels").joinpath("webhook-digest.schema.json").read_text())
    members = published["properties"]["data"]["properties"]
    assert set(told()["data"]) == set(members)
    assert set(told()["data"]["alerts"][0]) == set(members["alerts"]["items"]["properties"])


def test_a_wrong_payload_fails_the_schema() -> None:
    """The negative control."""
    wrong: list[dict[str, Any]] = [{"more": -1}, {"since": "27 Aug"}, {"alerts": [{}]}, {"digest": "D 1"}]
    for change in wrong:
        document = told()
        document["data"] |= change
        with pytest.raises(ValidationError):
            schema().validate(document)


@pytest.mark.parametrize("filler", ['"', "x", "\u062e", "\U0001f4a5", "\ud800"])
def test_the_largest_call_stays_under_20_kb(filler: str) -> None:
    """What has no room is counted."""
    owed = many(300, author=filler * 500, url="https://x.example/" + "a" * 1900)
    data = told(owed)["data"]
    assert len(compose_digest(owed).body) <= MAX_BYTES
    assert len(data["alerts"]) + data["more"] == 300
    assert data["alerts"][0]["alert"] == "a-0"


def test_most_digests_of_a_day_have_room_for_all() -> None:
    """Twenty alerts with what is new, in words of usual length."""
    parts = tuple(replace(TOLD, id=f"a-{number}") for number in range(20))
    assert told(replace(DIGEST, parts=parts, left_out=0))["data"]["more"] == 0


# Files ---------------------------------------------------------------------------------------------------------------


def as_file(owed: Owed | OwedDigest, file_format: FileFormat) -> Any:
    """Return the same owed to a folder."""
    return replace(owed, subscription=replace(owed.subscription, channel=ChannelKind.FILE, file_format=file_format))


def test_a_folder_gets_mails_or_payloads_as_it_asks(tmp_path: Any) -> None:
    """By the subscription's format."""
    channel = FileChannel(tmp_path, COMPOSER)
    as_mail = channel.compose_digest(as_file(DIGEST, FileFormat.EML))
    assert (as_mail.address, as_mail.body) == ("the outbox folder", COMPOSER.compose_digest(DIGEST).body)
    as_json = channel.compose_digest(as_file(DIGEST, FileFormat.JSON))
    assert (as_json.content_type, as_json.address) == (payload.CONTENT_TYPE, "desk")
    assert as_json.body == compose_digest(DIGEST).body
