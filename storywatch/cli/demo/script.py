"""The play's text: which outlets there are, what each prints, and when. `story.yaml` beside this file holds it."""

from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, slots=True, config=_STRICT)
class Press:
    """An outlet of the play and the habits of its feed.

    `shape` names the template of its document, `link` the form of an article's address, `dates` the form of its times
    (`demo.feeds`). `validators`: what its server sends to make the next visit conditional; none is possible too.
    """

    id: str
    name: str
    host: str
    time_zone: str
    shape: Literal["rss", "wordpress", "atom", "news_sitemap"]
    path: str
    link: str
    dates: Literal["offset", "zone", "iso", "zulu"]
    validators: frozenset[Literal["etag", "weak_etag", "last_modified"]]
    strip_params: tuple[str, ...] = ()
    robots: str = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True, kw_only=True, slots=True, config=_STRICT)
class Article:
    """What an outlet prints. `tells`: the number of the update that it reports; None when it must not be alerted."""

    outlet: str
    slug: str
    published: datetime
    title: str
    summary: str = ""
    tells: int | None = None
    look_alike: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, config=_STRICT)
class Edit:
    """New words for the article whose slug is `of`; its address and its time stay."""

    of: str
    title: str
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True, config=_STRICT)
class Scene:
    """What happens when the story's clock stands at `at`."""

    at: datetime
    articles: tuple[Article, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, config=_STRICT)
class Story:
    """The whole play."""

    event: str
    outlets: tuple[Press, ...]
    scenes: tuple[Scene, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """Every article, in the order of appearance."""
        return tuple(article for scene in self.scenes for article in scene.articles)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Every edit, in the order of appearance."""
        return tuple(edit for scene in self.scenes for edit in scene.edits)

    @property
    def firsts(self) -> tuple[Article, ...]:
        """The articles that open an update, by its number."""
        by_number: dict[int, Article] = {}
        for article in self.telling:
            by_number.setdefault(article.tells or 0, article)
        return tuple(by_number.values())

    @property
    def telling(self) -> tuple[Article, ...]:
        """The articles about the event, first reports and confirmations."""
        return tuple(article for article in self.articles if article.tells is not None)

    def until(self, scenes: int) -> "Story":
        """Return the first scenes only."""
        return replace(self, scenes=self.scenes[:scenes])

    def article(self, slug: str) -> Article:
        """Return an article by its slug. Raises KeyError."""
        return {article.slug: article for article in self.articles}[slug]

    def press(self, outlet: str) -> Press:
        """Return an outlet by its id. Raises KeyError."""
        return {press.id: press for press in self.outlets}[outlet]


def load_story() -> Story:
    """Return the play that ships with Storywatch."""
    text = (files("storywatch.cli.demo") / "story.yaml").read_text("utf-8")
    return TypeAdapter(Story).validate_python(yaml.safe_load(text))
