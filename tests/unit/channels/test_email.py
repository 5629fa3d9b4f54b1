"""A composed mail: what readers see, what servers read, and the same bytes each time."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from lxml import html as lxml_html

from channels.email import CONTENT_TYPE, EmailComposer, composer_for
from storywatch.errors import ComposeError, StorywatchError
from storywatch.model import ChannelKind, Event, Message, Owed
from storywatch.page_links import PageLinks
from tests.unit.channels.news_samples import CORRECTED, PAGES, WITH_PAGES
from tests.unit.channels.samples import OWED, SETTINGS, corroborating, over, owed_with

COMPOSER = composer_for(SETTINGS)


def read(message: Message) -> EmailMessage:
    """Parse as a modern reader does."""
    mail = message_from_bytes(message.body, _class=EmailMessage, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def composed(owed: Owed = OWED, composer: EmailComposer = COMPOSER) -> EmailMessage:
    """Compose and parse."""
    return read(composer.compose(owed))


def body(mail: EmailMessage, kind: str) -> str:
    """Return one of the two bodies."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_headers_are_exactly_these() -> None:
    """Each with its value; nothing else."""
    assert {name: str(value) for name, value in composed().items()} == {
        "From": "Storywatch <alerts@news.example>",
        "To": "Foreign Desk <desk@news.example>",
        "Subject": "[US collaborates with Taliban against ISIS] Pentagon calls the Kabul drone strike a"
        " 'tragic mistake' that killed ten civilians",
        "Date": "Fri, 17 Sep 2021 20:14:30 +0000",
        "Message-ID": "<desk-mail-3f9c2a7be1d04c55@news.example>",
        "In-Reply-To": "<event-a28529addbf410aeb077ee71e99f3a4b@news.example>",
        "References": "<event-a28529addbf410aeb077ee71e99f3a4b@news.example>",
        "List-Id": "<kabul-airport.storywatch.news.example>",
        "List-Unsubscribe": "<mailto:editor@news.example?subject=unsubscribe%20desk-mail>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": composed()["Content-Type"],
    }


def test_with_pages_one_click_leaves_the_event() -> None:
    """RFC 8058, beside the mailbox; the feet of the two bodies lead to the same pages."""
    composer = composer_for(WITH_PAGES)
    mail = composed(composer=composer)
    links = PageLinks(settings=PAGES)
    leave = links.unsubscribe("desk", "desk-mail", "kabul-airport")
    assert mail["List-Unsubscribe"] == f"<{leave}>, <mailto:editor@news.example?subject=unsubscribe%20desk-mail>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for link in (leave, links.preferences("desk"), links.answer("desk", "kabul-airport", "item-1")):
        assert link in body(mail, "plain")
        assert link in body(mail, "html")


def test_a_correction_is_told_in_its_events_thread() -> None:
    """Under a subject that begins as all of the event's do."""
    mail = composed(CORRECTED)
    assert mail["References"] == composed()["References"]
    assert str(mail["Subject"]).startswith("[US collaborates with Taliban against ISIS] Corrected: Pentagon calls")
    assert "+ Ten civilians were killed, seven of them children." in body(mail, "plain")
    page = lxml_html.document_fromstring(body(mail, "html"))
    assert [line.text_content()[2:] for line in page.xpath("//ins")] == [
        "Pentagon calls the strike a tragic mistake",
        "Ten civilians were killed, seven of them children.",
    ]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_tell_everything(kind: str) -> None:
    """Event, report, outlet, author, times, link, reasons, role and citation."""
    text = " ".join(body(composed(), kind).replace("&#39;", "'").split())
    for said in (
        "US collaborates with Taliban against ISIS",
        "First report",
        "Pentagon calls the Kabul drone strike a 'tragic mistake' that killed ten civilians",
        "Gen. Frank McKenzie offers his condolences",
        "The New York Times",
        "A. Reporter",
        "17 Sep 2021 20:10 UTC",
        "17 Sep 2021 20:14 UTC",
        "https://www.nytimes.com/2021/09/17/us/politics/pentagon-drone-strike-kabul.html",
        "Kabul (title)",
        "ISIS-K as 'Islamic State Khorasan' (summary)",
        "17 September 2021, The New York Times, \u201cPentagon calls",
        "Archived: none known",
        "Video analysis finds no evidence of a bomb in the car",
        "desk-mail",
    ):
        assert said in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_corroboration_is_called_one(kind: str) -> None:
    """With the update that it confirms."""
    text = body(composed(corroborating()), kind)
    assert "Corroboration" in text
    assert "First report" not in text
    assert OWED.update.headline in text.replace("&#39;", "'")


