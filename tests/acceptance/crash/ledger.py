"""What receivers took, noted before they answer."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from tests.acceptance.crash.newsroom import revised

MARKER = re.compile(r"\bMark\d{5}\b")
DIGEST = "] Digest: "


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """One message taken: by whom, under which stable id, about which articles, and its exact bytes, as a hash."""

    receiver: str
    id: str
    markers: frozenset[str]
    digest: str


@dataclass
class Ledger:
    """Receipts in the order in which they came. Several threads may add."""

    receipts: list[Receipt] = field(default_factory=list)

    def note(self, receiver: str, message_id: str, told: str, body: bytes) -> None:
        """Note one message: what it tells names its articles. Raises ValueError if that carries no marker."""
        found = frozenset(MARKER.findall(told))
        if not found:
            raise ValueError(f"no article of the rig is called {told!r}")
        digest = hashlib.sha256(body).hexdigest()
        self.receipts.append(Receipt(receiver=receiver, id=message_id, markers=found, digest=digest))

    def note_mail(self, receiver: str, raw: bytes) -> None:
        """Note a mail: receivers know it by its Message-ID. The subject names the article, a digest's text all."""
        mail = message_from_bytes(raw, policy=policy.default)
        told = str(mail["Subject"])
        if DIGEST in told:
            text = mail.get_body(("plain",))
            told = text.get_content() if text else ""
        elif not told.partition("] ")[2].startswith("Mark"):
            receiver = revised(receiver)
        self.note(receiver, str(mail["Message-ID"]), told, raw)

    def note_files(self, receiver: str, files: Iterable[Path]) -> None:
        """Note mails that were written into a folder."""
        for file in sorted(files):
            self.note_mail(receiver, file.read_bytes())
