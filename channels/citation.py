"""What an editor pastes into the entry: where a report stands, who wrote it, and when it was published and seen."""

from dataclasses import dataclass
from datetime import datetime

from channels.links import archived, web_link
from channels.room import WHOLE, Room
from channels.text import utc_day, utc_time
from storywatch.model import Item, Outlet

NO_HEADLINE = "Report without a headline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """One report as it is cited. `published`, `modified`: as the outlet says, None where it says nothing.

    `url`: the canonical address; `archive`: that of an archived copy, where the item came by one.
    """

    outlet: str
    headline: str
    author: str | None
    url: str | None
    archive: str | None
    published: datetime | None
    modified: datetime | None
    first_seen: datetime

    @property
    def day(self) -> str:
        """The day that it is cited under, in UTC."""
        return utc_day(self.published) if self.published else f"undated, seen {utc_day(self.first_seen)}"

    @property
    def said(self) -> str:
        """Day, outlet, headline and author."""
        return ", ".join(filter(None, (self.day, self.outlet, f"\u201c{self.headline}\u201d", self.author)))

    @property
    def source(self) -> str:
        """The same with the address, in one line."""
        return f"{self.said}, {self.url}" if self.url else self.said

    @property
    def copy(self) -> str:
        """Where an archived copy is, or that none is known."""
        return f"Archived: {self.archive or 'none known'}"

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.source} ({'; '.join([*([self.copy] if self.archive else []), self.times])})"

    @property
    def times(self) -> str:
        """The times that tell which text was read, in UTC."""
        published = utc_time(self.published) if self.published else "not told"
        modified = utc_time(self.modified) if self.modified else "not told"
        return f"Published: {published}; modified: {modified}; first seen: {utc_time(self.first_seen)}"


def citation_of(item: Item, outlet: Outlet, otherwise: str = "", room: Room = WHOLE) -> Citation:
    """Cite an item. `otherwise`: the headline where it has none. Pure."""
    revision = item.revision
    url, archive = archived(web_link(item.url))
    published = revision.published or revision.updated
    return Citation(
        outlet=room.line(outlet.name, 120) or room.line(outlet.id, 64),
        headline=room.line(revision.title, 300) or room.line(otherwise, 300) or NO_HEADLINE,
        author=room.line(revision.author or "", 160) or None,
        url=url,
        archive=archive,
        published=published,
        modified=revision.updated if revision.updated != published else None,
        first_seen=item.first_seen,
    )
