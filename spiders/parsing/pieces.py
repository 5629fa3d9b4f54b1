"""Reads the items of a document one by one: leaves out the known ones, and sets aside the ones that can't be read."""

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from spiders.parsing.budget import Budget, Overrun
from spiders.parsing.limits import ParseLimits, overrun, too_much_cpu, too_much_memory
from spiders.parsing.markup import Markup
from spiders.parsing.text import one_line
from storywatch.elements import NO_MARKS, Element, Marks, digest_of, handed_on, marks_of, meet, pack, remembered, unpack
from storywatch.errors import Fault
from storywatch.model import Outlet, ParsedItem, SetAside

T = TypeVar("T")
Result = TypeVar("Result")

_NAME = re.compile(rb"<(?:[\w.-]+:)?(?:title|guid|id|link|loc)\b[^>]{0,200}>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200})")
# A document has room for this many items that take all they may.
_SHARE = 1 / 8
# An operator reads some of them; a document of nothing else is one finding.
_MOST_SET_ASIDE = 50

ReadPiece = Callable[[bytes], Sequence[ParsedItem] | None]
"""Reads one element: its items, none if it says nothing, None if it is no item at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds for a parse: its limits and budget, the outlet, and what the last document left."""

    limits: ParseLimits
    budget: Budget
    outlet: Outlet
    elements: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """What the elements of a document say; the fields are those of `storywatch.model.Document`."""

    items: tuple[ParsedItem, ...]
    known: int = 0
    dropped: int
    set_aside: tuple[SetAside, ...]
    elements: bytes


@dataclass
class _Reader:
    """Reads elements in any order. `begin` makes what reads them; it is made anew when an element breaks it."""

    markup: Markup
    begin: Callable[[], ReadPiece]
    terms: Terms
    read: ReadPiece | None = None
    results: dict[int, Sequence[ParsedItem] | None] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    unread: int = 0

    def read_all(self, numbers: Iterable[int]) -> None:
        """Read the elements with these numbers."""
        for number in numbers:
            begin, end = self.markup.outline.elements[number]
            if len(self.faults) >= _MOST_SET_ASIDE or self.terms.budget.is_spent:
                self.unread += 1
            elif end - begin > self.terms.limits.item_bytes:
                self.faults[number] = _too_large(end - begin, self.terms.limits)
            elif begin in self.markup.outline.too_deep:
                self.faults[number] = _too_deep(self.terms.limits)
            else:
                self._read(number)

    def piece(self, number: int) -> bytes:
        """Return the bytes of an element."""
        begin, end = self.markup.outline.elements[number]
        return self.markup.data[begin:end]

    def _read(self, number: int) -> None:
        self.read = self.read or self.begin()
        result = _attempted(self.read, self.piece(number), self.terms)
        if isinstance(result, Fault):
            self.faults[number] = result
            # What is half read may be large, and its parser refers to itself.
            self.read = None
            gc.collect()
        else:
            self.results[number] = result

    def keep(self, most: int) -> int:
        """Forget what was read beyond so many items, and return how many those were: items may stand inside items."""
        room, cut = most, 0
        for number in sorted(self.results):
            count = len(self.results[number] or ())
            room -= count
            if room < 0:
                cut += count
                del self.results[number]
        return cut

    def marks(self) -> dict[int, Marks]:
        """Return the marks of what was read."""
        outlet = self.terms.outlet
        return {
            number: NO_MARKS.union(*(marks_of(item, outlet) for item in items))
            for number, items in self.results.items()
            if items
        }


def _attempted(read: Callable[[T], Result], piece: T, terms: Terms) -> Result | Fault:
    """Read an item; whatever it does to the reader costs this item alone."""
    out_of_cpu = too_much_cpu("reading the item", terms.limits)
    # Made before it is needed, for then there is nothing to make it of.
    out_of_memory = too_much_memory("reading the item", terms.limits)
    try:
        with terms.budget.part(_SHARE):
            return read(piece)
    except Overrun:
        return out_of_cpu
    except (MemoryError, SystemError):
        # A MemoryError in one of expat's callbacks becomes a SystemError.
        return out_of_memory
    except Exception as error:  # the border of one item: it must not take the document with it  # noqa: BLE001
        message = f"a bug that this item brings out, please report it: {error!r:.200}"
        return Fault(code="item_unreadable", message=message)


