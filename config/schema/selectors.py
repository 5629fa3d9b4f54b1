"""Whether a selector of a page can be used, told when the config is read and not at the first poll.

The dialect is that of `spiders.parsing.pages.selectors`, and a test holds the two together. That takes lxml, whose
XPath is the one that will run.
"""

from cssselect import ExpressionError, SelectorSyntaxError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from config.schema.checks import UnfitError, line

# Functions and prefixes are looked up when an expression runs, and only where it has something to run on.
_PAGE = etree.HTML("<html><body><main><article><h2><a href='/'>t</a></h2><p>t</p></article></main></body></html>")


def selector(text: str) -> str:
    """Accept a selector of elements of a page."""
    return _without_problem(line(text), inside=False)


def inner_selector(text: str) -> str:
    """Accept a selector that looks inside an entry of a page."""
    return _without_problem(line(text), inside=True)


def selector_problem(text: str, *, inside: bool = False) -> str | None:
    """Return why a selector can't be used, or None. Text that begins with `/`, `./` or `(` is XPath, other text CSS.

    `inside`: it looks inside an entry, so it mustn't begin at the top of the page.
    """
    is_xpath = text.startswith(("/", "./", "("))
    if inside and is_xpath and text.lstrip("(").startswith("/"):
        return f"it begins at the top of the page, not in the entry: write .{text.lstrip('(')} there"
    try:
        path = text if is_xpath else HTMLTranslator().css_to_xpath(text)
        etree.XPath(path, regexp=False)(_PAGE)
    except (etree.XPathError, SelectorSyntaxError, ExpressionError) as error:
        return f"{'as XPath' if is_xpath else 'as CSS'}: {error}"
    return None


def _without_problem(text: str, *, inside: bool) -> str:
    if problem := selector_problem(text, inside=inside):
        raise UnfitError("a CSS selector, or XPath that begins with / or ./", problem)
    return text
