"""The text of an article, found by trafilatura: an optional extra, imported when a page needs it."""

import logging

from lxml.html import HtmlElement

from storywatch.errors import VisitError


def article_text(root: HtmlElement) -> str:
    """Return the article's text, paragraphs apart; empty when none is found. May change the tree.

    Raises VisitError: `needs_extra` where trafilatura isn't installed, `malformed` where the page breaks it.
    """
    try:
        import trafilatura  # noqa: PLC0415 - an optional extra, which takes a tenth of a second
    except ImportError as error:
        message = (
            "finding the text of a page needs an extra: pip install storywatch[pages]; "
            f"or name the part to watch by `region` ({error})"
        )
        raise VisitError("needs_extra", message, permanent=True) from error
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
