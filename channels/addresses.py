"""Mail addresses: which ones may stand in an envelope and a header, and how they are written there."""

import re
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, parseaddr

from channels.text import cut, mail_text

# RFC 5321, section 4.5.3.1.
_LONGEST_LOCAL = 64
_LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?!.*[0-9.]\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*")
_LONGEST_NAME = 60
_LINE = 72


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """A display name, which may be empty, and an address in ASCII."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the `@`."""
        return self.address.rpartition("@")[2]


def usable_address(text: str) -> str:
    """Return a plain ASCII address `local@domain`, an international domain in its ASCII form (RFC 5890).

    Raises ValueError for anything else: quoted local parts, address literals, and non-ASCII local parts, which need a
    server that speaks SMTPUTF8 (RFC 6531).
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    address = f"{local}@{domain}"
    fits = _LOCAL.fullmatch(local) and "=?" not in local and _DOMAIN.fullmatch(domain)
    if not fits or len(local) > _LONGEST_LOCAL or len(address) > _LONGEST:
        raise ValueError(f"{mail_text(text)!r} is not a mail address such as desk@news.example")
    return address


def read_mailbox(text: str) -> Mailbox:
    """Read `Name <address>` or `address`. Raises ValueError, see `usable_address`."""
    name, address = parseaddr(text)
    return Mailbox(name=clean_name(name), address=usable_address(address or text))


def clean_name(name: str) -> str:
    """Return a display name fit for a header."""
    return cut(mail_text(name), _LONGEST_NAME)


def mailbox_header(box: Mailbox, header: str) -> str:
    """Return the value of `header`, folded, with a non-ASCII name encoded (RFC 2047).

    The address stands outside the encoded words, and the name is encoded as a whole: CPython before 3.11.12 can
    release a comma from a folded name and so make two recipients of one (CVE-2025-1795). A quoted name is never
    folded within its quotes, since some readers take the line's end for the name's.
    """
    if not box.name.isascii():
        value = Header(box.name, "utf-8", header_name=header)
        value.append(f"<{box.address}>", "us-ascii")
        return value.encode(maxlinelen=76)
    name, _, address = formataddr((box.name, box.address)).rpartition(" ")
    gap = "\n " if len(header) + len(name) + len(address) > _LINE else " "
    return f"{name}{gap}{address}" if name else address
