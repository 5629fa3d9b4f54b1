"""What the pages work on, and what they read of requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.people.manners import Limits, Refused
from dashboard.people.pages import Pages
from storywatch import tokens
from storywatch.joining import Joining, Visitor
from storywatch.model import PageSettings
from storywatch.ports import Archive, Feedbacks, Memories

Form = Mapping[str, list[str]]
"""The fields of a form, each with all of its values."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """The use cases and stores behind the pages, for one watch config."""

    settings: PageSettings
    joining: Joining
    feedbacks: Feedbacks
    memories: Memories
    archive: Archive
    pages: Pages
    limits: Limits = field(default_factory=Limits)

    def parts(self, purpose: str, token: str) -> tuple[str, ...]:
        """Return what a token says. Raises `Refused` for one that is forged, cut or for another purpose."""
        parts = tokens.read(self.settings.key, purpose, token)
        if parts is None:
            raise Refused(404)
        return parts

    async def visitor(self, subscriber: str, subscription: str | None = None) -> Visitor:
        """Return whoever a link was made for. Raises `Refused` if nobody knows them any more."""
        visitor = await self.joining.visitor(subscriber, subscription)
        if visitor is None:
            raise Refused(404)
        return visitor

    def title(self, event: str) -> str:
        """Return an event's title; its id when the watch config no longer has it."""
        declared = self.joining.config.events.get(event)
        return declared.title if declared else event


def first(form: Form, name: str) -> str:
    """Return the first value of a field; empty if there is none."""
    return next(iter(form.get(name, ())), "").strip()
