"""The two bodies of a mail, from the templates beside this file. Both say the same, and tests hold them to it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from channels.brief import Brief
from channels.confirmations import ConfirmationBrief
from channels.digests import DigestBrief
from channels.notices import NoticeBrief
from channels.text import plain, utc_time
from channels.ways import Way
from storywatch.audience import is_reader

_WIDTH = 72


@dataclass(frozen=True, kw_only=True, slots=True)
class Bodies:
    """A mail's two bodies."""

    text: str
    html: str


class Pages:
    """Renders the templates; HTML with its styles on the elements, since many mail readers drop style sheets."""

    def __init__(self) -> None:
        self._templates = templates()
        # The @media rules can't be inlined and stay as the only style sheet.
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def alert(self, brief: Brief, subscription: str, ways: Sequence[Way]) -> Bodies:
        """Return an alert's bodies."""
        return self._bodies("alert", alert=brief, subscription=subscription, ways=ways)

    def digest(self, brief: DigestBrief, subscription: str, ways: Sequence[Way]) -> Bodies:
        """Return a digest's bodies."""
        return self._bodies("digest", digest=brief, subscription=subscription, ways=ways)

    def notice(self, brief: NoticeBrief, subscription: str, ways: Sequence[Way]) -> Bodies:
        """Return a notice's bodies."""
        return self._bodies("notice", notice=brief, subscription=subscription, ways=ways)

    def confirmation(self, brief: ConfirmationBrief) -> Bodies:
        """Return the bodies of the mail that asks a new reader."""
        return self._bodies("confirmation", confirmation=brief, subscription="", ways=())

    def _bodies(self, name: str, *, subscription: str, **more: Any) -> Bodies:
        told = {"subscription": plain(subscription), **more}
        text = self._templates.get_template(f"{name}.txt").render(told)
        html = self._templates.get_template(f"{name}.html").render(told)
        return Bodies(text=text, html=self._inliner.inline(html))


@cache
def templates() -> Environment:
    """Return the templates, one compiled set for all configs and channels: to compile them takes as long as a poll."""
    environment = Environment(
        loader=PackageLoader("channels"),
        autoescape=select_autoescape(["html"], default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["utc_time"] = utc_time
    environment.filters["wrapped"] = wrapped
    environment.filters["row"] = row
    environment.tests["declared"] = lambda subscription: not is_reader(subscription)
    return environment


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


def row(value: str, label: str) -> str:
    """Wrap a value beside its label, such as `Outlet:      CNN`."""
    return wrapped(value, f"{label + ':':<13}")
