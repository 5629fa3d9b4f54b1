"""Known elements: which item elements of a document needn't be read again.

A document's items are read from its elements (RSS's `item`, Atom's `entry`, a sitemap's `url`). One whose bytes were
read from the last document of the source brings nothing: intake knows its item and how it was shown. So each document
leaves a record of its elements, and the next parse leaves those out.

Leaving an element out must not change what intake makes of the others. Intake tells items apart by what they share
(`storywatch.intake`), so each element has marks: everything that a key is made of. An element is left out only while
none of its marks is another element's; and since items keep the keys that they once had, an element inherits the marks
of the ones that it replaced.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from storywatch.model import Outlet, ParsedItem
from storywatch.urls import canonical_url, url_identity

_VERSION = b"\x01"
_CONTEXT_BYTES = 16
_DIGEST_BYTES = 12
_MARK_BYTES = 8
_MOST_MARKS = 40
# Elements that left the document a while ago: what replaces them later inherits from them still.
_MOST_GONE = 100

Marks = frozenset[bytes]
NO_MARKS: Marks = frozenset()
NO_CONTEXT = bytes(_CONTEXT_BYTES)
"""In place of a context: what is left with it has everything read next time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """An element of a document: the digest of its bytes, and its marks.

    `known`: its item was read and stored, so an element of the same bytes can be left out.
    """

    digest: bytes
    marks: Marks
    known: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Elements:
    """What a document leaves for the next: the digest of all that its items depend on, and its elements."""

    context: bytes
    rows: tuple[Element, ...] = ()

    def known_in(self, context: bytes) -> Mapping[bytes, Marks]:
        """Return the marks of the elements that can be left out, by digest: none where their context changed."""
        return (
            {row.digest: row.marks for row in self.rows if row.known} if context == self.context != NO_CONTEXT else {}
        )


def context_of(parts: Iterable[object]) -> bytes:
    """Digest what the items of a document depend on besides their own elements."""
    told_apart = b"".join(b"%d:%b" % (len(part), part) for part in map(_as_bytes, parts))
    return hashlib.blake2b(told_apart, digest_size=_CONTEXT_BYTES).digest()


def _as_bytes(part: object) -> bytes:
    return part if isinstance(part, bytes) else repr(part).encode("utf-8", "replace")


def digest_of(element: bytes) -> bytes:
    """Digest the bytes of an element."""
    return hashlib.blake2b(element, digest_size=_DIGEST_BYTES).digest()


def marks_of(item: ParsedItem, outlet: Outlet) -> Marks:
    """Return everything of an item that its keys are made of, and by which intake tells it from others."""
    return frozenset(_mark(kind, text) for kind, text in _identities(item, outlet) if text)


def _identities(item: ParsedItem, outlet: Outlet) -> Iterator[tuple[str, str | None]]:
    address = url_identity(canonical_url(item.url, outlet))
    yield "address", address
    yield "guid", item.guid
    yield "guid as address", url_identity(canonical_url(item.guid, outlet))
    if not item.guid and not address:
        yield "title", item.title
        yield "text", item.content or item.summary


def _mark(kind: str, text: str) -> bytes:
    return hashlib.blake2b(f"{kind}\0{text}".encode("utf-8", "replace"), digest_size=_MARK_BYTES).digest()


def meet(some: Iterable[Marks], others: Iterable[Marks]) -> bool:
    """Tell whether an element of the one side shares a mark with an element of the other."""
    return not NO_MARKS.union(*some).isdisjoint(NO_MARKS.union(*others))


def remembered(context: bytes, present: Sequence[Element], before: Elements | None) -> Elements:
    """Return what a document leaves for the next.

    `present` are its elements, in which `known` says that an item was read without trouble; `before` is what the last
    document left. Elements that share a mark are told apart by each other: they are read every time.
    """
    heirs, gone = _inherited(present, before.rows if before else ())
    shared = {mark for mark, times in Counter(mark for row in heirs for mark in row.marks).items() if times > 1}
    rows = (
        Element(
            digest=row.digest,
            marks=row.marks,
            known=row.known and 0 < len(row.marks) <= _MOST_MARKS and shared.isdisjoint(row.marks),
        )
        for row in heirs
    )
    return Elements(context=context, rows=(*rows, *islice(gone, _MOST_GONE)))


def handed_on(marks: Iterable[Marks], before: Elements | None) -> Elements:
    """Return what a document leaves that was read in one piece: all is read again next time, and nothing forgotten."""
    rows = [Element(digest=bytes(_DIGEST_BYTES), marks=each, known=False) for each in marks]
    return remembered(NO_CONTEXT, rows, before)


def _inherited(present: Sequence[Element], before: Iterable[Element]) -> tuple[list[Element], list[Element]]:
    """Give the marks of elements that are no longer there to those that share one; return these and the others."""
    there = {row.digest: row.marks for row in present}
    changed = [row for row in before if there.get(row.digest) != row.marks]
    if not changed:
        return list(present), []
    past: dict[bytes, Marks] = {}
    for row in changed:
        past |= {mark: row.marks | past.get(mark, NO_MARKS) for mark in row.marks}
    heirs = [replace(row, marks=row.marks.union(*(past.get(mark, NO_MARKS) for mark in row.marks))) for row in present]
    passed_on = NO_MARKS.union(*(row.marks for row in heirs))
    gone = [replace(row, known=False) for row in changed if row.marks and passed_on.isdisjoint(row.marks)]
    return heirs, gone


def pack(elements: Elements) -> bytes:
    """Write the record as bytes: it is stored with the validators."""
    return b"".join((_VERSION, elements.context, *map(_packed, elements.rows)))


def _packed(row: Element) -> bytes:
    marks = sorted(row.marks)[: _MOST_MARKS + 1]
    return b"".join((bytes((row.known, len(marks))), row.digest, *marks))


def unpack(packed: bytes) -> Elements | None:
    """Read a record; None for bytes that are none, or one of another version."""
    body = packed[1:]
    if packed[:1] != _VERSION or len(body) < _CONTEXT_BYTES:
        return None
    rows: list[Element] = []
    position = _CONTEXT_BYTES
    while position < len(body):
        end = position + 2 + _DIGEST_BYTES
        marks_end = end + _MARK_BYTES * body[position + 1] if end <= len(body) else end
        if marks_end > len(body):
            return None
        marks = frozenset(body[at : at + _MARK_BYTES] for at in range(end, marks_end, _MARK_BYTES))
        rows.append(Element(digest=body[position + 2 : end], marks=marks, known=body[position] == 1))
        position = marks_end
    return Elements(context=body[:_CONTEXT_BYTES], rows=tuple(rows))
