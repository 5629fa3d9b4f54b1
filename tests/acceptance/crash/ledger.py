"""What receivers took, noted before they answer."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

MARKER = re.compile(r"\bMark\d{5}\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """One message taken: by whom, under which stable id, about which article, and its exact bytes, as a hash."""

    receiver: str
    id: str
    marker: str
    digest: str


@dataclass
class Ledger:
    """Receipts in the order in which they came. Several threads may add."""

    receipts: list[Receipt] = field(default_factory=list)

    def note(self, receiver: str, message_id: str, headline: str, body: bytes) -> None:
        """Note one message. Raises ValueError if its headline carries no marker."""
        found = MARKER.search(headline)
        if found is None:
            raise ValueError(f"no article of the rig is called {headline!r}")
        digest = hashlib.sha256(body).hexdigest()
        self.receipts.append(Receipt(receiver=receiver, id=message_id, marker=found.group(), digest=digest))

    def note_mail(self, receiver: str, raw: bytes) -> None:
        """Note a mail: receivers know it by its Message-ID."""
        mail = message_from_bytes(raw, policy=policy.default)
        self.note(receiver, str(mail["Message-ID"]), str(mail["Subject"]), raw)

    def note_files(self, receiver: str, files: Iterable[Path]) -> None:
        """Note mails that were written into a folder."""
        for file in sorted(files):
            self.note_mail(receiver, file.read_bytes())
