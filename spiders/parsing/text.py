"""Plain text from what feeds call text: HTML, half-escaped HTML, and text with control characters in it.

An own scanner, because both ready ones can be made to take minutes: libxml2's HTML parser is quadratic in tags that
are opened and never closed, html.parser of Python 3.11 in unclosed comments. This one looks at each character a
constant number of times and builds no tree, so depth costs nothing.
"""

import html
import re
from collections.abc import Iterator

from spiders.parsing.vocabulary import BLOCKS, DROPPED, ELEMENTS

# A "<" that starts no markup stays text, as HTML says.
_MARKUP = re.compile(r"<(?:(?P<comment>!--)|(?P<cdata>!\[CDATA\[)|[!?]|(?P<close>/?)(?P<name>[a-zA-Z][^\s/<>]*))")
_TAG_END = re.compile(r"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in DROPPED}

# Python refuses to read integers of thousands of digits; no character has a number of more than seven.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,14})(?=[\s/>])")

# Invisible characters that carry nothing: controls, lone surrogates, non-characters, soft hyphens, zero-width spaces,
# and the bidirectional overrides with which a headline can be made to read as another one. The zero-width joiner and
# non-joiner stay, because Persian spelling and emoji need them; so do the direction marks, which only break ties.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")


def one_line(text: str, limit: int) -> str:
    """Return the visible characters of `text` on one line, at most `limit` of them."""
    return cut(" ".join(_INVISIBLE.sub("", text).split()), limit)


def paragraphs(text: str, limit: int) -> str:
    """Return the visible characters of `text`, at most `limit`, in lines; paragraphs are an empty line apart."""
    unified = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text))
    lines = (line.strip() for line in _SPACES.sub(" ", unified).split("\n"))
    return cut(_GAPS.sub("\n\n", "\n".join(lines)).strip(), limit)


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` characters and mark the cut by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def looks_like_html(text: str) -> bool:
    """Tell whether a text of unstated type is HTML: it has a tag that HTML knows, CDATA, or a character reference.

    RSS never says which of the two a field is (its specification leaves it to "entity-encoded HTML is allowed").
    """
    if "<![CDATA[" in text or _has_tag(text):
        return True
    return any(html.unescape(found[0]) != found[0] for found in _REFERENCE.finditer(text))


def is_escaped_twice(text: str) -> bool:
    """Tell whether HTML was escaped once too often: it has no tag, but would have closed ones after one more decoding.

    A headline about `&lt;b&gt;` closes nothing.
    """
    return not _has_tag(text) and _has_closed_tag(_decoded(text))


def _has_tag(text: str) -> bool:
    return any(found[1].lower() in ELEMENTS for found in _TAG.finditer(text))


def _has_closed_tag(text: str) -> bool:
    return any(found[0].startswith("</") and found[1].lower() in ELEMENTS for found in _TAG.finditer(text))


def html_to_text(source: str) -> str:
    """Return the text of an HTML fragment: no tags, entities decoded once, blocks apart. Not normalised yet."""
    return "".join(_pieces(source))


def _pieces(source: str) -> Iterator[str]:
    position = 0
    ends = _TagEnds(source)
    while found := _MARKUP.search(source, position):
        yield _decoded(source[position : found.start()])
        if found["cdata"]:
            end = _after(source, "]]>", found.end())
            yield source[found.end() : end].removesuffix("]]>")
        else:
            yield _break_at(found)
            end = _end_of_markup(source, found, ends)
        position = end
    yield _decoded(source[position:])


def _break_at(found: re.Match[str]) -> str:
    name = (found["name"] or "").lower()
    if name == "br":
        return "\n"
    separator = BLOCKS.get(name, "")
    # One row ends where the next begins: two breaks would set them apart like paragraphs.
    return " " if separator == "\n" and found["close"] else separator


def _end_of_markup(source: str, found: re.Match[str], ends: "_TagEnds") -> int:
    if found["comment"]:
        return _after(source, "-->", found.end())
    end = ends.after(found.end())
    dropped = _RAW_END.get((found["name"] or "").lower())
    if dropped is None or found["close"] or source[end - 2 : end] == "/>":
        return end
    closing = dropped.search(source, end)
    return ends.after(closing.end()) if closing else len(source)


class _TagEnds:
    """Finds where a tag ends. A `>` inside a quoted attribute is no end, until a quote is found that never closes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._quotes = True

    def after(self, position: int) -> int:
        """Return the position after the tag that `position` lies in; the end of the text if it never ends."""
        if self._quotes:
            if found := _TAG_END.match(self._source, position):
                return found.end()
            # Once only: trying again at every tag would make the whole quadratic.
            self._quotes = False
        return _after(self._source, ">", position)


def _after(source: str, end: str, position: int) -> int:
    index = source.find(end, position)
    return len(source) if index < 0 else index + len(end)


def _decoded(text: str) -> str:
    # Line breaks of the source mean a space in HTML.
    joined = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    if "&" not in joined:
        return joined
    return html.unescape(_ENDLESS_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", joined))
