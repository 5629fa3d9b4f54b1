"""Hostile titles, names and ids through a real mail server. `python -m bench mails` does it 10,000 times."""

from dataclasses import replace

import pytest

from bench.mails import SEED, sent
from channels.email import composer_for
from tests.support.mails import Findings, Hostility, Written
from tests.unit.channels.news_samples import DIGEST, TOLD, WITH_PAGES

COUNT = 300


async def test_what_arrives_is_what_was_meant_for_whom_it_was_meant() -> None:
    """No header, recipient or part at fault, every thread whole, no identity twice, nothing too large."""
    findings = await sent(Hostility(SEED + 1).mails(COUNT))
    assert findings.faults == {}
    assert findings.sorts.total() == findings.identities.total() == COUNT
    assert set(findings.sorts) == {
        "Owed",
        "OwedDigest",
        "OwedNotice",
        "OwedEndpointNotice",
        "OwedConfirmation",
    }


MAIL = Written(owed=TOLD, message=composer_for(WITH_PAGES).compose(TOLD), pages=True)
TO = ["desk@news.example"]


def judged(taken: bytes, recipients: list[str] | None = None) -> set[str]:
    """Return what is found wrong with bytes that arrived in place of a mail."""
    findings = Findings()
    findings.look_at(MAIL, "alerts@news.example", recipients or TO, taken)
    return set(findings.faults)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"Subject: ", b"Bcc: v@evil.test\r\nSubject: ", "headers"),
        (b"\r\nTo: ", b"\r\nTo: v@evil.test, ", "recipient"),
        (b"\r\nTo: ", b"\r\nTo: v@evil.test\r\nTo: ", "headers"),
        (b"From: Storywatch", b"From: v@evil.test, Storywatch", "sender"),
        (b"References: <event", b"References: <events", "thread"),
        (b"170 killed, before 100", b"170 killed, before 99", "parts differ"),
        (b"text/html", b"text/calendar", "does not parse"),
        (b"Message-ID: <", b"Message-ID: <x", "identity"),
        (b"https://follow.news.example/answer", b"https://evil.test/answer", "a link in one part only"),
    ],
)
def test_a_mail_at_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    """The negative controls: each fault that the test above rules out."""
    assert old in MAIL.message.body
    assert judged(MAIL.message.body) == set()
    assert fault in judged(MAIL.message.body.replace(old, new, 1))


def test_an_envelope_at_fault_is_found() -> None:
    """One recipient more."""
    assert judged(MAIL.message.body, [*TO, "v@evil.test"]) == {"envelope"}


def test_torn_and_mixed_threads_and_repeats_are_found() -> None:
    """What only all mails together tell."""
    findings = Findings()
    torn = MAIL.message.body.replace(b"<event-", b"<other-")
    other = replace(TOLD, subscriber=replace(TOLD.subscriber, id="other"))
    for written, taken in ((MAIL, MAIL.message.body), (MAIL, torn), (replace(MAIL, owed=other), torn)):
        findings.look_at(written, "alerts@news.example", TO, taken)
    findings.finish()
    assert {"threads torn", "threads mixed", "identities twice"} <= set(findings.faults)


def test_a_digest_of_one_event_hangs_on_its_thread() -> None:
    """By its subscription, so that it stays so when it happens to carry one event only."""
    composer = composer_for(WITH_PAGES)
    alone = replace(DIGEST, subscription=replace(DIGEST.subscription, events=(TOLD.event.id,)), parts=(TOLD,))
    root = next(line for line in MAIL.message.body.split(b"\r\n") if line.startswith(b"References: "))
    assert root in composer.compose_digest(alone).body
    assert root not in composer.compose_digest(replace(DIGEST, parts=(TOLD,))).body
