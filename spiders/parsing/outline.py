"""Finds where the items of an XML document stand, in one pass that keeps nothing of what is in them."""

import re
from collections.abc import Sized
from dataclasses import dataclass, field
from enum import StrEnum
from xml.parsers import expat

from spiders.parsing.limits import nests_too_deep
from storywatch.errors import VisitError

Span = tuple[int, int]

_ITEMS = frozenset({"item", "entry", "url"})
_CONTAINERS = frozenset({"channel", "feed"})
# What a feed says about itself, and no item depends on; much of it changes with every document.
_OF_THE_FEED_ALONE = frozenset(
    [
        "title",
        "link",
        "id",
        "description",
        "subtitle",
        "tagline",
        "generator",
        "image",
        "logo",
        "icon",
        "copyright",
        "rights",
        "category",
        "keywords",
        "docs",
        "cloud",
        "lastbuilddate",
        "pubdate",
        "published",
        "updated",
        "modified",
        "created",
        "date",
        "ttl",
        "skiphours",
        "skipdays",
        "updateperiod",
        "updatefrequency",
        "updatebase",
        "items",
        "textinput",
        "rating",
        "webmaster",
        "totalresults",
        "startindex",
        "itemsperpage",
        "explicit",
        "info",
    ]
)
_TAG = re.compile(rb"""<[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_MOST_ATTRIBUTES = 500
_MOST_PREFIXES = 500
_DEEPEST_ITEM = 3


class Shape(StrEnum):
    """How far a document is XML: all of it, up to where it breaks off, or only in the eyes of the loose parser."""

    WHOLE = "whole"
    BEGINNING = "beginning"
    LOOSE = "loose"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """Where things stand in a document, in bytes.

    `elements`: the outermost item elements, all children of one parent; none if they stand in any other way. `head`: the
    end of what precedes the parent's first child; `tail`: where the parent's end tag begins. `others`: what else stands
    outside of the elements and may have a bearing on the items.
    """

    elements: tuple[Span, ...] = ()
    head: int = 0
    tail: int = 0
    others: tuple[Span, ...] = ()


NO_OUTLINE = Outline()


def outlined(data: bytes, deepest: int) -> tuple[Shape, Outline]:
    """Tell how far a document without DOCTYPE is XML with declared namespaces, and where its items stand.

    Raises VisitError: `parse_limit` for one that nests deeper than `deepest`, `malformed` for an element with hundreds
    of attributes or hundreds of prefixes in force: Python's readers are quadratic in them.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    scan = _Scan(data, parser, deepest)
    parser.ordered_attributes = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.StartNamespaceDeclHandler = scan.start_prefix
    parser.EndNamespaceDeclHandler = scan.end_prefix
    try:
        parser.Parse(data, False)  # noqa: FBT003 - positional only
    except expat.ExpatError:
        return Shape.LOOSE, NO_OUTLINE
    try:
        parser.Parse(b"", True)  # noqa: FBT003 - positional only
    except expat.ExpatError:
        return Shape.BEGINNING, scan.outline()
    return Shape.WHOLE, scan.outline()


@dataclass
class _Scan:
    """The state of the pass. `open`: the depth of the item or other subtree that it is inside of, 0 outside of any."""

    data: bytes
    parser: expat.XMLParserType
    deepest: int
    depth: int = 0
    open: int = 0
    began: int = 0
    kind: str = ""
    prefixes: int = 0
    parent: int = 0
    parent_closed: bool = False
    is_regular: bool = True
    elements: list[Span] = field(default_factory=list)
    others: list[Span] = field(default_factory=list)
    first_child: dict[int, int] = field(default_factory=dict)
    tail: int = 0

    def start(self, name: str, attributes: Sized) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise nests_too_deep(self.deepest)
        if len(attributes) > 2 * _MOST_ATTRIBUTES:
            crowd = f"the element {name[:40]!r} has {len(attributes) // 2} attributes: this is no feed"
            raise VisitError("malformed", crowd)
        if not self.open:
            self._start_outside(name.rpartition(" ")[2].lower())

    def end(self, _: str) -> None:
        if self.depth == self.open:
            self._close(self.parser.CurrentByteIndex)
        elif self.depth == self.parent and not self.open:
            self.parent_closed = True
            self.tail = self.parser.CurrentByteIndex
        self.depth -= 1

    def start_prefix(self, *_: object) -> None:
        self.prefixes += 1
        if self.prefixes > _MOST_PREFIXES:
            raise VisitError("malformed", f"more than {_MOST_PREFIXES} namespace prefixes in force: this is no feed")

    def end_prefix(self, *_: object) -> None:
        self.prefixes -= 1

    def _start_outside(self, kind: str) -> None:
        begin, depth = self.parser.CurrentByteIndex, self.depth
        self.first_child.setdefault(depth - 1, begin)
        self.is_regular &= not self.parent_closed
        if depth == 1 or (depth == 2 and kind in _CONTAINERS):
            self.first_child.pop(depth, None)
            self.others.append((begin, self._end_of_tag(begin)))
            return
        self.open, self.began, self.kind = depth, begin, kind
        if kind in _ITEMS:
            self.parent = self.parent or depth - 1
            self.is_regular &= self.parent == depth - 1 and depth <= _DEEPEST_ITEM

    def _close(self, index: int) -> None:
        # Of an empty element's tag expat tells the end, of an end tag the beginning.
        is_empty = self.data[index - 2 : index] == b"/>" and index == self._end_of_tag(self.began)
        end = index if is_empty else self.data.index(b">", index) + 1
        if self.kind in _ITEMS:
            self.elements.append((self.began, end))
        elif self.kind not in _OF_THE_FEED_ALONE:
            self.others.append((self.began, end))
        self.open = 0

    def _end_of_tag(self, begin: int) -> int:
        found = _TAG.match(self.data, begin)
        return found.end() if found else begin

    def outline(self) -> Outline:
        if not self.elements or not self.is_regular:
            return NO_OUTLINE
        return Outline(
            elements=tuple(self.elements),
            head=self.first_child[self.parent],
            tail=self.tail or self.elements[-1][1],
            others=tuple(self.others),
        )
