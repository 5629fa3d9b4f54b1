"""Notices of alarms as mails and payloads: what operators see, in threads, the same bytes each time."""

import json
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from lxml import html as lxml_html

from channels import payload
from channels.email import composer_for
from channels.file import FileChannel
from channels.payload import MAX_BYTES, compose_notice
from channels.text import cut, mail_text, plain
from storywatch.errors import ComposeError
from storywatch.model import AlarmKind, ChannelKind, FileFormat, Message, Outlet, OwedNotice, Source
from storywatch.remedies import remedy_for
from tests.unit.channels.samples import NOTICE, OWED, SETTINGS, notice_with, over_now
from tests.unit.channels.test_email import body, read
from tests.unit.channels.test_hostile_mail import HEADERS, HOSTILE

COMPOSER = composer_for(SETTINGS)
LEAVE = "mailto:editor@news.example?subject=unsubscribe%20ops-mail"
BOTH = [NOTICE, over_now()]


def composed(owed: OwedNotice = NOTICE) -> Any:
    """Compose a mail and parse it."""
    return read(COMPOSER.compose_notice(owed))


# Mail ----------------------------------------------------------------------------------------------------------------


def test_the_headers_are_exactly_these() -> None:
    """Each with its value; nothing else."""
    assert {name: str(value) for name, value in composed().items()} == {
        "From": "Storywatch <alerts@news.example>",
        "To": "Foreign Desk <desk@news.example>",
        "Subject": "[Storywatch] CNN: cnn-sitemap is stale",
        "Date": "Fri, 17 Sep 2021 20:14:30 +0000",
        "Message-ID": "<n-8d1f04c2@news.example>",
        "In-Reply-To": composed()["References"],
        "References": composed()["References"],
        "List-Id": "<alarms.sources.storywatch.news.example>",
        "List-Unsubscribe": "<mailto:editor@news.example?subject=unsubscribe%20ops-mail>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": composed()["Content-Type"],
    }
    assert composed(over_now())["Subject"] == "[Storywatch] CNN: cnn-sitemap is no longer stale"


def test_the_begin_and_the_end_of_an_alarm_form_one_thread() -> None:
    """And so do later alarms of the kind; other kinds, sources and subscribers have other threads."""
    root = composed()["References"]
    assert root.startswith("<alarm-")
    assert composed(over_now())["References"] == root
    assert composed(notice_with(id="n-2"))["References"] == root
    others = [
        notice_with(kind=AlarmKind.GONE),
        replace(NOTICE, source=replace(NOTICE.source, id="cnn-rss")),
        replace(NOTICE, subscriber=replace(NOTICE.subscriber, id="other")),
    ]
    assert len({root, *(composed(one)["References"] for one in others)}) == 4


def test_the_whole_text_body_reads_so() -> None:
    """A picture of it."""
    assert body(composed(), "plain") == (
        "Alarm about a source\n"
        "CNN: cnn-sitemap is stale\n"
        "\n"
        "It answers, but says nothing new: its newest item is older than\n"
        "stale_after, or its default, allows. The outlet may have abandoned it\n"
        "and publish elsewhere.\n"
        "\n"
        "Source:   cnn-sitemap\n"
        "Outlet:   CNN\n"
        "Address:  https://edition.cnn.com/sitemaps/news.xml\n"
        "Since:    17 Sep 2021 20:14 UTC\n"
        "\n"
        "WHAT WAS FOUND\n"
        "the newest item is of 12 September 2021, older than 3 days\n"
        "\n"
        "WHAT YOU CAN DO\n"
        "- Look for a source that the outlet keeps up, such as its news sitemap:\n"
        "    storywatch discover https://edition.cnn.com/\n"
        "- If the outlet is only slow, set a longer stale_after for this source\n"
        "  in the watch config.\n"
        "\n"
        "WHAT STORYWATCH DOES MEANWHILE\n"
        "It keeps polling the source on schedule. The first new item ends this\n"
        "alarm.\n"
        "\n"
        "-- \n"
        "Sent by Storywatch for the subscription ops-mail.\n"
        "\n"
        "Unsubscribe by a mail to editor@news.example\n"
        "mailto:editor@news.example?subject=unsubscribe%20ops-mail\n"
    )


def test_the_text_of_an_end_reads_so() -> None:
    """What it was, how long it lasted, and that nothing is to do."""
    assert body(composed(over_now(notice_with(message=""))), "plain") == (
        "An alarm about a source is over\n"
        "CNN: cnn-sitemap is no longer stale\n"
        "\n"
        "It has something new to say again.\n"
        "\n"
        "Source:   cnn-sitemap\n"
        "Outlet:   CNN\n"
        "Address:  https://edition.cnn.com/sitemaps/news.xml\n"
        "Since:    17 Sep 2021 20:14 UTC\n"
        "Over:     19 Sep 2021 23:34 UTC, after 2 days 3 hours\n"
        "\n"
        "WHAT STORYWATCH DOES\n"
        "It polls the source on schedule. There is nothing to do.\n"
        "\n"
        "-- \n"
        "Sent by Storywatch for the subscription ops-mail.\n"
        "\n"
        "Unsubscribe by a mail to editor@news.example\n"
        "mailto:editor@news.example?subject=unsubscribe%20ops-mail\n"
    )