def test_the_whole_text_body_reads_so() -> None:
    """A picture of it, for what the other tests can't say."""
    bare = owed_with(title="Blast at the gate", summary="", author=None, published=None, url=None, known_before=())
    assert body(composed(bare), "plain") == (
        "US collaborates with Taliban against ISIS\n"
        "First report of an update\n"
        "\n"
        "Blast at the gate\n"
        "\n"
        "Outlet:      The New York Times\n"
        "Published:   the outlet gives no time\n"
        "First seen:  17 Sep 2021 20:14 UTC\n"
        "\n"
        "The outlet gives no link that can be opened.\n"
        "\n"
        "WHY IT MATCHED\n"
        "- Kabul (title)\n"
        "- ISIS-K as 'Islamic State Khorasan' (summary)\n"
        "\n"
        "TO CITE\n"
        "undated, seen 17 September 2021, The New York Times, \u201cBlast at the gate\u201d\n"
        "Archived: none known\n"
        "Published: not told; modified: not told; first seen: 17 Sep 2021 20:14 UTC\n"
        "\n"
        "-- \n"
        "Sent by Storywatch for the subscription desk-mail.\n"
        "\n"
        "Unsubscribe by a mail to editor@news.example\n"
        "mailto:editor@news.example?subject=unsubscribe%20desk-mail\n"
    )


def test_who_subscribed_by_an_own_hand_is_told_no_id() -> None:
    """It is made by us, and says nothing to a reader."""
    own = replace(OWED.subscription, id="reader:ee18f03303e11c059474b61d:kabul")
    for part in ("plain", "html"):
        said = body(composed(replace(OWED, subscription=own)), part)
        assert "Sent by Storywatch, as you asked for." in said
        assert "for the subscription" not in said


def test_an_alert_without_reasons_says_so() -> None:
    """Rather than an empty list."""
    mail = composed(owed_with(match=replace(OWED.match, reasons=())))
    assert "- No reason recorded" in body(mail, "plain")
    assert "No reason recorded" in body(mail, "html")


def test_the_same_alert_gives_the_same_bytes() -> None:
    """By another composer too: nothing random, no clock."""
    assert COMPOSER.compose(OWED) == composer_for(SETTINGS).compose(OWED)


def test_the_mails_of_one_event_and_subscriber_form_one_thread() -> None:
    """Other subscribers and other events have other threads."""
    root = composed()["References"]
    assert composed(replace(OWED, id="desk-mail-ffff"))["References"] == root
    assert composed(owed_with(subscriber=replace(OWED.subscriber, id="other")))["References"] != root
    assert composed(owed_with(event=Event(id="other", title="Other")))["References"] != root


def test_html_loads_nothing_and_runs_nothing() -> None:
    """No picture, script, form or remote style; links lead to the report, and out."""
    page = lxml_html.document_fromstring(body(composed(), "html"))
    assert not page.xpath("//img | //script | //form | //iframe | //link | //object | //@src | //@background")
    assert set(page.xpath("//@href")) == {OWED.item.url, "mailto:editor@news.example?subject=unsubscribe%20desk-mail"}
    assert "url(" not in body(composed(), "html")


