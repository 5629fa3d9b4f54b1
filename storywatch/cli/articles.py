"""How the text of an article's page is read."""

from importlib.util import find_spec

from storywatch.model import PageRules

PLAIN_TEXT = PageRules(region="//meta[@name='description' or @property='og:description']/@content | //p")
"""Without the extra that finds an article's text: its description, and all its paragraphs."""


def page_rules() -> PageRules:
    """Return the rules that the installed extras allow."""
    return PageRules() if find_spec("trafilatura") else PLAIN_TEXT
