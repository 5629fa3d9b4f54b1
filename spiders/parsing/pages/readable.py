"""The text of an article, found by trafilatura: an optional extra, imported when a page needs it."""

import logging

from lxml.html import HtmlElement

from storywatch.errors import VisitError

MOST_CHARS = 1_000_000
"""Some hundred thousand words. trafilatura holds the text several times."""


def article_text(root: HtmlElement) -> str:
    """Return the article's text, paragraphs apart; empty when none is found. May change the tree.

    Raises VisitError: `needs_extra` where trafilatura isn't installed, `malformed` where the page breaks it,
    `parse_limit` where there is more text than in a book.
    """
    try:
        import trafilatura  # noqa: PLC0415 - an optional extra, which takes a tenth of a second
    except ImportError as error:
        message = (
            "finding the text of a page needs an extra: pip install storywatch[pages]; "
            f"or name the part to watch by `region` ({error})"
        )
        raise VisitError("needs_extra", message, permanent=True) from error
    if _length(root) > MOST_CHARS:
        message = f"the page has more than {MOST_CHARS} characters of text: name the part to watch by `region`"
        raise VisitError("parse_limit", message)
    # What it can't find is told by our own fault; a worker has nobody to log to.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # Duplicates are kept: trafilatura would remember them from page to page, and the text depend on the order.
        text = trafilatura.extract(root, fast=True, output_format="txt", include_comments=False, deduplicate=False)
    except MemoryError:
        raise
    except Exception as error:
        # It raises whatever its heuristics happen to raise; to the source it all means the same.
        raise VisitError("malformed", f"no text can be found in the page: {error!r:.200}") from error
    return "\n\n".join((text or "").splitlines())


def _length(root: HtmlElement) -> int:
    scripts = {"script", "style"}
    return sum((0 if each.tag in scripts else len(each.text or "")) + len(each.tail or "") for each in root.iter())
