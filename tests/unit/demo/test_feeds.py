"""The printed feeds: what the real parser reads is what was meant, in the shape of each outlet."""

from datetime import UTC, datetime

import pytest

from storywatch.cli.demo.feeds import print_feed
from storywatch.cli.demo.script import Article, Press
from storywatch.model import SourceKind
from tests.unit.demo.samples import STORY, document_of

FORMATS = {
    "rss": (SourceKind.FEED, "rss20"),
    "wordpress": (SourceKind.FEED, "rss20"),
    "atom": (SourceKind.FEED, "atom10"),
    "news_sitemap": (SourceKind.NEWS_SITEMAP, "news_sitemap"),
}
by_outlet = pytest.mark.parametrize("press", STORY.outlets, ids=lambda press: press.id)


def _articles(press: Press) -> list[Article]:
    return [article for article in STORY.articles if article.outlet == press.id]


@by_outlet
def test_every_article_is_read_as_it_was_written(press: Press) -> None:
    """Title, summary and time survive print and parser."""
    document = document_of(press, _articles(press))
    assert (document.kind, document.format) == FORMATS[press.shape]
    read = {(item.title, item.summary, item.published) for item in document.items}
    assert read == {(article.title, article.summary, article.published) for article in _articles(press)}


@by_outlet
def test_the_newest_article_stands_first(press: Press) -> None:
    """As in every feed."""
    times = [item.published or datetime.min.replace(tzinfo=UTC) for item in document_of(press, _articles(press)).items]
    assert times == sorted(times, reverse=True)


@by_outlet
def test_a_feed_without_articles_is_a_feed(press: Press) -> None:
    """The server is open before the first scene begins."""
    assert document_of(press, []).items == ()


@by_outlet
def test_the_same_articles_print_the_same_bytes(press: Press) -> None:
    """Else nothing would ever be unchanged."""
    assert print_feed(press, _articles(press)) == print_feed(press, reversed(_articles(press)))


@by_outlet
def test_an_edit_changes_the_words_and_no_identity(press: Press) -> None:
    """It is a silent one."""
    article = _articles(press)[0]
    other = Article(
        outlet=article.outlet, slug=article.slug, published=article.published, title="Other", summary=article.summary
    )
    (before,), (after,) = document_of(press, [article]).items, document_of(press, [other]).items
    assert (before.guid, before.url, before.published) == (after.guid, after.url, after.published)
    assert before.title != after.title


@by_outlet
def test_markup_in_the_words_stays_words(press: Press) -> None:
    """The templates escape."""
    article = Article(outlet=press.id, slug="x", published=STORY.scenes[0].at, title="Tanks & 'guns' < \"1\" mile")
    assert document_of(press, [article]).items[0].title == article.title


def test_the_feeds_have_the_habits_of_their_outlets() -> None:
    """Tracking parameters, WordPress guids, permalinks, zones by name and by number."""
    printed = {press.id: print_feed(press, _articles(press)).decode() for press in STORY.outlets}
    assert "smid=rss&amp;partner=rss" in printed["nyt"]
    assert '<guid isPermaLink="true">https://www.nytimes.example/' in printed["nyt"]
    assert '<guid isPermaLink="false">https://www.khaama.example/?p=' in printed["khaama"]
    assert "<content:encoded><![CDATA[" in printed["wamu"]
    assert " EDT</pubDate>" in printed["washington-post"]
    assert "+05:30</updated>" in printed["wion"]
    assert "<news:publication_date>2021-08-26T19:32:00Z<" in printed["cnn"]
