"""What a reader can do about a mail: leave, change what comes, and say whether a report belongs to the event."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from storywatch.model import AnyNotice, Owed, OwedDigest
from storywatch.page_links import PageLinks

_LEAVE_EVENT = "Unsubscribe from this event"
_LEAVE_ALL = "Unsubscribe from everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A link with the words that name it."""

    label: str
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """Makes the links: to the pages of this installation where it has some, to its mailbox otherwise.

    `contact`: the address that takes requests to unsubscribe.
    """

    contact: str
    links: PageLinks | None = None

    def of_alert(self, owed: Owed) -> tuple[Way, ...]:
        """Return what stands at the foot of an alert."""
        if self.links is None:
            return (self._by_mail(owed.subscription.id),)
        answer = self.links.answer(owed.subscriber.id, owed.event.id, owed.item.id)
        return (
            Way(label="Say whether this report belongs to the event", link=answer),
            Way(label=_LEAVE_EVENT, link=self._leave(owed, owed.event.id)),
            self._preferences(owed.subscriber.id, self.links),
        )

    def of_digest(self, owed: OwedDigest) -> tuple[Way, ...]:
        """Return what stands at the foot of a digest."""
        if self.links is None:
            return (self._by_mail(owed.subscription.id),)
        return (
            Way(label=_LEAVE_EVENT if only_event(owed) else _LEAVE_ALL, link=self._leave(owed, only_event(owed))),
            self._preferences(owed.subscriber.id, self.links),
        )

    def of_notice(self, owed: AnyNotice) -> tuple[Way, ...]:
        """Return what stands at the foot of a notice: who runs this changes the watch config, not a page."""
        return (self._by_mail(owed.subscription.id),)

    def leave_event(self, digest: OwedDigest, event: str) -> Way | None:
        """Return how to leave one event of a digest, where there are pages and the foot does not say it already."""
        if self.links is None or only_event(digest) == event:
            return None
        return Way(label=_LEAVE_EVENT, link=self._leave(digest, event))

    def headers(self, owed: Owed | OwedDigest | AnyNotice) -> Mapping[str, str]:
        """Return the headers by which mail programs offer to unsubscribe (RFC 2369; RFC 8058 where there are pages)."""
        mailbox = f"<{self._by_mail(owed.subscription.id).link}>"
        if self.links is None or isinstance(owed, AnyNotice):
            return {"List-Unsubscribe": mailbox}
        event = owed.event.id if isinstance(owed, Owed) else only_event(owed)
        return {
            "List-Unsubscribe": f"<{self._leave(owed, event)}>,\n {mailbox}",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def _leave(self, owed: Owed | OwedDigest, event: str) -> str:
        if self.links is None:
            raise ValueError("without pages there is no address to leave by")
        return self.links.unsubscribe(owed.subscriber.id, owed.subscription.id, event)

    def _preferences(self, subscriber: str, links: PageLinks) -> Way:
        return Way(label="See and change what you get", link=links.preferences(subscriber))

    def _by_mail(self, subscription: str) -> Way:
        link = f"mailto:{self.contact}?subject={quote('unsubscribe ' + subscription)}"
        return Way(label=f"Unsubscribe by a mail to {self.contact}", link=link)


def only_event(owed: OwedDigest) -> str:
    """Return the event that a digest is about by its subscription, or an empty text for one of several."""
    wanted = owed.subscription
    return wanted.events[0] if len(wanted.events) == 1 and not wanted.tags else ""
