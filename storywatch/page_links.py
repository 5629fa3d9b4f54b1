"""The addresses of the pages that subscribers meet. Mails carry them, `dashboard` answers them."""

from dataclasses import dataclass
from datetime import datetime

from storywatch import tokens
from storywatch.model import PageSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLinks:
    """Makes links that only this installation can make. `subscriber` and `subscription` are ids, never addresses."""

    settings: PageSettings

    def unsubscribe(self, subscriber: str, subscription: str, event: str = "") -> str:
        """Return where one leaves an event, or everything: the target of RFC 8058's one click too."""
        return self._link("unsubscribe", subscriber, subscription, event)

    def preferences(self, subscriber: str) -> str:
        """Return where a subscriber sees and changes what they get."""
        return self._link("preferences", subscriber)

    def answer(self, subscriber: str, event: str, item: str) -> str:
        """Return where a reader says whether an item belongs to an event."""
        return self._link("answer", subscriber, event, item)

    def confirm(self, reader: str, until: datetime) -> str:
        """Return where a new reader confirms a subscription, until that moment."""
        return self._link("confirm", reader, until.isoformat())

    def _link(self, purpose: str, *parts: str) -> str:
        base = self.settings.public_url.rstrip("/")
        return f"{base}/{purpose}/{tokens.signed(self.settings.key, purpose, *parts)}"
