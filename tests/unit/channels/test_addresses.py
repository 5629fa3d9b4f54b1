"""Only plain addresses reach an envelope, and names never become addresses."""

from email import message_from_string, policy
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.addresses import Mailbox, clean_name, mailbox_header, read_mailbox, usable_address


@pytest.mark.parametrize("address", ["desk@news.example", "a.b+tag@x.example", "root@localhost", "o'hara@x.example"])
def test_plain_addresses_pass(address: str) -> None:
    """Also those that only look odd."""
    assert usable_address(address) == address


def test_an_international_domain_is_written_in_ascii() -> None:
    """A server without SMTPUTF8 takes it so."""
    assert usable_address("desk@b\u00fccher.example") == "desk@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "desk",
        "@x.example",
        "desk@",
        "desk@x.example\r\nRCPT TO:<v@evil.test>",
        "desk@x.example, v@evil.test",
        "desk@x.example> SIZE=1 <v@evil.test",
        '"a b"@x.example',
        "d\u00ebsk@x.example",
        "desk@[127.0.0.1]",
        "desk@127.0.0.1",
        "desk@-x.example",
        "desk@x..example",
        ".desk@x.example",
        "=?utf-8?q?a?=@x.example",
        "a" * 65 + "@x.example",
        "a@" + "x." * 130 + "example",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Injection, literals, quoted and non-ASCII local parts, and what is too long."""
    with pytest.raises(ValueError, match="is not a mail address"):
        usable_address(text)


def test_a_mailbox_is_read_with_and_without_a_name() -> None:
    """As operators write `mail_from`."""
    assert read_mailbox("Storywatch <a@x.example>") == Mailbox(name="Storywatch", address="a@x.example")
    assert read_mailbox("a@x.example") == Mailbox(name="", address="a@x.example")
    assert read_mailbox("a@x.example").domain == "x.example"


@pytest.mark.parametrize(
    "name", ["", "Desk", 'Desk, "Foreign" <x@y.example>', "Zo\u00eb, J\u00fcrgen", "\u062e\u0628\u0631" * 40, "N" * 59]
)
def test_a_name_stays_a_name(name: str) -> None:
    """Commas and brackets in it make no second recipient (CVE-2025-1795)."""
    box = Mailbox(name=clean_name(name), address="a@x.example")
    value = mailbox_header(box, "To")
    assert all(len(line) <= 76 for line in f"To: {value}".splitlines())
    parsed = message_from_string(f"To: {value}\n\n", policy=policy.default)["To"].addresses
    # Python 3.11 puts a space between two encoded words of a name.
    shown = [(one.display_name.replace(" ", ""), one.addr_spec) for one in parsed]
    assert shown == [(box.name.replace(" ", ""), "a@x.example")]


@given(st.text())
def test_no_name_makes_a_second_recipient(name: str) -> None:
    """Read by the simplest reader there is."""
    value = mailbox_header(Mailbox(name=clean_name(name), address="a@x.example"), "To")
    assert [address for _, address in getaddresses([value.replace("\n", "\r\n")])] == ["a@x.example"]
