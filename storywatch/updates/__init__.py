"""Updates: whether a matched item tells something new of its event or repeats a known update, and what is new in it.

Item -- read --> Telling -- candidates(past) --> a repeat, or new -- news_of --> News. docs/explanation/updates.md tells
how. Placing an item costs its words times the updates that say each, and a look at a dozen updates at most.
"""

from storywatch.updates.changes import change_of, page_change
from storywatch.updates.past import Past, PastReport, about, says_the_same
from storywatch.updates.placing import (
    SAID_CHARS,
    Placed,
    as_past,
    as_said,
    headline,
    place,
    said,
    speaks_english,
    update_id,
)

__all__ = [
    "SAID_CHARS",
    "Past",
    "PastReport",
    "Placed",
    "about",
    "as_past",
    "as_said",
    "change_of",
    "headline",
    "page_change",
    "place",
    "said",
    "says_the_same",
    "speaks_english",
    "update_id",
]
