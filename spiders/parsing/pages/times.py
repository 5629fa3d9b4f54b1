"""The times that pages write."""

from datetime import datetime

from spiders.parsing.dates import read_time
from storywatch.model import Outlet


def page_time(text: str, *, now: datetime, outlet: Outlet) -> datetime | None:  # noqa: ARG001 - the outlet's zone is wired next
    """Return the instant that a page's text names, or None; relative ones, such as "2 hours ago", are not read."""
    return read_time(text, now) if text else None
