"""Selectors are judged when the config is read, in the dialect in which pages are read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.schema.checks import UnfitError
from config.schema.selectors import inner_selector, selector, selector_problem
from storywatch.errors import VisitError
from tests.unit.spiders.webpages import html, read

PAGE = html("<main><article><h2><a href='/a'>A</a></h2><p>t</p></article></main>")

GOOD = [
    "a",
    "article.story > h2 a[href^='/']",
    "a::attr(href)",
    "h2::text",
    ":is(h2, h3):not(.ad)",
    "//a",
    ".//h2/a/@href",
    "(//a)[1]",
    "./a",
    ".story",
    "count",
    "a:has(> b)",
    "md\\:x",
]
BAD = {
    "a[": "Expected",
    "": "Expected selector",
    "a::before": "pseudo-element",
    "a:nonsense(1)": "pseudo-class",
    "a:not(.b, .c)": "Expected",
    "//a[": "Invalid expression",
    "//a[re:test(@x, 'y')]": "namespace prefix",
    "//x:a": "namespace prefix",
    "//a[unknown()]": "function",
    "//a[$variable]": "variable",
}


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_used_has_no_problem(text: str) -> None:
    assert selector_problem(text) is None
    assert selector(f" {text} ") == text


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_used_is_told_with_the_reason(text: str) -> None:
    assert BAD[text] in (selector_problem(text) or "")
    with pytest.raises(UnfitError):
        selector(text)


@pytest.mark.parametrize("text", ["//h2", "(//h2)[1]", "/html/body"])
def test_inside_an_entry_a_selector_must_begin_there(text: str) -> None:
    """XPath's // looks through the whole page, and every entry would have the first entry's title."""
    assert selector_problem(text) is None
    assert "write ./" in (selector_problem(text, inside=True) or "")
    assert inner_selector(f".{text}" if text[0] == "/" else "(.//h2)[1]")


@given(
    text=st.lists(
        st.sampled_from([*"a/.[]()@#:*>'\"= ", "//", "::", "h2", "text()", "attr(x)", ":not", "position()", "x:"]),
        max_size=8,
    ).map("".join)
)
@example("a:hover")
def test_the_reader_of_pages_agrees(text: str) -> None:
    """What the config accepts the reader can use, and the other way round."""
    code = None
    try:
        read(PAGE, items=text)
    except VisitError as error:
        code = error.fault.code
    assert (code == "bad_selector") is (selector_problem(text) is not None)