@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize("part", ["plain", "html"])
def test_both_bodies_tell_everything_of_every_kind(kind: AlarmKind, part: str) -> None:
    owed = notice_with(kind=kind)
    remedy = remedy_for(owed.alarm, owed.source, owed.outlet)
    shown = body(composed(owed), part)
    text = lxml_html.document_fromstring(shown).text_content() if part == "html" else shown
    text = " ".join(text.split())
    for said in (
        f"CNN: {remedy.headline}",
        remedy.meaning,
        remedy.meanwhile,
        owed.alarm.message,
        "17 Sep 2021 20:14 UTC",
        owed.source.url,
        "ops-mail",
        *(advice.text for advice in remedy.advice),
        *(advice.command for advice in remedy.advice if advice.command),
    ):
        assert said in text


@pytest.mark.parametrize("owed", BOTH)
def test_html_loads_nothing_and_runs_nothing(owed: OwedNotice) -> None:
    """The only link but the way out leads to what is polled."""
    shown = body(composed(owed), "html")
    page = lxml_html.document_fromstring(shown)
    assert not page.xpath("//img | //script | //form | //iframe | //link | //object | //@src | //@background")
    assert page.xpath("//@href") == [NOTICE.source.url, LEAVE]
    assert set(page.xpath("//table/@role")) == {"presentation"}
    assert "url(" not in shown
    (sheet,) = page.xpath("//style/text()")
    assert "prefers-color-scheme: dark" in sheet


def test_a_secret_in_an_address_is_shown_nowhere() -> None:
    """Neither as a fact, nor in a link, a command or what was found."""
    url = "https://x.example/feed?token=hunter2"
    owed = notice_with(url=url, kind=AlarmKind.KIND_CHANGED, message=f"redirects to {url}; and so on")
    for message in (COMPOSER.compose_notice(owed), compose_notice(owed)):
        assert b"hunter2" not in message.body
    page = lxml_html.document_fromstring(body(composed(owed), "html"))
    assert page.xpath("//@href") == [LEAVE]
    assert "token=HIDDEN" in page.text_content()


def test_markup_in_texts_is_shown_as_text() -> None:
    """In the outlet's name, the source's id and what was found."""
    evil = '<script>alert(1)</script><img src=x onerror="x">{{ 7 * 7 }}'
    source = replace(NOTICE.source, id=evil, url="https://x.example/<script>")
    owed = replace(notice_with(message=evil), source=source, outlet=Outlet(id="x", name=evil))
    page = lxml_html.document_fromstring(body(composed(owed), "html"))
    assert not page.xpath("//script | //img | //@onerror")
    assert evil in page.xpath("//h1")[0].text_content()
    assert "{{ 7 * 7 }}" in body(composed(owed), "plain")


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=HOSTILE, name=HOSTILE, message=HOSTILE, url=HOSTILE, kind=st.sampled_from(AlarmKind), ended=st.booleans())
def test_hostile_texts_change_no_header_and_no_recipient(
    source: str, name: str, message: str, url: str, kind: AlarmKind, *, ended: bool
) -> None:
    """Exactly the meant headers, one sender, one recipient, two bodies, and the same bytes once more."""
    owed = replace(
        notice_with(kind=kind, message=message),
        source=replace(NOTICE.source, id=source, url=url),
        outlet=Outlet(id="cnn", name=name, hosts=(name,)),
        subscriber=replace(OWED.subscriber, name=name),
    )
    owed = over_now(owed) if ended else owed
    sent = COMPOSER.compose_notice(owed)
    mail = message_from_bytes(sent.body)
    assert sent.address == "desk@news.example"
    assert mail.keys() == HEADERS
    assert [address for _, address in getaddresses(mail.get_all("To", []))] == ["desk@news.example"]
    assert [address for _, address in getaddresses(mail.get_all("From", []))] == ["alerts@news.example"]
    assert mail["Message-ID"] == f"<{owed.id}@news.example>"
    assert mail["List-Id"] == "<alarms.sources.storywatch.news.example>"
    assert str(make_header(decode_header(mail["Subject"]))).split() == subject(owed).split()
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert COMPOSER.compose_notice(owed) == sent
    assert compose_notice(owed) == compose_notice(owed)
    schema().validate(json.loads(compose_notice(owed).body))


def subject(owed: OwedNotice) -> str:
    """Return the subject that an operator should see."""
    outlet = cut(plain(owed.outlet.name), 120) or owed.outlet.id
    headline = remedy_for(owed.alarm, owed.source, owed.outlet).headline
    return f"[Storywatch] {cut(mail_text(cut(plain(f'{outlet}: {headline}'), 300)), 150)}"


