"""feedparser, with the few of its habits changed that would lose or falsify items.

It is driven here instead of through `feedparser.parse`, which decodes again, parses twice and can't be subclassed. The
private names overridden or called are pinned by tests/unit/spiders/test_feedparser_pins.py.
"""

import copy
import xml.sax
import xml.sax.handler
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from xml.sax.saxutils import unescape

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.exceptions import UndeclaredNamespace

from spiders.parsing.markup import Markup
from spiders.parsing.outline import Shape
from storywatch.errors import VisitError

Parser = TypeVar("Parser")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawFeed:
    """What feedparser read, without an item inside which the document broke off."""

    version: str
    feed: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    skip_hours: Sequence[str] = ()
    skip_days: Sequence[str] = ()


class _Full(Exception):  # noqa: N818 - ends a parse that has enough
    """As many items as wanted have been read."""


class _Changes:
    """The changed habits, to be put in front of either of feedparser's parsers."""

    max_items: int
    skip_hours: list[str]
    skip_days: list[str]
    resolve_relative_uris = False
    sanitize_html = False

    # An identifier resolved against the feed's address changes with it, and the whole feed is new again.
    can_be_relative_uri = frozenset(StrictFeedParser.can_be_relative_uri - {"id"})

    def _sync_author_detail(self, key: str = "author") -> None:
        """Keep each author's text as it stands.

        feedparser looks for a mail address in it, in quadratic time (its issue 562), and cuts `jane@outlet.media` at
        the fourth letter of the last label, so that the author is called "a".
        """
        context = self._get_context()  # type: ignore[attr-defined]  # of feedparser's mixin, as below
        authors = dict.get(context, f"{key}s")
        # Inside the element a child of its own, such as Atom's name, says who it is.
        if authors and not authors[-1] and not self.inauthor:  # type: ignore[attr-defined]
            authors[-1]["name"] = dict.get(context, key)

    def _start_item(self, attributes: dict[str, str]) -> None:
        """Stop when there are enough items: feedparser takes a third of a millisecond for each."""
        if len(self.entries) >= self.max_items:  # type: ignore[attr-defined]
            raise _Full("too many items inside each other")
        super()._start_item(attributes)  # type: ignore[misc]

    _start_entry = _start_item

    def _start_guid(self, attributes: dict[str, str]) -> None:
        """Read `isPermaLink` however it is written."""
        attributes["ispermalink"] = attributes.get("ispermalink", "true").strip().lower()
        super()._start_guid(attributes)  # type: ignore[misc]

    def _end_guid(self) -> None:
        """Keep a permalink also where an empty link stands beside it."""
        super()._end_guid()  # type: ignore[misc]
        if self.guidislink:  # type: ignore[attr-defined]
            self._save("permalink", dict.get(self._get_context(), "id", ""))  # type: ignore[attr-defined]

    _start_id, _end_id = _start_guid, _end_guid

    def _start_link(self, attributes: dict[str, str]) -> None:
        """Ignore `uri`, which feedparser reads for `href` and Bluesky's bridges write beside the link's text."""
        attributes.pop("uri", None)
        super()._start_link(attributes)  # type: ignore[misc]

    # Of these feedparser would keep the last one only.

    def _start_hour(self, _: dict[str, str]) -> None:
        self.push("hour", 0)  # type: ignore[attr-defined]

    def _end_hour(self) -> None:
        self.skip_hours.append(self.pop("hour") or "")  # type: ignore[attr-defined]

    def _start_day(self, _: dict[str, str]) -> None:
        self.push("day", 0)  # type: ignore[attr-defined]

    def _end_day(self) -> None:
        self.skip_days.append(self.pop("day") or "")  # type: ignore[attr-defined]

    # A picture's title and description would be the item's.

    def _start_media_title(self, _: dict[str, str]) -> None:
        self.push("media_title", 1)  # type: ignore[attr-defined]

    def _end_media_title(self) -> None:
        self.pop("media_title")  # type: ignore[attr-defined]

    def _start_description(self, attributes: dict[str, str]) -> None:
        if self.inimage:  # type: ignore[attr-defined]
            self.push("image_description", 0)  # type: ignore[attr-defined]
        else:
            super()._start_description(attributes)  # type: ignore[misc]

    def _end_description(self) -> None:
        if self.inimage:  # type: ignore[attr-defined]
            self.pop("image_description")  # type: ignore[attr-defined]
        else:
            super()._end_description()  # type: ignore[misc]

    # Naked markup in a guid or author: its text is theirs.

    def _start_p(self, _: dict[str, str]) -> None:
        """Open nothing."""

    def _end_p(self) -> None:
        """Close nothing."""

    _start_b = _start_i = _start_em = _start_strong = _start_span = _start_p
    _end_b = _end_i = _end_em = _end_strong = _end_span = _end_p

    # Categories are not read, and feedparser's list of them is quadratic in their number.

    def _add_tag(self, *_: object) -> None:
        """Keep nothing."""

    def _start_category(self, _: dict[str, str]) -> None:
        self.push("category", 1)  # type: ignore[attr-defined]

    def _end_category(self) -> None:
        self.pop("category")  # type: ignore[attr-defined]

    _start_keywords = _start_category
    _end_keywords = _end_category

    # These three would take the place of the item's own description and push that into its content.

    def _start_media_description(self, _: dict[str, str]) -> None:
        self.push("media_description", 1)  # type: ignore[attr-defined]

    def _end_media_description(self) -> None:
        self.pop("media_description")  # type: ignore[attr-defined]

    def _start_itunes_summary(self, _: dict[str, str]) -> None:
        self.push("itunes_summary", 1)  # type: ignore[attr-defined]

    def _end_itunes_summary(self) -> None:
        self.pop("itunes_summary")  # type: ignore[attr-defined]

    def _start_dc_description(self, _: dict[str, str]) -> None:
        self.push("dc_description", 1)  # type: ignore[attr-defined]

    def _end_dc_description(self) -> None:
        self.pop("dc_description")  # type: ignore[attr-defined]


