"""The play's text: consistent in itself, and about the sample event exactly where it says so."""

from dataclasses import replace
from datetime import UTC, date
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from config.shipped import catalogue_ids, catalogue_outlet
from storywatch import updates
from storywatch.cli.demo.script import Article, Story
from storywatch.matching import Matcher
from storywatch.model import ReportRole
from tests.unit.demo.samples import STORY, items, items_of, shipped_event


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    """The matcher of the sample event as it ships."""
    return Matcher([shipped_event(tmp_path_factory.mktemp("starter"))])


@pytest.mark.parametrize("article", STORY.telling, ids=lambda article: article.slug)
def test_every_text_about_the_event_matches_it(article: Article, matcher: Matcher) -> None:
    """The sample event finds the whole story."""
    (match,) = matcher.match(items()[article.slug])
    assert match.accepted, match.lacks
    assert match.reasons


@pytest.mark.parametrize(
    "article", [article for article in STORY.articles if article.tells is None], ids=lambda article: article.slug
)
def test_no_other_text_matches_it(article: Article, matcher: Matcher) -> None:
    """Neither what is far from the story nor what looks like it."""
    assert not any(match.accepted for match in matcher.match(items()[article.slug]))


def test_the_look_alikes_come_close(matcher: Matcher) -> None:
    """They show that the facets do something: each has a hit and is not taken."""
    close = [article for article in STORY.articles if article.look_alike]
    assert len(close) >= 2
    for article in close:
        (match,) = matcher.match(items()[article.slug])
        assert match.reasons
        assert not match.accepted


def test_the_edited_report_still_matches_under_the_same_identity(matcher: Matcher) -> None:
    """It is a second revision of an item of the event."""
    (edit,) = STORY.edits
    article = STORY.article(edit.of)
    (item,) = items_of(STORY.press(article.outlet), [replace(article, title=edit.title, summary=edit.summary)])
    assert item.id == items()[article.slug].id
    assert matcher.match(item)[0].accepted


def test_updates_are_told_apart_and_wire_copies_put_together(tmp_path: Path) -> None:
    """The numbers in the play are those that the core gives."""
    past = updates.Past(about=updates.about(shipped_event(tmp_path / "starter")))
    found = items()
    for article in STORY.telling:
        item = found[article.slug]
        placed = updates.place(item, STORY.event, past)
        assert placed is not None
        assert placed.sequence == article.tells, article.slug
        assert (placed.report.role is ReportRole.FIRST) == (article in STORY.firsts)
        past.add(updates.as_past(item, placed))


def test_the_story_has_the_size_and_the_span_that_it_is_known_for() -> None:
    """Seven outlets, eleven updates, from August 2021 to April 2023."""
    assert len(STORY.outlets) == 7
    assert {article.outlet for article in STORY.telling} == {press.id for press in STORY.outlets}
    assert [article.tells for article in STORY.firsts] == list(range(1, 12))
    days = [article.published.date() for article in STORY.telling]
    assert (min(days), max(days)) == (date(2021, 8, 26), date(2023, 4, 28))


def test_time_goes_forward_and_nothing_appears_before_it_was_published() -> None:
    """Scenes follow each other, with all times in UTC."""
    assert all(earlier.at < later.at for earlier, later in pairwise(STORY.scenes))
    for scene in STORY.scenes:
        assert scene.at.tzinfo is UTC or scene.at.utcoffset() == UTC.utcoffset(None)
        assert all(article.published < scene.at for article in scene.articles)


def test_headlines_and_slugs_tell_articles_apart() -> None:
    """The ledger and the servers rely on it."""
    assert len({article.slug for article in STORY.articles}) == len(STORY.articles)
    assert len({article.title for article in STORY.articles}) == len(STORY.articles)
    assert all(len(article.title) <= 150 for article in STORY.articles), "a mail's subject would be cut"


def test_the_outlets_are_those_of_the_catalogue() -> None:
    """Under the same ids and names, but never at their real hosts."""
    for press in STORY.outlets:
        assert press.id in catalogue_ids()
        assert catalogue_outlet(press.id).plain()["name"] == press.name
        assert press.host.endswith(".example")


def test_an_unknown_key_in_the_text_is_an_error() -> None:
    """A slip of the pen doesn't go unnoticed."""
    with pytest.raises(ValidationError, match="headlin"):
        TypeAdapter(Story).validate_python(
            {"event": "x", "outlets": [], "scenes": [{"at": "2021-08-26T00:00:00Z", "headlin": 1}]}
        )


def test_the_event_file_is_not_touched_by_the_demo(tmp_path: Path) -> None:
    """What these tests match against is what ships."""
    assert shipped_event(tmp_path / "one") == shipped_event(tmp_path / "two")
