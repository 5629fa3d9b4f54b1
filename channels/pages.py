"""The two bodies of a mail, from the templates beside this file."""

import textwrap

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from channels.brief import Brief
from channels.notices import NoticeBrief
from channels.text import utc_time

_WIDTH = 72


class Pages:
    """Renders the templates; HTML with its styles on the elements, since many mail readers drop style sheets."""

    def __init__(self) -> None:
        templates = Environment(
            loader=PackageLoader("channels"),
            autoescape=select_autoescape(["html"], default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        templates.filters["utc_time"] = utc_time
        templates.filters["wrapped"] = wrapped
        self._templates = templates
        # The @media rules can't be inlined and stay as the only style sheet.
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def text(self, brief: Brief, subscription: str) -> str:
        """Return an alert's text body."""
        return self._templates.get_template("alert.txt").render(alert=brief, subscription=subscription)

    def html(self, brief: Brief, subscription: str) -> str:
        """Return an alert's HTML body."""
        page = self._templates.get_template("alert.html").render(alert=brief, subscription=subscription)
        return self._inliner.inline(page)

    def notice_text(self, brief: NoticeBrief, subscription: str) -> str:
        """Return a notice's text body."""
        return self._templates.get_template("notice.txt").render(notice=brief, subscription=subscription)

    def notice_html(self, brief: NoticeBrief, subscription: str) -> str:
        """Return a notice's HTML body."""
        page = self._templates.get_template("notice.html").render(notice=brief, subscription=subscription)
        return self._inliner.inline(page)


def wrapped(text: str, indent: str = "") -> str:
    """Wrap one line of text at 72 columns; a word that is longer, such as a link, stays whole."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