@pytest.mark.parametrize("address", [None, "desk", "desk@x.example\r\nBcc: v@evil.test"])
def test_a_notice_without_a_usable_address_is_set_aside(address: str | None) -> None:
    with pytest.raises(ComposeError, match="subscriber desk") as caught:
        COMPOSER.compose_notice(notice_with(subscriber=replace(OWED.subscriber, email=address)))
    assert caught.value.fault.code == "address_unusable"


# Payload -------------------------------------------------------------------------------------------------------------


@cache
def schema() -> Draft202012Validator:
    """Return the published schema, which must be one itself."""
    document = json.loads(files("channels").joinpath("webhook-notice.schema.json").read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


def told(owed: OwedNotice = NOTICE) -> dict[str, Any]:
    """Compose, validate and parse."""
    message: Message = compose_notice(owed)
    document: dict[str, Any] = json.loads(message.body)
    schema().validate(document)
    return document


def test_the_payload_tells_the_alarm() -> None:
    """All of it, in one picture."""
    remedy = remedy_for(NOTICE.alarm, NOTICE.source, NOTICE.outlet)
    assert told() == {
        "type": "source.alarm",
        "timestamp": "2021-09-17T20:14:30Z",
        "data": {
            "schema_version": 1,
            "notice": "n-8d1f04c2",
            "alarm": "al-5e21",
            "kind": "stale",
            "headline": "CNN: cnn-sitemap is stale",
            "meaning": remedy.meaning,
            "found": "the newest item is of 12 September 2021, older than 3 days",
            "source": {
                "id": "cnn-sitemap",
                "kind": "news_sitemap",
                "address": "https://edition.cnn.com/sitemaps/news.xml",
            },
            "outlet": {"id": "cnn", "name": "CNN"},
            "raised": "2021-09-17T20:14:30Z",
            "ended": None,
            "meanwhile": remedy.meanwhile,
            "advice": [
                {
                    "text": "Look for a source that the outlet keeps up, such as its news sitemap:",
                    "command": "storywatch discover https://edition.cnn.com/",
                },
                {"text": remedy.advice[1].text, "command": None},
            ],
        },
    }


def test_the_end_has_its_own_type_and_time() -> None:
    document = told(over_now())
    assert (document["type"], document["timestamp"]) == ("source.alarm_ended", "2021-09-19T23:34:30Z")
    assert (document["data"]["ended"], document["data"]["advice"]) == ("2021-09-19T23:34:30Z", [])


def test_every_member_stands_in_the_schema() -> None:
    """And every kind of alarm."""
    published = json.loads(files("channels").joinpath("webhook-notice.schema.json").read_text())
    members = published["properties"]["data"]["properties"]
    assert set(told()["data"]) == set(members) == set(published["properties"]["data"]["required"])
    assert members["kind"]["enum"] == list(AlarmKind)


def test_a_wrong_payload_fails_the_schema() -> None:
    """The negative control."""
    for change in ({"kind": "tired"}, {"raised": "17 Sep"}, {"advice": ["x"]}, {"notice": "N 1"}, {"ended": ""}):
        document = told()
        document["data"] |= change
        with pytest.raises(ValidationError):
            schema().validate(document)


@pytest.mark.parametrize("filler", ['"', "x", "\u062e", "\U0001f4a5", "\ud800", "'"])
@pytest.mark.parametrize("kind", AlarmKind)
def test_the_largest_payload_stays_under_20_kb(kind: AlarmKind, filler: str) -> None:
    """Also where every character must be escaped."""
    noise = filler * 30_000
    source: Source = replace(NOTICE.source, id="s" * 100, url="https://x.example/" + filler * 2000)
    owed = replace(notice_with(kind=kind, message=noise), source=source, outlet=Outlet(id="o" * 100, name=noise))
    told(owed)
    assert len(compose_notice(owed).body) <= MAX_BYTES
    assert len(COMPOSER.compose_notice(owed).body) < 102_000


def test_the_address_shows_no_token() -> None:
    """It stands in the database and in logs."""
    assert compose_notice(NOTICE).address == "https://hooks.news.example"
    with pytest.raises(ComposeError) as caught:
        compose_notice(notice_with(subscriber=replace(OWED.subscriber, webhook_url="ftp://hooks.example/token-abc")))
    assert caught.value.fault.code == "address_unusable"
    assert "token" not in str(caught.value)


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_folder_gets_mails_or_payloads_as_it_asks(tmp_path: Any) -> None:
    """By the subscription's format; without a mail server mails go to the outbox as they are."""
    channel = FileChannel(tmp_path, COMPOSER)
    assert channel.compose_notice(NOTICE) == COMPOSER.compose_notice(NOTICE)
    subscription = replace(NOTICE.subscription, channel=ChannelKind.FILE, file_format=FileFormat.JSON)
    as_json = channel.compose_notice(notice_with(subscription=subscription))
    assert (as_json.content_type, as_json.address) == (payload.CONTENT_TYPE, "desk")
    assert as_json.body == compose_notice(NOTICE).body
