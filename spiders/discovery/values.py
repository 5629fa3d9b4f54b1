"""What is looked at, and what comes of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from storywatch.errors import Fault
from storywatch.model import SourceKind


class Promise(IntEnum):
    """Where an address was found; the most promising place first."""

    GIVEN = 0
    DECLARED_FEED = 1
    DECLARED_NEWS_SITEMAP = 2
    LINKED_FEED = 3
    DECLARED_SITEMAP = 4
    USUAL_NEWS_SITEMAP = 5
    USUAL_FEED = 6
    COMMENTS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An address that may be a source. `title` is what its link says."""

    url: str
    promise: Promise
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A selector that selects the entries of a page, so many of them."""

    selector: str
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What a document leads to. `name`: the outlet's, as the page gives it."""

    name: str = ""
    language: str | None = None
    candidates: tuple[Candidate, ...] = ()
    listings: tuple[Listing, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A source that works, with what its one visit showed.

    `conditional`: the server sent an ETag or a Last-Modified. `selector` is there for a listing only.
    """

    url: str
    kind: SourceKind
    format: str
    items: int
    newest: datetime | None
    conditional: bool
    title: str = ""
    selector: str | None = None

    def is_fresh(self, now: datetime, within: timedelta = timedelta(days=14)) -> bool:
        """Tell whether the newest item is not too old; one without a date may be."""
        return self.newest is None or now - self.newest <= within


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """An address that somebody named as a source and that is none."""

    url: str
    fault: Fault


@dataclass(kw_only=True, slots=True)
class Discovery:
    """All that was found, the best first, and what was promised but doesn't work. `url`: after redirects."""

    url: str
    name: str = ""
    language: str | None = None
    findings: list[Finding] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    requests: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much may be asked of an outlet: so many requests, one at a time with a pause, within a total time."""

    requests: int = 25
    pause: timedelta = timedelta(seconds=1)
    total: timedelta = timedelta(minutes=3)