def read_pieces(markup: Markup, begin: Callable[[], ReadPiece], context: bytes, terms: Terms) -> Pieces:
    """Read the elements of a document that are not known. `context` is the digest of all else that they depend on.

    Known ones are read all the same where a new one could be taken for one of them: only intake, which sees what is
    stored, can tell.
    """
    reader = _Reader(markup=markup, begin=begin, terms=terms)
    before = unpack(terms.elements)
    digests = [digest_of(reader.piece(number)) for number in range(len(markup.outline.elements))]
    known = _first_of_each(digests, before.known_in(context) if before else {})
    reader.read_all(number for number in range(len(digests)) if number not in known)
    if meet(reader.marks().values(), known.values()):
        reader.read_all(known)
        known = {}
    cut = reader.keep(terms.limits.max_items - len(known)) + markup.outline.count - len(digests)
    marks = known | reader.marks()
    sound = known.keys() | {number for number, items in reader.results.items() if items and len(items) == 1}
    present = [
        Element(digest=digest, marks=marks[number], known=number in sound)
        for number, digest in enumerate(digests)
        if number in marks
    ]
    return Pieces(
        items=tuple(item for number in sorted(reader.results) for item in reader.results[number] or ()),
        known=len(known),
        dropped=sum(items is not None and not items for items in reader.results.values()),
        set_aside=(*_set_aside(reader), *beyond(cut, terms.limits)),
        elements=pack(remembered(context, present, before)),
    )


def read_entries(entries: Sequence[T], read: Callable[[T], Sequence[ParsedItem]], terms: Terms) -> Pieces:
    """Turn into items what was read in one piece. What such a document leaves has everything read next time."""
    results = [_attempted(read, entry, terms) for entry in entries]
    faults = [(number, each) for number, each in enumerate(results) if isinstance(each, Fault)]
    read_ones = [each for each in results if not isinstance(each, Fault)]
    items = tuple(item for each in read_ones for item in each)
    left = handed_on((marks_of(item, terms.outlet) for item in items), unpack(terms.elements))
    return Pieces(
        items=items,
        elements=pack(left),
        dropped=sum(not items for items in read_ones),
        set_aside=tuple(SetAside(item=_by_number(number), fault=fault) for number, fault in faults[:_MOST_SET_ASIDE]),
    )


def _first_of_each(digests: Sequence[bytes], known: Mapping[bytes, Marks]) -> dict[int, Marks]:
    """Return the numbers of the known elements with their marks; one that is there twice is known once."""
    first = {digest: number for number, digest in reversed(list(enumerate(digests)))} if known else {}
    return {number: known[digest] for digest, number in first.items() if digest in known}


def _set_aside(reader: _Reader) -> Iterator[SetAside]:
    for number in sorted(reader.faults):
        yield SetAside(item=_name_of(reader.piece(number), number), fault=reader.faults[number])
    if reader.unread:
        spent = reader.terms.budget.is_spent
        fault = (
            too_much_cpu("reading the document", reader.terms.limits)
            if spent
            else Fault(code="item_unreadable", message=f"more than {_MOST_SET_ASIDE} items can't be read")
        )
        yield SetAside(item=f"{reader.unread} further items", fault=fault)


def _name_of(piece: bytes, number: int) -> str:
    found = _NAME.search(piece[:20_000])
    name = one_line(found[1].decode("utf-8", "replace"), 120) if found else ""
    return name or _by_number(number)


def _by_number(number: int) -> str:
    return f"item {number + 1} of the document"


def beyond(count: int, limits: ParseLimits) -> Iterator[SetAside]:
    """Tell of the items that are too many, if there are any."""
    if count > 0:
        message = f"the document has more than the {limits.max_items} items permitted (settings.limits.items)"
        yield SetAside(item=f"{count} further items", fault=Fault(code="too_many_items", message=message))


def _too_deep(limits: ParseLimits) -> Fault:
    return overrun(f"the item nests more than the {limits.depth} levels permitted", "depth")


def _too_large(size: int, limits: ParseLimits) -> Fault:
    return Fault(
        code="item_too_large",
        message=f"the item has {size} bytes, more than the {limits.item_bytes} permitted (settings.limits.item_bytes)",
    )
