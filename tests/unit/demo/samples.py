"""The shipped play, read as the daemon would read it, and what its receivers would have taken."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import config
from spiders.parsing.document import parse_document
from spiders.parsing.limits import ParseLimits
from storywatch import intake
from storywatch.cli.demo.feeds import content_type, print_feed
from storywatch.cli.demo.receivers import Call, Mail
from storywatch.cli.demo.script import Article, Press, Story, load_story
from storywatch.model import Document, Event, Item, Outlet, Source

STORY: Story = load_story()
NOW = datetime(2023, 4, 29, tzinfo=UTC)


def document_of(press: Press, articles: list[Article]) -> Document:
    """Print a feed and parse it again."""
    return parse_document(
        print_feed(press, articles),
        url=f"http://127.0.0.1:8080{press.path}",
        content_type=content_type(press),
        now=NOW,
        limits=ParseLimits(),
    )


@cache
def items() -> Mapping[str, Item]:
    """Return every article of the play as the item that intake makes of it, by slug."""
    by_title = {
        item.revision.title: item
        for press in STORY.outlets
        for item in items_of(press, [article for article in STORY.articles if article.outlet == press.id])
    }
    return {article.slug: by_title[article.title] for article in STORY.articles}


def items_of(press: Press, articles: list[Article]) -> tuple[Item, ...]:
    """Return the articles of an outlet as the items that intake makes of its feed."""
    document = document_of(press, articles)
    outlet = Outlet(id=press.id, name=press.name, hosts=(press.host,), strip_params=press.strip_params)
    source = Source(id=press.id, outlet=press.id, kind=document.kind, url="", every=timedelta(minutes=1))
    return intake.take(intake.identify(document.items, source, outlet), {}, source, NOW).new


def shipped_event(folder: Path) -> Event:
    """Return the sample event as it ships."""
    config.write_starter(folder)
    return config.load(folder, os.environ).events[STORY.event]


def mail_of(article: Article, **changes: str) -> Mail:
    """Return the mail that tells of an article."""
    return Mail(**{"identity": f"<{article.slug}@x>", "headline": article.title, **changes})


def call_of(article: Article, **changes: Any) -> Call:
    """Return the webhook call that tells of an article."""
    data: Mapping[str, Any] = {
        "event": {"id": STORY.event, "title": "The event"},
        "kind": "update",
        "news": {"lead": [], "figures": []},
        "headline": article.title,
        "summary": article.summary,
        "sequence": article.tells,
        "outlet": {"id": article.outlet, "name": STORY.press(article.outlet).name},
        "published": article.published.isoformat(),
        "matched": [{"asked": "Kabul", "found": "Kabul", "field": "title"}],
        **changes,
    }
    return Call(identity=article.slug, data=data)
