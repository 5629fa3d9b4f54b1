"""gofeed's test suite is met but for what docs/reference/conformance.md says."""

import pytest

from tests.support.corpus import corpus
from tests.support.gofeed import DIFFERING, JSON_CASES, wrong_cases, wrong_json_case
from tests.support.pages import DOCS, name_in, tables

PAGE = (DOCS / "reference" / "conformance.md").read_text("utf-8")


def test_gofeeds_items_are_read_as_gofeed_reads_them() -> None:
    """253 of the 255 cases with items are fully right; the others are known by name, each with its reason."""
    total, wrong = wrong_cases(corpus("gofeed"))
    assert wrong.keys() == DIFFERING.keys(), wrong
    assert f"**{total - len(wrong)} of {total}**" in PAGE


def test_the_exceptions_are_documented_with_their_reasons() -> None:
    """The page and the test know the same ones."""
    rows = tables(PAGE)["gofeed"]
    assert {name_in(case): reason for case, _, reason in rows} == DIFFERING


@pytest.mark.parametrize("name", JSON_CASES)
def test_gofeeds_json_feeds_are_read_as_gofeed_reads_them(name: str) -> None:
    """All three of them."""
    assert wrong_json_case(corpus("gofeed"), name) == []
