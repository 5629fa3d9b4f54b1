"""What spiders/parsing/dialect.py relies on inside feedparser. A failure here means: read its changes, then adapt."""

import inspect

import feedparser
import pytest
from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.datetimes import _parse_date
from feedparser.mixin import _FeedParserMixin

from spiders.parsing.dialect import _Mind

OVERRIDDEN = {
    "_add_tag": ["self", "term", "scheme", "label"],
    "_end_category": ["self"],
    "_end_description": ["self"],
    "_end_guid": ["self"],
    "_end_id": ["self"],
    "_end_dc_description": ["self"],
    "_end_itunes_summary": ["self"],
    "_end_keywords": ["self"],
    "_end_media_description": ["self"],
    "_end_media_title": ["self"],
    "_start_category": ["self", "attrs_d"],
    "_start_description": ["self", "attrs_d"],
    "_start_guid": ["self", "attrs_d"],
    "_start_id": ["self", "attrs_d"],
    "_start_dc_description": ["self", "attrs_d"],
    "_start_entry": ["self", "attrs_d"],
    "_start_item": ["self", "attrs_d"],
    "_start_itunes_summary": ["self", "attrs_d"],
    "_start_keywords": ["self", "attrs_d"],
    "_start_link": ["self", "attrs_d"],
    "_start_media_description": ["self", "attrs_d"],
    "_start_media_title": ["self", "attrs_d"],
    "_sync_author_detail": ["self", "key"],
}
CALLED = {
    "_get_context": ["self"],
    "_save": ["self", "key", "value", "overwrite"],
    "push": ["self", "element", "expecting_text"],
    "pop": ["self", "element", "strip_whitespace"],
}


def test_the_version_is_the_one_that_was_read() -> None:
    """pyproject.toml pins it too."""
    assert feedparser.__version__ == "6.0.14"


@pytest.mark.parametrize(("name", "parameters"), (OVERRIDDEN | CALLED).items())
@pytest.mark.parametrize("parser", [StrictFeedParser, LooseFeedParser])
def test_private_methods_have_the_shape_that_we_rely_on(parser: type, name: str, parameters: list[str]) -> None:
    """Overriding a method that is gone would change nothing, silently."""
    assert list(inspect.signature(getattr(parser, name)).parameters) == parameters


def test_identifiers_are_still_in_the_set_that_we_take_them_from() -> None:
    """Otherwise something else decides now whether they are resolved."""
    assert "id" in _FeedParserMixin.can_be_relative_uri


@pytest.mark.parametrize("name", ["hour", "day", "p", "b", "i", "em", "strong", "span"])
def test_what_we_add_replaces_nothing(name: str) -> None:
    """feedparser has no readers of its own for these."""
    assert not hasattr(StrictFeedParser, f"_start_{name}")
    assert not hasattr(StrictFeedParser, f"_end_{name}")


def test_the_parsers_are_built_and_hold_their_results_as_expected() -> None:
    """The constructor's arguments, and the attributes that are read afterwards."""
    for parser in (StrictFeedParser("", None, "utf-8"), LooseFeedParser("", None, "utf-8", {})):
        assert (parser.entries, parser.feeddata, parser.version) == ([], {}, "")
        assert (parser.inentry, parser.inauthor, parser.inimage) == (0, 0, 0)


def test_what_a_parser_keeps_in_mind_is_what_we_make_it_forget() -> None:
    """An attribute that is new may be one more thing that passes from an item to the next."""
    parser = StrictFeedParser("", None, "utf-8")
    forgotten = {*_Mind._FLAGS, *_Mind._STACKS, *_Mind._MAPS, "contentparams", "sourcedata"}
    others = {"property_depth_map", "decls", "feeddata", "entries", "encoding", "bozo", "exc", "_locator"}
    assert vars(parser).keys() | {"guidislink"} == forgotten | others


def test_the_date_reader_gives_a_utc_tuple() -> None:
    """Ours asks it about words in other scripts."""
    assert _parse_date("2004-07-13T12:00:00Z")[:6] == (2004, 7, 13, 12, 0, 0)
