"""The pages as HTML, from the templates beside this file. Everything that is filled in is escaped."""

from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from dashboard.people.manners import SAFE
from dashboard.templates import template
from storywatch.model import PageSettings

PROBLEMS: Final = {
    400: ("That form can't be read", "Go back, and send it again."),
    403: ("That form came from another site", "Open the link in your mail, and press the button there."),
    404: (
        "There is no such page",
        "The link may be cut off: copy all of it from your mail. A link from an old mail may no longer be valid.",
    ),
    405: ("That can't be done here", "Open the link in your mail."),
    408: ("That took too long", "Send the form again."),
    413: ("That form is too long", "Send less of it."),
    421: ("There is no such page", "Open the link in your mail."),
    429: ("That was asked too often", "Wait ten minutes, and try again."),
    500: ("Something went wrong", "It is not your fault. Try again later."),
    503: ("That can't be done just now", "Nothing has changed. Try again in a few minutes."),
}


class Pages:
    """Renders pages. `contact`: whom people may ask, a mail address or a page."""

    def __init__(self, settings: PageSettings, contact: str) -> None:
        self.base = urlsplit(settings.public_url).path.rstrip("/")
        site = urlsplit(settings.public_url).hostname
        link = contact if "://" in contact else f"mailto:{contact}"
        self._everywhere = {"base": self.base, "site": site, "contact": contact, "contact_link": link}

    def show(self, name: str, *, status: int = 200, **values: Any) -> web.Response:
        """Return a page."""
        html = template("dashboard.people", f"{name}.html").render(self._everywhere | values)
        return web.Response(status=status, text=html, content_type="text/html", headers=SAFE)

    def say(self, title: str, *lines: str, status: int = 200, link: tuple[str, str] | None = None) -> web.Response:
        """Return a page of a few words. `link`: an address of ours with its words."""
        return self.show("words", status=status, title=title, lines=lines, link=link)

    def problem(self, status: int) -> web.Response:
        """Return the page for what can't be answered: the same for everything that is wrong with a link."""
        title, advice = PROBLEMS[status]
        return self.say(title, advice, status=status)

    @staticmethod
    def style() -> web.Response:
        """Return the style sheet."""
        css = files("dashboard.people").joinpath("templates", "pages.css").read_text("utf-8")
        return web.Response(text=css, content_type="text/css", headers={**SAFE, "Cache-Control": "max-age=3600"})
