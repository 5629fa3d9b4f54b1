"""Finds elements by the selectors of operators: CSS, or XPath 1.0."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from cssselect import ExpressionError, SelectorSyntaxError
from lxml import etree
from lxml.html import HtmlElement
from parsel.csstranslator import HTMLTranslator

from spiders.parsing.text import html_to_text, one_line
from storywatch.errors import VisitError

Found: TypeAlias = "HtmlElement | str"
"""An element, or the text that an XPath such as `./@datetime` or a CSS selector with `::attr(datetime)` selects."""

_TITLE_CHARS = 10_000


def is_xpath(selector: str) -> bool:
    """Tell whether a selector is XPath rather than CSS."""
    return selector.startswith(("/", "./", "("))


def select(context: HtmlElement, selector: str) -> list[Found]:
    """Return what a selector finds, in the order of the page. Raises VisitError `bad_selector`."""
    try:
        found = _compiled(selector)(context)
    except (etree.XPathError, SelectorSyntaxError, ExpressionError) as error:
        message = f"the selector {selector!r} can't be used: {error}"
        raise VisitError("bad_selector", message[:500], permanent=True) from error
    # An XPath may also give a number, a truth value, or declarations of namespaces.
    return [each for each in found if isinstance(each, HtmlElement | str)] if isinstance(found, list) else [str(found)]


def first_text(context: HtmlElement, selector: str) -> str:
    """Return the text of the first thing that a selector finds and that has any, on one line."""
    return next(filter(None, map(line_of, select(context, selector))), "")


def line_of(found: Found) -> str:
    """Return the text of what was found, on one line."""
    return one_line(text_of(found), _TITLE_CHARS)


def text_of(found: Found) -> str:
    """Return the text of what was found, blocks apart; not normalised yet."""
    if isinstance(found, str):
        return found
    return html_to_text(etree.tostring(found, encoding="unicode", method="html", with_tail=False))


def elements(found: list[Found]) -> Iterator[HtmlElement]:
    """Yield the elements among what was found; of an attribute or a text the element that has it."""
    for each in found:
        owner = _owner(each) if isinstance(each, str) else each
        if owner is not None:
            yield owner


def _owner(text: str) -> HtmlElement | None:
    parent = getattr(text, "getparent", lambda: None)()  # lxml's strings know where they stood
    return parent if isinstance(parent, HtmlElement) else None


@lru_cache(maxsize=256)
def _compiled(selector: str) -> etree.XPath:
    path = selector if is_xpath(selector) else HTMLTranslator().css_to_xpath(selector)
    # Without the regular expressions of EXSLT, which take exponential time for some.
    return etree.XPath(path, regexp=False)
