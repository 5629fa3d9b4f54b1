"""Reads what was pushed as the document of its source, in the same workers and within the same limits as a poll's."""

from dataclasses import dataclass

from spiders.parsing import ParsePool
from storywatch.model import Document, Outlet, Source
from storywatch.ports import Clock
from storywatch.push import Push


@dataclass(frozen=True, kw_only=True)
class PushedDocuments:
    """Implements `storywatch.ports.PushReader`."""

    parser: ParsePool
    clock: Clock

    async def read(self, push: Push, source: Source, outlet: Outlet, elements: bytes) -> Document:
        """Parse. Raises `VisitError`.

        Relative links start at the source's address. The media type was not signed, so a wrong one only fails to parse.
        """
        return await self.parser.parse(
            push.body,
            url=source.url,
            content_type=push.content_type,
            kind=source.kind,
            now=self.clock(),
            outlet=outlet,
            page=source.page,
            elements=elements,
        )
