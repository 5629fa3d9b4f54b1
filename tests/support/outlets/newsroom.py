"""What a double publishes: articles that come, change and grow old while it is served."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article; `number` is what the outlet's own system calls it, `live` that its page keeps changing."""

    number: int
    slug: str
    title: str
    text: str
    published: datetime
    updated: datetime | None = None
    author: str = "A Reporter"
    sections: tuple[str, ...] = ("world",)
    live: bool = False

    @property
    def changed(self) -> datetime:
        """When its text is from."""
        return self.updated or self.published


@dataclass(kw_only=True)
class Newsroom:
    """An outlet's stock. `where` has the address of each of its hosts on loopback, once they are served."""

    now: datetime
    articles: list[Article] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    """How many readers have commented on each article: what changes a document and nothing in it."""
    not_modified: int = 0
    """How often a visit that showed what it had was spared the document."""
    feed_length: int = 25
    """How many articles a feed lists; a sitemap lists them all."""

    @property
    def latest(self) -> list[Article]:
        """All articles, newest first."""
        return sorted(self.articles, key=lambda article: article.published, reverse=True)

    @property
    def front(self) -> list[Article]:
        """What a feed lists."""
        return self.latest[: self.feed_length]

    @property
    def changed(self) -> datetime:
        """When anything was last published or edited."""
        return max((article.changed for article in self.articles), default=self.now)

    def of(self, section: str) -> list[Article]:
        """Return a section's articles, newest first."""
        return [article for article in self.latest if section in article.sections]

    def publish(self, slug: str, title: str, text: str, **more: Any) -> Article:
        """Add an article of this moment."""
        number = max((article.number for article in self.articles), default=1000) + 7
        given = {"published": self.now, **more}
        self.articles.append(Article(number=number, slug=slug, title=title, text=text, **given))
        return self.articles[-1]

    def edit(self, slug: str, **changes: Any) -> Article:
        """Change an article, now."""
        (place,) = (place for place, article in enumerate(self.articles) if article.slug == slug)
        self.articles[place] = replace(self.articles[place], **{"updated": self.now, **changes})
        return self.articles[place]

    def ages(self, by: timedelta) -> None:
        """Go quiet: all that there is was published so much earlier."""
        self.articles = [replace(article, published=article.published - by, updated=None) for article in self.articles]


def stock(now: datetime, stories: Iterable[tuple[str, str, str]], *, every: timedelta, **more: Any) -> list[Article]:
    """Make articles of slug, title and text, the first an hour old and each next one `every` older."""
    return [
        Article(
            number=9000 - 13 * place,
            slug=slug,
            title=title,
            text=text,
            published=now - timedelta(hours=1) - place * every,
            **more,
        )
        for place, (slug, title, text) in enumerate(stories)
    ]
