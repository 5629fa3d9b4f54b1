"""The fields of an item that every kind of source has: each as plain text, bounded, or absent."""

import re
from urllib.parse import urljoin, urlsplit

from spiders.parsing.text import html_to_text, is_escaped_twice, looks_like_html, one_line
from storywatch.model import ParsedItem

TITLE_CHARS = 2000
GUID_CHARS = 2000
URL_CHARS = 4000
AUTHOR_CHARS = 256
_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8}){0,4}")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_MAILBOX = re.compile(r"[^\s<>()]+@[^\s<>()]+")
_BREAKS = re.compile(r"[\t\r\n]+")


def web_link(link: str, base: str | None) -> str | None:
    """Return the link made absolute against `base`, or None when that isn't an http(s) address with a host."""
    # As browsers read addresses: line breaks inside are nothing, spaces inside are written out.
    cleaned = one_line(_BREAKS.sub("", link), URL_CHARS + 1).replace(" ", "%20")
    if not cleaned or len(cleaned) > URL_CHARS:
        return None
    try:
        absolute = urljoin(base, cleaned) if base and not _SCHEME.match(cleaned) else cleaned
        parts = urlsplit(absolute)
        host = parts.hostname
    except ValueError:
        return None
    return absolute if host and parts.scheme in {"http", "https"} else None


def title_of(text: str) -> str:
    """Return a title on one line."""
    return one_line(text, TITLE_CHARS)


def guid_of(text: str) -> str | None:
    """Return the publisher's identifier, unresolved."""
    return one_line(text, GUID_CHARS) or None


def author_name(text: str) -> str | None:
    """Return an author's name on one line, without the mail address that RSS writes beside it; or that alone."""
    plain = html_to_text(text) if looks_like_html(text) else text
    whole = one_line(html_to_text(plain) if is_escaped_twice(text) else plain, AUTHOR_CHARS)
    name, found = _MAILBOX.subn("", whole)
    if not found:
        return whole or None
    bare = name.replace("<>", "").replace("()", "").strip()
    if bare.startswith("("):
        bare = bare.removeprefix("(").removesuffix(")").strip()
    return bare or whole


def says_something(item: ParsedItem) -> bool:
    """Tell whether an item has anything by which it could be known or read."""
    return bool(item.guid or item.url or item.title or item.summary or item.content)


def language_tag(tag: str) -> str | None:
    """Return the language tag as BCP 47 recommends to write it: `pt-BR`."""
    found = _LANGUAGE.fullmatch(tag.strip().replace("_", "-"))
    if not found:
        return None
    first, *others = found[0].split("-")
    return "-".join([first.lower(), *(each.upper() if len(each) == 2 else each for each in others)])
