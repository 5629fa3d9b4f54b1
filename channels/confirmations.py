"""What the mail says that asks a new reader whether a subscription is wanted."""

from dataclasses import dataclass
from datetime import datetime

from channels.links import web_link
from channels.room import WHOLE, Room
from storywatch.errors import ComposeError
from storywatch.model import OwedConfirmation

MOST_EVENTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmationBrief:
    """The mail in the words that a reader sees. `events`: none means all. `more`: events that are only counted."""

    events: tuple[str, ...]
    more: int
    link: str
    until: datetime


def confirmation_of(owed: OwedConfirmation, room: Room = WHOLE) -> ConfirmationBrief:
    """Word one owed confirmation. Raises ComposeError if there is nothing to click on. Pure."""
    link = web_link(owed.link)
    if link is None:
        raise ComposeError("link_unusable", "the link to confirm is no web address; check settings.pages.public_url")
    shown = room.few(owed.events, MOST_EVENTS)
    return ConfirmationBrief(
        events=tuple(room.line(title, 200) or "An event without a title" for title in shown),
        more=len(owed.events) - len(shown),
        link=link,
        until=owed.until,
    )