def test_html_is_laid_out_for_every_reader() -> None:
    """Language, direction, presentation tables, inlined styles, and dark mode as the only style sheet."""
    page = lxml_html.document_fromstring(body(composed(owed_with(language="fa")), "html"))
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")
    assert set(page.xpath("//table/@role")) == {"presentation"}
    assert page.xpath("//h1/@lang") == ["fa"]
    assert page.xpath("//h1/@dir") == ["auto"]
    assert "font-size" in page.xpath("//h1/@style")[0]
    (sheet,) = page.xpath("//style/text()")
    assert "prefers-color-scheme: dark" in sheet
    assert "max-width: 480px" in sheet


def test_markup_in_texts_is_shown_as_text() -> None:
    """In every place where a publisher's words stand."""
    evil = '<script>alert(1)</script><img src=x onerror="x">" onclick="x'
    mail = composed(owed_with(title=evil, summary=evil + ".", author=evil, event=Event(id="e", title=evil)))
    page = lxml_html.document_fromstring(body(mail, "html"))
    assert not page.xpath("//script | //img | //@onclick | //@onerror")
    assert page.xpath("//h1")[0].text_content() == evil


def test_a_template_in_a_text_is_not_run() -> None:
    """changedetection.io's CVE-2024-32651."""
    mail = composed(owed_with(title="{{ 7 * 7 }}{% raw %}"))
    assert "{{ 7 * 7 }}{% raw %}" in body(mail, "plain")
    assert "{{ 7 * 7 }}{% raw %}" in body(mail, "html")


def test_subjects_are_bounded() -> None:
    """By parts, so that the event's name always stands in front."""
    mail = composed(owed_with(title="x " * 5000, event=Event(id="e", title="y " * 5000)))
    assert mail["Subject"].startswith("[y y y")
    assert len(mail["Subject"]) <= 80 + 150 + 3


@pytest.mark.parametrize("address", [None, "", "desk", "desk@x.example\r\nBcc: v@evil.test", "d\u00ebsk@x.example"])
def test_an_alert_without_a_usable_address_is_set_aside(address: str | None) -> None:
    """The error names the subscriber."""
    with pytest.raises(ComposeError, match="subscriber desk") as caught:
        COMPOSER.compose(owed_with(subscriber=replace(OWED.subscriber, email=address)))
    assert caught.value.fault.code == "address_unusable"


@pytest.mark.parametrize("identity", ["", "a@b", "a b", "A", "a>\r\nBcc: v@evil.test", "a..b", "=?x?="])
def test_an_identity_that_is_no_token_is_refused(identity: str) -> None:
    """It becomes a part of the Message-ID."""
    with pytest.raises(ComposeError) as caught:
        COMPOSER.compose(replace(OWED, id=identity))
    assert caught.value.fault.code == "alert_id_unusable"


def test_a_mail_for_a_folder_needs_no_address() -> None:
    """The message's address is the folder then, and the subscriber's address where there is one."""
    nobody = replace(OWED.subscriber, email=None, folder="desk/in")
    message = COMPOSER.compose(over(ChannelKind.FILE, owed_with(subscriber=nobody)))
    assert (message.address, message.content_type) == ("desk/in", CONTENT_TYPE)
    assert read(message)["To"] == "undisclosed-recipients:;"
    assert COMPOSER.compose(OWED).address == "desk@news.example"


def test_a_page_as_contact_leaves_unsubscribing_to_the_sender() -> None:
    """`contact` may be an address or a page."""
    composer = composer_for(replace(SETTINGS, contact="https://news.example/bot"))
    assert composed(composer=composer)["List-Unsubscribe"].startswith("<mailto:alerts@news.example?")


def test_a_sender_that_is_no_address_is_refused_at_start() -> None:
    """With the setting's name."""
    with pytest.raises(StorywatchError, match="mail_from"):
        composer_for(replace(SETTINGS, mail_from="Storywatch"))