def _forgiving(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Let a failing handler cost its element only: at an AttributeError feedparser treats it as one it doesn't know."""

    @wraps(handler)
    def forgiving(self: Any, *arguments: Any) -> Any:
        try:
            return handler(self, *arguments)
        except (LookupError, TypeError, ValueError) as error:
            raise AttributeError(handler.__name__) from error

    return forgiving


def _with_forgiving_handlers(parser: type[Parser]) -> type[Parser]:
    for name in dir(parser):
        if name.startswith(("_start_", "_end_")):
            setattr(parser, name, _forgiving(getattr(parser, name)))
    return parser


@_with_forgiving_handlers
class _Strict(_Changes, StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads well-formed documents."""


@_with_forgiving_handlers
class _Loose(_Changes, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads everything else, by guessing."""

    def decode_entities(self, element: str, data: str) -> str:
        """Decode also where feedparser doesn't: an identifier must not depend on which parser read it."""
        decoded: str = super().decode_entities(element, data)
        return decoded if self.contentparams else unescape(decoded, {"&quot;": '"', "&apos;": "'"})


class Unsuitable(Exception):  # noqa: N818 - says which way a document can't be read
    """The document can't be read element by element."""


class ElementReader:
    """Reads the item elements of a well-formed document one by one, each as if it were the only one.

    `outside` is all that is not in them, in two parts: up to where their parent's children begin, and those of its
    children that are no items. Nothing of what feedparser keeps in mind passes from an element to the next, so that
    what an element says doesn't depend on which others are read.

    Raises `Unsuitable` for a document that has items outside of the elements too.
    """

    def __init__(self, outside: tuple[bytes, bytes], doctype: str, most: int) -> None:
        self._parser, self._reader = _strict(most)
        head, rest = outside
        try:
            self._reader.feed(head)
            self._mind = _Mind(self._parser)
            self._reader.feed(rest)
        except (xml.sax.SAXException, UndeclaredNamespace, _Full) as error:
            raise Unsuitable from error
        if self._parser.entries:
            raise Unsuitable
        # A copy, for elements inside an item can pass for the feed's own.
        self.feed = copy.deepcopy(_raw(self._parser, doctype, ()))

    def read(self, element: bytes) -> Sequence[Mapping[str, Any]]:
        """Return the entries of an element: one, unless items stand inside each other."""
        self._mind.restore(self._parser)
        try:
            self._reader.feed(element)
        except BaseException:
            # Of no use any more, and what is half read may be large.
            del self._parser, self._reader
            raise
        entries: Sequence[Mapping[str, Any]] = self._parser.entries
        self._parser.entries = []
        return entries


class _Mind:
    """What a parser keeps in mind between two elements."""

    _FLAGS = (
        *("version", "lang", "baseuri", "depth", "title_depth", "guidislink", "infeed", "inentry", "incontent"),
        *("intextinput", "inimage", "inauthor", "incontributor", "inpublisher", "insource", "svgOK", "hasContent"),
        *("_summaryKey", "ingeometry", "psc_chapters_flag"),
    )
    _STACKS = ("elementstack", "basestack", "langstack")
    _MAPS = ("namespacemap", "namespaces_in_use")

    def __init__(self, parser: Any) -> None:
        self._flags = [(name, getattr(parser, name, 0)) for name in self._FLAGS]
        self._stacks = [(name, len(getattr(parser, name))) for name in self._STACKS]
        self._maps = [(name, dict(getattr(parser, name))) for name in self._MAPS]

    def restore(self, parser: Any) -> None:
        """Make the parser forget what came since."""
        for name, value in self._flags:
            setattr(parser, name, value)
        for name, length in self._stacks:
            del getattr(parser, name)[length:]
        for name, value in self._maps:
            setattr(parser, name, dict(value))
        parser.decls = {}
        parser.contentparams.clear()
        parser.sourcedata.clear()
        parser.property_depth_map.clear()


def read_feed(markup: Markup, max_items: int) -> RawFeed:
    """Return what feedparser makes of the document. Raises VisitError `malformed` when it breaks on it."""
    try:
        parser = None if markup.shape is Shape.LOOSE else _read_strictly(markup, max_items)
        parser = parser or _read_loosely(markup.text, max_items)
    except MemoryError:
        raise
    except SystemError as error:
        # What becomes of a MemoryError in one of expat's callbacks.
        raise MemoryError from error
    except Exception as error:
        # feedparser raises whatever its forty handlers happen to raise; to the source it all means the same.
        raise VisitError("malformed", f"the document can't be read as a feed: {error!r:.200}") from error
    # Half an item would be stored, alerted, and revised as soon as the document comes whole.
    truncated = bool(parser.inentry) and markup.shape is not Shape.WHOLE and len(parser.entries) < max_items
    return _raw(parser, markup.doctype, parser.entries[:-1] if truncated else parser.entries)


def _raw(parser: Any, doctype: str, entries: Sequence[Mapping[str, Any]]) -> RawFeed:
    return RawFeed(
        version="rss091n" if "netscape" in doctype.lower() else parser.version,
        feed=parser.feeddata,
        entries=entries,
        skip_hours=parser.skip_hours,
        skip_days=parser.skip_days,
    )


def _strict(max_items: int) -> tuple[Any, Any]:
    """Return a parser, and the XML reader that drives it."""
    parser = _Strict("", None, "utf-8")
    parser.max_items, parser.skip_hours, parser.skip_days = max_items, [], []
    # The document has no DOCTYPE any more, so that there is nothing to expand or to load.
    reader = xml.sax.make_parser()  # noqa: S317
    reader.setFeature(xml.sax.handler.feature_namespaces, True)  # noqa: FBT003 - positional only
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    return parser, reader


def _read_strictly(markup: Markup, max_items: int) -> Any:
    parser, reader = _strict(max_items)
    try:
        reader.feed(markup.data[markup.begin :])
        if markup.shape is Shape.WHOLE:
            reader.close()
    except _Full:
        pass
    except (xml.sax.SAXException, UndeclaredNamespace):
        return None
    return parser


def _read_loosely(text: str, max_items: int) -> Any:
    parser = _Loose("", None, "utf-8", {})
    parser.max_items, parser.skip_hours, parser.skip_days = max_items, [], []
    with suppress(_Full):
        parser.feed(text)
    return parser
