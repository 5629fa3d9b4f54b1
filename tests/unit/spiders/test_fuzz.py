"""Whatever the bytes, reading ends soon, in clean values or in a VisitError. `python -m bench fuzz` runs longer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.parsing import ParseLimits, parse_document
from storywatch.model import ParsedItem
from tests.support import hostile
from tests.support.patience import SLOWNESS


def _bounded(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )


@contextmanager
def _soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 5 * SLOWNESS


@_bounded(600)
@given(hostile.documents())
def test_any_document_ends_in_clean_items_or_in_a_known_error(body: bytes) -> None:
    """Nothing else is raised, and no control character, foreign scheme or impossible time gets through."""
    with _soon():
        hostile.check_document(body)


@_bounded(500)
@given(hostile.ADDRESSES)
def test_any_address_has_one_canonical_form_or_none(text: str) -> None:
    """ASCII, http(s), its own canonical form."""
    with _soon():
        hostile.check_address(text)


@_bounded(500)
@given(hostile.TIMES)
def test_any_time_is_believable_or_has_a_reason_why_not(text: str) -> None:
    """In every zone."""
    with _soon():
        hostile.check_time(text)


@_bounded(300)
@given(hostile.TEXTS)
def test_any_html_becomes_clean_text(text: str) -> None:
    """Also where it is none."""
    with _soon():
        hostile.check_text(text)


@_bounded(30)
@given(st.sampled_from(hostile._WORDS), st.integers(1000, 30_000))
def test_what_is_repeated_without_end_ends_soon(word: str, times: int) -> None:
    """Quadratic readers would take minutes."""
    for seed in hostile.SEEDS:
        with _soon():
            hostile.check_document(seed.replace("T", word * times, 1).encode("utf-8", "replace"))
    with _soon():
        hostile.check_text(word * times)
        hostile.check_address(f"https://o.example/{word * times}")
        hostile.check_time(word * times)


def test_the_checks_notice_what_they_are_for() -> None:
    """The controls: a control character, a foreign scheme, a time in 2087, an item that says nothing."""
    assert not hostile.is_clean("a\x08b", lines=True)
    assert not hostile.is_clean("a\nb", lines=False)
    assert not hostile.is_web_address("javascript:alert(1)")
    assert not hostile.is_web_address("https:///a")
    assert not hostile.is_believable(hostile.NOW.replace(year=2087))
    with pytest.raises(AssertionError):
        hostile._check_item(ParsedItem())


def test_the_documents_that_are_mutated_are_read_before_they_are() -> None:
    """Otherwise the mutations would change what nobody reads."""
    for seed in hostile.SEEDS:
        document = parse_document(
            seed.encode(), url=hostile.URL, content_type=None, now=hostile.NOW, limits=ParseLimits()
        )
        assert document.items or document.parts
