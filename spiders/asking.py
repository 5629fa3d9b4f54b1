"""How a visit is asked for and its answer read."""

from dataclasses import dataclass
from datetime import timedelta

from spiders.parsing.document import PAGE_ALONE, UNKNOWN_OUTLET
from storywatch.model import Outlet, PageRules, SourceKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is known of an address before it is visited. Without a kind it is read as what it turns out to be.

    `drop_urls`: forms of addresses whose items are left out after the reading; when they change, what was left out must
    be read again. `own`: the server is the operator's own, which needs no pauses. `waited`: the last visit was
    redirected to later, and it is later now.
    """

    kind: SourceKind | None = None
    outlet: Outlet = UNKNOWN_OUTLET
    page: PageRules = PAGE_ALONE
    drop_urls: tuple[str, ...] = ()
    own: bool = False
    waited: bool = False


@dataclass(slots=True)
class Trail:
    """What a visit met on its way, known also when it fails: whom it asked last, and the pauses that were asked for.

    `status` is of the last answer. `crawl_delay` is robots.txt's, `retry_after` that of an answer which brought a
    document, readable or not.
    """

    url: str | None = None
    status: int | None = None
    crawl_delay: timedelta | None = None
    retry_after: timedelta | None = None
