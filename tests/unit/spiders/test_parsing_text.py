"""HTML and half-HTML become plain text, in time that grows with their length and no faster."""

import time

import pytest

from spiders.parsing.text import html_to_text, looks_like_html, one_line, paragraphs
from tests.support.patience import SLOWNESS
from tests.unit.spiders.feeds import atom, only, rss


def _text(source: str) -> str:
    return paragraphs(html_to_text(source), 200_000)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<b>bo</b>ld <i>and</i>\n it", "bold and it"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>13</td><td>170</td></tr></table>", "13 170"),
        ("a < b && c > d", "a < b && c > d"),
        ("5 <3 6", "5 <3 6"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("caf&eacute;&nbsp;&#8217;&#x80;", "café ’€"),
        ("x<script>var a='<p>no</p>';</script>y<STYLE>b{}</STYLE >z", "xyz"),
        ("x<script>never closed", "x"),
        ("a<!-- no > --> b<!doctype html>c<?php d ?>e", "a bce"),
        ("<![CDATA[AT&T]]>", "AT&T"),
        ('<img alt="a > b">tail', "tail"),
        ('<a href="it\'s">x</a>', "x"),
        ('<a title="never closed>x</a> y', "x y"),
        ("cut in the middle <a href='http", "cut in the middle"),
        ("&#" + "9" * 5000 + ";", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_html_becomes_text(source: str, expected: str) -> None:
    """Tags go, entities are decoded once, blocks stand apart, scripts are dropped."""
    assert _text(source) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\N{ZERO WIDTH NO-BREAK SPACE}a\0b\x08c\x85d", "abc d"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
        ("👩\N{ZERO WIDTH JOINER}🚀", "👩\N{ZERO WIDTH JOINER}🚀"),
        ("zero\N{ZERO WIDTH SPACE}width soft\N{SOFT HYPHEN}hyphen", "zerowidth softhyphen"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}detrever\N{POP DIRECTIONAL FORMATTING}", "detrever"),
        ("a\ud800b\ufffe", "ab"),
        (" a\n\t b\N{NO-BREAK SPACE}\N{LINE SEPARATOR}c ", "a b c"),
    ],
)
def test_only_characters_that_say_something_stay(text: str, expected: str) -> None:
    """Controls and spoofing marks go; what Persian and emoji are spelt with stays."""
    assert one_line(text, 100) == expected


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Tom &amp; Jerry", True),
        ("<b>x", True),
        ("<script>x", True),
        ("&#8217;", True),
        ("AT&T; R&D", False),
        ("List<String> a <3 b", False),
        ("a & b < c", False),
    ],
)
def test_rss_text_is_html_when_it_has_a_known_tag_or_a_reference(text: str, html: bool) -> None:  # noqa: FBT001
    """RSS doesn't say, so this decides."""
    assert looks_like_html(text) is html


def test_atom_text_is_taken_at_its_word_and_rss_is_not() -> None:
    """Atom says which is which: a headline about a tag keeps the tag."""
    escaped = "<title>The &lt;b&gt; tag</title>"
    assert only(atom(escaped)).title == "The <b> tag"
    assert only(rss(escaped)).title == "The tag"


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a ",
        '<a href="',
        '<a ">"',
        "<!--",
        "<![CDATA[",
        "<script>",
        "<script></script>",
        "<b>x</i>",
        "<div>",
        "&a",
        "&#9",
        "&abcdefghijklmnopqrstuvwxyz;",
        " \n",
    ],
)
def test_hostile_html_takes_linear_time(unit: str) -> None:
    """A quadratic reader takes minutes for each of these two million characters; this one less than some seconds."""
    source = unit * (2_000_000 // len(unit))
    started = time.process_time()
    looks_like_html(source)
    _text(source)
    assert time.process_time() - started < 5 * SLOWNESS


def test_depth_costs_nothing() -> None:
    """50,000 levels are as flat as one."""
    assert _text("<div>" * 50_000 + "deep" + "</div>" * 50_000) == "deep"
