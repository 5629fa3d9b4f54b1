"""Finds where the items of an XML document stand, in one pass that keeps nothing of what is in them."""

import hashlib
import re
from collections.abc import Sized
from dataclasses import dataclass, field
from enum import StrEnum
from xml.parsers import expat

from spiders.parsing.limits import ParseLimits, nests_too_deep
from storywatch.errors import VisitError

Span = tuple[int, int]

_ITEMS = frozenset({"item", "entry", "url"})
_CONTAINERS = frozenset({"channel", "feed"})
# What a feed says about itself, and no item depends on; much of it changes with every document.
_SAID = (
    "title link id description subtitle tagline generator image logo icon copyright rights category keywords docs",
    "cloud lastbuilddate pubdate published updated modified created date ttl skiphours skipdays updateperiod",
    "updatefrequency updatebase items textinput rating webmaster totalresults startindex itemsperpage explicit info",
)
_OF_THE_FEED_ALONE = frozenset(" ".join(_SAID).split())
_TAG = re.compile(rb"""<[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_MOST_ATTRIBUTES = 500
_MOST_PREFIXES = 500
_DEEPEST_ITEM = 3
# Expat keeps some hundred bytes for each open element.
_BOTTOM = 100_000


class Shape(StrEnum):
    """How far a document is XML: all of it, up to where it breaks off, or only in the eyes of the loose parser."""

    WHOLE = "whole"
    BEGINNING = "beginning"
    LOOSE = "loose"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """Where things stand in a document, in bytes.

    `elements`: the outermost item elements, the first so many, if all are children of one parent; none if they stand in
    any other way. `count`: of all. `head`: where the parent's first child begins; `tail`: where what is wanted ends:
    the parent, or the last wanted element. `context`: a digest of what else stands outside of the elements and may have
    a bearing on the items. `too_deep`: where elements begin that nest deeper than permitted, which nothing may read.
    """

    elements: tuple[Span, ...] = ()
    count: int = 0
    head: int = 0
    tail: int = 0
    context: bytes = b""
    too_deep: frozenset[int] = frozenset()


NO_OUTLINE = Outline()


def outlined(data: bytes, limits: ParseLimits) -> tuple[Shape, Outline]:
    """Tell how far a document without DOCTYPE is XML with declared namespaces, and where its items stand.

    Raises VisitError: `parse_limit` for one that nests too deep, but in items that can be left out; `malformed` for an
    element with hundreds of attributes or hundreds of prefixes in force: Python's readers are quadratic in them.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    scan = _Scan(data=data, parser=parser, deepest=limits.depth, most=limits.max_items)
    parser.ordered_attributes = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.StartNamespaceDeclHandler = scan.start_prefix
    parser.EndNamespaceDeclHandler = scan.end_prefix
    try:
        parser.Parse(data, False)  # noqa: FBT003 - positional only
    except expat.ExpatError:
        return Shape.LOOSE, scan.no_outline()
    try:
        parser.Parse(b"", True)  # noqa: FBT003 - positional only
    except expat.ExpatError:
        return Shape.BEGINNING, scan.outline()
    return Shape.WHOLE, scan.outline()


@dataclass(kw_only=True)
class _Scan:
    """The state of the pass. `open`: the depth of the item or other subtree that it is inside of, 0 outside of any."""

    data: bytes
    parser: expat.XMLParserType
    deepest: int
    most: int
    depth: int = 0
    open: int = 0
    began: int = 0
    kind: str = ""
    prefixes: int = 0
    parent: int = 0
    parent_closed: bool = False
    is_regular: bool = True
    elements: list[Span] = field(default_factory=list)
    count: int = 0
    too_deep: set[int] = field(default_factory=set)
    first_child: dict[int, int] = field(default_factory=dict)
    tail: int = 0
    context: "hashlib.blake2b" = field(default_factory=hashlib.blake2b)

    def start(self, name: str, attributes: Sized) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            self._descend()
        if len(attributes) > 2 * _MOST_ATTRIBUTES:
            crowd = f"the element {name[:40]!r} has {len(attributes) // 2} attributes: this is no feed"
            raise VisitError("malformed", crowd)
        if not self.open:
            self._start_outside(name.rpartition(" ")[2].lower())

    def _descend(self) -> None:
        """An item that nests too deep is left alone, unless even passing it by takes too much memory."""
        if not self.open or self.kind not in _ITEMS or self.depth > _BOTTOM:
            raise nests_too_deep(self.deepest)
        self.too_deep.add(self.began)

    def end(self, _: str) -> None:
        if self.depth == self.open:
            self._close(self.parser.CurrentByteIndex)
        elif self.depth == self.parent and not self.open:
            self.parent_closed = True
            self.tail = self.tail or self.parser.CurrentByteIndex
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
            self._depend_on(begin, self._end_of_tag(begin))
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
            self._add(self.began, end)
        elif self.kind not in _OF_THE_FEED_ALONE:
            self._depend_on(self.began, end)
        self.open = 0

    def _add(self, begin: int, end: int) -> None:
        self.count += 1
        if self.count <= self.most:
            self.elements.append((begin, end))
        else:
            self.tail = self.tail or begin

    def _depend_on(self, begin: int, end: int) -> None:
        self.context.update(b"%d:" % (end - begin))
        self.context.update(self.data[begin:end])

    def _end_of_tag(self, begin: int) -> int:
        found = _TAG.match(self.data, begin)
        return found.end() if found else begin

    def no_outline(self) -> Outline:
        if self.too_deep:
            raise nests_too_deep(self.deepest)
        return NO_OUTLINE

    def outline(self) -> Outline:
        if not self.elements or not self.is_regular:
            return self.no_outline()
        return Outline(
            elements=tuple(self.elements),
            count=self.count,
            head=self.first_child[self.parent],
            tail=self.tail or self.elements[-1][1],
            context=self.context.digest(),
            too_deep=frozenset(self.too_deep),
        )
