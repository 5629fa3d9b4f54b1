"""Tells pages that stand in front of the page that was asked for."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from spiders.parsing.pages.selectors import line_of, text_of
from spiders.parsing.vocabulary import DROPPED
from storywatch.errors import VisitError

# A real page says more than this.
_LITTLE = 1500
_NOTHING = 200

_CHALLENGE_TITLE = re.compile(
    r"\W*(?:just a moment|attention required|access (?:to this page has been )?denied\W*$|are you (?:a robot|human)"
    r"|robot check|pardon our interruption|security check|verif(?:y|ying) (?:that )?you are (?:a )?human|ddos-guard"
    r"|checking your browser|request unsuccessful|unusual traffic)",
    re.IGNORECASE,
)
# Some of these stand in the ordinary pages of protected sites too: they tell only where there is no text.
_CHALLENGE_SOURCE = re.compile(
    r"challenge-platform|_cf_chl_opt|captcha-delivery\.com|_Incapsula_Resource|px-captcha|awswaf|hcaptcha\.com",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we (?:value|respect) your privacy|(?:cookie|privacy) (?:consent|settings)", re.IGNORECASE
)
_SCRIPT_WANTED = re.compile(r"java\s?script", re.IGNORECASE)
_HIDDEN = DROPPED | {"noscript"}
_EMPTY_ROOTS = {"root", "app", "__next", "__nuxt", "___gatsby"}


def check_obstacles(root: HtmlElement) -> None:
    """Raise VisitError `challenge` or `needs_script` if this is no page of the outlet's but what hides it.

    A page with a fair amount of text never counts as one, whatever words it uses.
    """
    text = _visible(root)
    if len(text) > _LITTLE:
        return
    title = next(map(line_of, root.iter("title")), "")
    is_bare = len(text) < _NOTHING
    if _CHALLENGE_TITLE.match(title) or (is_bare and _CHALLENGE_SOURCE.search(_sources(root))):
        raise VisitError(
            "challenge",
            "the server shows a check for robots instead of the page: ask the outlet for access, or watch a feed of it",
        )
    if _CONSENT.search(f"{title} {text[:_NOTHING]}"):
        raise VisitError(
            "challenge",
            "the server asks for consent to cookies before it shows the page: look for a feed of the outlet",
        )
    if is_bare and _wants_script(root):
        raise VisitError(
            "needs_script",
            "the page is empty until its JavaScript runs, which it never does here: look for a feed or news sitemap",
        )


def _visible(root: HtmlElement) -> str:
    """Return the text that people see, as far as it matters here: a page may have megabytes of it."""
    words: list[str] = []
    length = 0
    for piece in (piece for body in root.iter("body") for piece in _pieces(body)):
        fresh = piece[: _LITTLE * 10].split()
        words += fresh
        length += sum(map(len, fresh)) + len(fresh)
        if length > _LITTLE:
            break
    return " ".join(words)


def _pieces(body: HtmlElement) -> Iterator[str]:
    hidden: set[HtmlElement] = set()
    for each in body.iter():
        if each.tag in _HIDDEN or each.getparent() in hidden:
            hidden.add(each)
        elif each.text:
            yield each.text
        if each.tail and each is not body and each.getparent() not in hidden:
            yield each.tail


def _sources(root: HtmlElement) -> str:
    scripts = (f"{script.get('src') or ''} {(script.text or '')[:5000]}" for script in root.iter("script"))
    frames = (frame.get("src") or "" for frame in root.iter("iframe"))
    return " ".join((*scripts, *frames))


def _wants_script(root: HtmlElement) -> bool:
    told = any(_SCRIPT_WANTED.search(text_of(each)) for each in root.iter("noscript"))
    empty = any(div.get("id") in _EMPTY_ROOTS and not text_of(div).strip() for div in root.iter("div"))
    return told or empty
