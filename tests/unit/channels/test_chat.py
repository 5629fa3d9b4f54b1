"""Alerts and notices as chats take them."""

from dataclasses import replace

import pytest

from channels import chat
from storywatch.errors import ComposeError
from storywatch.model import AlertKind, Message, Owed, OwedDigest, OwedNotice
from tests.unit.channels.news_samples import CORRECTED, DIGEST, TOLD
from tests.unit.channels.samples import CREATED, NOTICE, OWED, corroborating, owed_with

URL = "slack://hunter2/b/c"
SUBSCRIBER = replace(OWED.subscriber, apprise_url=URL)


def told(message: Message) -> str:
    """Return the frozen text, which names no secret."""
    assert (message.address, message.content_type) == ("slack", "text/plain; charset=utf-8")
    assert b"hunter2" not in message.body
    return message.body.decode()


def alert(**changes: str) -> Owed:
    """Return the sample alert for a chat."""
    return replace(owed_with(**changes), subscriber=SUBSCRIBER)


def test_an_alert_has_a_short_title_and_the_facts() -> None:
    """Event and headline; then what is said, by whom and when, the link and why it matched."""
    text = told(chat.compose(alert()))
    title, body = chat.title_and_text(text.encode())
    assert title == f"[{OWED.event.title}] {OWED.item.revision.title}"
    assert "The New York Times, 17 Sep 2021 20:10 UTC" in body
    assert str(OWED.item.url) in body
    assert "Why: Kabul (title); ISIS-K as 'Islamic State Khorasan' (summary)" in body
    assert chat.compose(alert()) == chat.compose(alert()), "frozen: the same alert gives the same bytes"


def test_a_corroboration_says_what_it_confirms() -> None:
    """By the first report's headline."""
    assert f"Confirms: {OWED.update.headline}" in told(
        chat.compose(replace(corroborating(alert()), kind=AlertKind.CORROBORATION))
    )


def test_a_notice_says_what_happened_and_what_to_do() -> None:
    """Without the address, which may hold a key."""
    owed: OwedNotice = replace(NOTICE, subscriber=SUBSCRIBER)
    text = told(chat.compose_notice(owed))
    assert text.startswith("[Storywatch] CNN: ")
    assert "Source: cnn-sitemap" in text


def test_a_digest_has_a_line_each_and_counts_the_rest() -> None:
    """Honestly: what it doesn't show, and what it was not given."""
    parts = tuple(alert(title=f"Report {number}") for number in range(12))
    owed = OwedDigest(
        id="d1", created=CREATED, subscription=OWED.subscription, subscriber=SUBSCRIBER, parts=parts, left_out=3
    )
    lines = told(chat.compose_digest(owed)).splitlines()
    assert lines[0] == "[Storywatch] 15 alerts since your last message"
    assert [line.startswith("- Report") for line in lines[2:]] == [True] * 10 + [False]
    assert lines[-1] == "and 5 more"


def test_a_digest_says_what_is_a_change() -> None:
    owed = replace(DIGEST, subscriber=SUBSCRIBER, parts=(TOLD, CORRECTED), left_out=0)
    lines = told(chat.compose_digest(owed)).splitlines()[2:]
    assert [line.startswith("- Corrected: ") for line in lines] == [False, True]


@pytest.mark.parametrize("call", ["@everyone", "@here", "@channel", "<!channel>", "<@U123>", "@All"])
def test_no_headline_calls_everybody(call: str) -> None:
    """A publisher's words must not ring all phones of a newsroom; an address in a text stays."""
    text = told(chat.compose(alert(title=f"Blast {call} in Kabul", summary=f"{call} x; write to tips@allnews.example")))
    assert call not in text
    assert "tips@allnews.example" in text


def test_long_texts_are_cut() -> None:
    """Phones and chats have limits."""
    title, text = chat.title_and_text(chat.compose(alert(title="word " * 300, summary="word " * 3000)).body)
    assert len(title) <= chat.LONGEST_TITLE
    assert len(text) <= chat.LONGEST_TEXT


@pytest.mark.parametrize("url", [None, "mailto://hunter2@h", "json://h/hunter2?redirect=yes"])
def test_an_unusable_address_is_told(url: str | None) -> None:
    """And not quoted."""
    with pytest.raises(ComposeError, match="subscriber desk: apprise") as caught:
        chat.compose(replace(alert(), subscriber=replace(SUBSCRIBER, apprise_url=url)))
    assert caught.value.fault.code == "address_unusable"
    assert "hunter2" not in str(caught.value)
