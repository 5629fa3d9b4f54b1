"""Generated hostile texts never change who gets a mail or which headers it has, on any supported Python."""

from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email import composer_for
from channels.text import cut, mail_text, plain
from storywatch.model import Event, Outlet, Reason
from tests.support.mails import FIRST, FRAGMENTS, LAST, THREAD
from tests.unit.channels.samples import OWED, SETTINGS, owed_with

COMPOSER = composer_for(SETTINGS)
HEADERS = [*FIRST, *THREAD, *LAST]
HOSTILE = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=8).map("".join)
)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=HOSTILE, name=HOSTILE)
def test_hostile_texts_change_no_header_and_no_recipient(title: str, name: str) -> None:
    """Exactly the meant headers, one sender, one recipient, two bodies, and the same bytes once more."""
    event, author, lead = name[::-1] + title, name + title, title + name
    owed = owed_with(
        title=title,
        author=author,
        summary=lead,
        event=Event(id="kabul-airport", title=event),
        outlet=Outlet(id="nyt", name=name),
        subscriber=replace(OWED.subscriber, name=name),
        match=replace(OWED.match, reasons=(Reason(asked=title, found=lead, field=author),)),
    )
    message = COMPOSER.compose(owed)
    mail = message_from_bytes(message.body)
    assert message.address == "desk@news.example"
    assert mail.keys() == HEADERS
    # As an old reader does it, which knows no encoded words.
    assert [address for _, address in getaddresses(mail.get_all("To", []))] == ["desk@news.example"]
    assert [address for _, address in getaddresses(mail.get_all("From", []))] == ["alerts@news.example"]
    assert mail["Message-ID"] == f"<{OWED.id}@news.example>"
    assert str(make_header(decode_header(mail["Subject"]))).split() == subject(owed.event.title or "", title).split()
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert len(message.body) < 102_000
    assert COMPOSER.compose(owed) == message


def subject(event: str, title: str) -> str:
    """Return the subject that a reader should see."""
    headline = plain(title) or OWED.update.headline
    name = plain(event) or "kabul-airport"
    return f"[{cut(mail_text(cut(name, 200)), 80)}] {cut(mail_text(cut(headline, 300)), 150)}"
