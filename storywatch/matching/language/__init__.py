"""The watch language: what facets and queries ask, as one tree an event, and what it says of an item.

Event -- tree_of --> EventTree -- Finder.add --> Finder
Item -- subject_of --> Subject -- Finder.find --> Hits of each event -- evaluate --> Facets
"""

from storywatch.matching.language.building import EventTree, tree_of
from storywatch.matching.language.evaluating import evaluate
from storywatch.matching.language.finding import Finder
from storywatch.matching.language.judged import Facets, Found, Hits, Part, Place, Subject, subject_of
from storywatch.matching.language.mistakes import QueryError
from storywatch.matching.language.queries import parse_member, parse_query
from storywatch.matching.language.text import to_text

__all__ = [
    "EventTree",
    "Facets",
    "Finder",
    "Found",
    "Hits",
    "Part",
    "Place",
    "QueryError",
    "Subject",
    "evaluate",
    "parse_member",
    "parse_query",
    "subject_of",
    "to_text",
    "tree_of",
]
