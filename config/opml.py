"""Reads and writes OPML, the format in which feed readers hand over lists of feeds (http://opml.org/spec2.opml).

Feeds travel as every reader writes them. What no reader knows, a news sitemap or a page, travels as a link, which
readers pass over, with its kind as a category. So do our ids.
"""

import codecs
import html
import html.entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from config.files import about_file
from config.schema.checks import UnfitError, web_address
from storywatch.model import Outlet, Source, SourceKind, WatchConfig

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 50

_OURS = "/storywatch/"
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}\?>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(
    r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(?:([a-zA-Z][a-zA-Z0-9]{1,31});)?"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_NO_TEXT_ENCODINGS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """One feed of a list. `home` is the page of its publisher; `folders` lead to it, the outermost first.

    `outlet` and `source`: the ids that a list of ours names.
    """

    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    home: str | None = None
    folders: tuple[str, ...] = ()
    outlet: str | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """What was in a list and can't be watched, with the reason. Never shows an address: there may be a login in it."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedList:
    """What an OPML document lists, in its order."""

    feeds: tuple[Feed, ...]
    left_out: tuple[LeftOut, ...]


# Reading -------------------------------------------------------------------------------------------------------------


def read_opml(content: bytes, path: Path) -> FeedList:
    """Return what a document lists. `path` is for messages.

    Raises ConfigError for what is no OPML, and for a DOCTYPE: no list of feeds needs one, and XML bombs begin there.
    """
    if len(content) > MAX_BYTES:
        raise about_file(path, f"is larger than {MAX_BYTES // 1024**2} MB; split it")
    decoded = _decoded(content)
    begin = max(decoded.find("<"), 0)  # what stands before is a byte order mark, or noise
    text = _ILLEGAL.sub("", _DECLARATION.sub("", decoded[begin:], count=1))
    try:
        return _parsed(text, path)
    except expat.ExpatError:
        repaired = _AMPERSAND.sub(_mended, text)
    try:
        return _parsed(repaired, path)
    except expat.ExpatError as error:
        said = expat.errors.messages.get(error.code, "")
        raise about_file(path, f"is not well-formed XML: {said}; nothing was imported", error.lineno) from None


def _decoded(content: bytes) -> str:
    """Decode by the mark, by the declaration, as UTF-8, or as what old programs on Windows write."""
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    declared = _DECLARED.match(content)
    for name in filter(None, (marked, declared and declared[1].decode("ascii"), "utf-8")):
        try:
            if codecs.lookup(name).name not in _NO_TEXT_ENCODINGS:
                return content.decode(name)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


def _mended(found: re.Match[str]) -> str:
    meaning = html.entities.html5.get(f"{found[1]};") if found[1] else None
    return html.escape(meaning) if meaning else f"&amp;{found[0][1:]}"


def _parsed(text: str, path: Path) -> FeedList:
    parser = expat.ParserCreate("utf-8")
    reading = _Reading(parser=parser, path=path)
    parser.StartDoctypeDeclHandler = reading.refuse_doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.Parse(text.encode(), True)  # noqa: FBT003 - positional only
    return FeedList(feeds=tuple(reading.feeds), left_out=tuple(reading.left_out))


@dataclass(kw_only=True)
class _Reading:
    """One pass over a document."""

    parser: expat.XMLParserType
    path: Path
    feeds: list[Feed] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    open: list["_Outline | None"] = field(default_factory=list)

    def refuse_doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise about_file(self.path, "has a DOCTYPE, which no list of feeds needs; remove it", line)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        if not self.open and name != "opml":
            raise about_file(self.path, f"expected OPML, found <{tag[:40]}>", self.parser.CurrentLineNumber)
        if len(self.open) >= MAX_DEPTH:
            raise about_file(self.path, f"is nested deeper than {MAX_DEPTH} levels", self.parser.CurrentLineNumber)
        outline = _Outline.of(attributes) if name == "outline" else None
        if outline is not None and not outline.is_folder:
            self._take(outline)
        self.open.append(outline)

    def end(self, _: str) -> None:
        self.open.pop()

    def _take(self, outline: "_Outline") -> None:
        above = [one for one in self.open if one is not None and one.is_folder]
        try:
            self.feeds.append(outline.feed(above))
        except UnfitError as error:
            reason = f"expected {error.expected}" if not error.remedy else f"expected {error.expected}; {error.remedy}"
            self.left_out.append(LeftOut(name=outline.name or "(without a name)", reason=reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outline:
    """One outline: a folder, a feed, or something else with an address."""

    name: str
    type: str
    address: str
    home: str
    marks: tuple[str, ...]

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "_Outline":
        said = {name.lower(): value for name, value in attributes.items()}
        categories = (category.strip() for category in said.get("category", "").split(","))
        return cls(
            name=_words(said.get("title") or said.get("text") or ""),
            type=said.get("type", "").strip().lower(),
            address=(said.get("xmlurl") or said.get("url") or "").strip(),
            home=said.get("htmlurl", "").strip(),
            marks=tuple(category.removeprefix(_OURS) for category in categories if category.startswith(_OURS)),
        )

    @property
    def is_folder(self) -> bool:
        return not self.address

    def feed(self, above: list["_Outline"]) -> Feed:
        """Return the feed that it is. Raises UnfitError."""
        kind = next((SourceKind(mark) for mark in self.marks if mark in set(SourceKind)), None)
        if kind is None and self.type in {"link", "include"}:
            raise UnfitError("a feed", f"this is of type {self.type}")
        if kind is None and "+" in self.type:
            raise UnfitError("a feed", f"this is a page read by {self.type[:40]}: declare it as kind page")
        return Feed(
            url=_address(self.address),
            name=self.name,
            kind=kind or SourceKind.FEED,
            home=_home(self.home),
            folders=tuple(one.name for one in above if one.name),
            outlet=next(filter(None, (one.marked("outlet/") for one in above)), None),
            source=self.marked("source/"),
        )

    def marked(self, what: str) -> str | None:
        """Return the id that a list of ours gives it."""
        return next((mark.removeprefix(what) for mark in self.marks if mark.startswith(what)), None)


def _words(text: str) -> str:
    """Return a name as one clean line; some readers escape twice."""
    printable = "".join(char if char.isprintable() else " " for char in html.unescape(text))
    return " ".join(printable.split())[:200].rstrip()


def _address(text: str) -> str:
    """Return an address as the watch config wants it. Raises UnfitError."""
    if text.lower().startswith("feed:"):
        rest = text[len("feed:") :]
        text = f"http:{rest}" if rest.startswith("//") else rest
    try:
        parts = urlsplit(text.replace("&amp;", "&"))
        netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:  # a UnicodeError is one
        raise UnfitError("an address that begins with https:// or http://") from None
    path, query = (quote(part, safe="%/:@!$&'()*+,;=~?-._") for part in (parts.path, parts.query))
    return web_address(urlunsplit((parts.scheme, netloc, path, query, "")))


def _home(text: str) -> str | None:
    try:
        return _address(text)
    except UnfitError:
        return None


# Writing -------------------------------------------------------------------------------------------------------------


def write_opml(config: WatchConfig, now: datetime) -> bytes:
    """Return the enabled sources as OPML 2.0, a folder for each outlet. Selectors and intervals don't travel."""
    enabled = (source for source in config.sources.values() if source.enabled)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>Storywatch</title><dateCreated>{format_datetime(now)}</dateCreated></head>",
        "  <body>",
    ]
    for outlet, sources in groupby(enabled, key=lambda source: source.outlet):
        lines += _folder(config.outlets[outlet], list(sources))
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode()


def _folder(outlet: Outlet, sources: list[Source]) -> Iterator[str]:
    yield f"    <outline{_attributes(text=outlet.name, category=f'{_OURS}outlet/{outlet.id}')}>"
    for source in sources:
        text = outlet.name if len(sources) == 1 else f"{outlet.name}: {source.id}"
        home = f"https://{outlet.hosts[0]}/" if outlet.hosts else None
        mark = f"{_OURS}source/{source.id}"
        if source.kind is SourceKind.FEED:
            told = _attributes(type="rss", text=text, title=text, xmlUrl=source.url, htmlUrl=home, category=mark)
        else:
            marks = f"{_OURS}{source.kind},{mark}"
            told = _attributes(type="link", text=text, url=source.url, htmlUrl=home, category=marks)
        yield f"      <outline{told}/>"
    yield "    </outline>"


def _attributes(**values: str | None) -> str:
    return "".join(f" {name}={quoteattr(_ILLEGAL.sub('', value))}" for name, value in values.items() if value)
