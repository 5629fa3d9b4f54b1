"""Makes XML of what publishers call XML, so that the strict parser can read it wherever that is possible at all."""

import html.entities
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from xml.parsers import expat

from spiders.parsing.limits import ParseLimits
from spiders.parsing.outline import NO_OUTLINE, Outline, Shape, outlined
from storywatch.errors import VisitError

_DECLARATION = re.compile(r"<\?xml\b[^>]{0,500}\?>")
_DECLARATION_BYTES = re.compile(rb"\s*<\?xml\b[^>]{0,500}\?>")
# What stands before the first declaration, comment, instruction or tag is the noise of a server or script.
_START = re.compile(r"<[?!a-zA-Z]")
_START_BYTES = re.compile(rb"<[?!a-zA-Z]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|([a-zA-Z][a-zA-Z0-9]{1,31});)?")
# Old feeds carry a few kilobytes of HTML's names; expat is quadratic in some declarations.
_LONGEST_PROLOG = 256 * 1024
_XML_NAMES = ("lt", "gt", "amp", "quot", "apos")


@dataclass(frozen=True, kw_only=True, slots=True)
class Markup:
    """A document as UTF-8, without DOCTYPE and illegal characters. `doctype` is what its DOCTYPE said.

    `data` begins with what precedes the document proper, such as the XML declaration, up to `begin`.
    """

    data: bytes
    begin: int = 0
    doctype: str
    shape: Shape
    outline: Outline = NO_OUTLINE

    @property
    def text(self) -> str:
        """The document as text."""
        return self.data[self.begin :].decode()


def ready(body: bytes, limits: ParseLimits) -> Markup | None:
    """Return a document that is well-formed XML in UTF-8 as it stands, None for any other: most are, and stay bytes.

    Raises VisitError as `prepare` does.
    """
    start = _START_BYTES.search(body)
    declaration = _DECLARATION_BYTES.match(body, start.start()) if start else None
    begin = declaration.end() if declaration else start.start() if start else 0
    data, doctype = without_doctype(body)
    # Expat takes a declaration at the very beginning, and the encoding from us: no copy is made.
    if begin and (doctype or not declaration or declaration.start() or b"1.0" not in declaration[0]):
        data, begin = data[begin:], 0
    shape, outline = outlined(data, limits)
    if shape is not Shape.WHOLE:
        return None
    return Markup(data=data, begin=begin, doctype=doctype, shape=shape, outline=outline)


def prepare(text: str, limits: ParseLimits) -> Markup:
    """Return the document ready for feedparser, repaired if it needs to be.

    Raises VisitError `entity_declaration` when the DOCTYPE declares entities other than HTML's own names: no feed needs
    them, and they are how XML bombs are built. `malformed` and `parse_limit` as `outlined` does.
    """
    legal = _ILLEGAL.sub("", text)
    start = _START.search(legal)
    legal = legal[start.start() :] if start else legal
    data, doctype = without_doctype(_DECLARATION.sub("", legal, count=1).encode())
    del legal
    shape, outline = outlined(data, limits)
    if shape is not Shape.WHOLE:
        data = "".join(_repaired(data.decode())).encode()
        shape, outline = outlined(data, limits)
    return Markup(data=data, doctype=doctype, shape=shape, outline=outline)


class _Found(Exception):  # noqa: N818 - ends a parse that has seen enough
    """The parse has seen what it was for."""


def without_doctype(data: bytes) -> tuple[bytes, str]:
    """Cut the DOCTYPE out. Returns the document and the DOCTYPE's own text. Raises VisitError `entity_declaration`."""
    span = _doctype_span(data) if b"<!DOCTYPE" in data else None
    if span is None:
        return data, ""
    begin, end = span
    return data[:begin] + data[end:], data[begin:end].decode("utf-8", "replace")


def _doctype_span(data: bytes) -> tuple[int, int] | None:
    parser = expat.ParserCreate("utf-8")
    span: list[int] = []

    def begin(*_: object) -> None:
        # Expat tells of the DOCTYPE after its name and identifiers.
        span.append(data.rindex(b"<!DOCTYPE", 0, parser.CurrentByteIndex + 1))

    def stop(*_: object) -> None:
        raise _Found

    parser.StartDoctypeDeclHandler = begin
    parser.EndDoctypeDeclHandler = lambda: span.append(data.index(b">", parser.CurrentByteIndex) + 1)
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = stop
    with suppress(_Found, expat.ExpatError):
        parser.Parse(data[:_LONGEST_PROLOG], False)  # noqa: FBT003 - positional only
    if len(span) == 1 and len(data) > _LONGEST_PROLOG:
        raise VisitError("malformed", f"the DOCTYPE does not end within {_LONGEST_PROLOG} bytes: this is no feed")
    return (span[0], span[1]) if len(span) == 2 else None


def _refuse_entity(name: str, is_parameter: object, *_: object) -> None:
    # HTML's names are resolved as HTML does, whatever the DOCTYPE says that they stand for.
    if is_parameter or name not in html.entities.name2codepoint:
        raise VisitError(
            "entity_declaration",
            f"the document declares the XML entity {name[:40]!r}, which no feed needs and XML bombs are made of; "
            "ask the outlet for a plain feed",
            permanent=True,
        )


def _repaired(text: str) -> Iterator[str]:
    """Mend the ampersands outside CDATA sections, where an ampersand is one already."""
    position = 0
    while (opening := text.find("<![CDATA[", position)) >= 0:
        yield _AMPERSAND.sub(_mended, text[position:opening])
        closing = text.find("]]>", opening)
        position = closing + 3 if closing >= 0 else len(text)
        yield text[opening:position]
    yield _AMPERSAND.sub(_mended, text[position:])


def _mended(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        return found[0] if _legal(int(decimal) if decimal else int(hexadecimal, 16)) else ""
    if name in _XML_NAMES:
        return found[0]
    if name and (meaning := html.entities.html5.get(f"{name};")):
        return "".join(f"&#{ord(character)};" for character in meaning)
    return f"&amp;{found[0][1:]}"


def _legal(code: int) -> bool:
    """Tell whether XML 1.0 permits the character (section 2.2)."""
    return code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
