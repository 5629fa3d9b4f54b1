"""Each limit says which it is, and costs only what is beyond it."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spiders.parsing import ParseLimits, dialect, document, entries, jsonfeed
from spiders.parsing.limits import limits_of
from storywatch.model import Limits, Settings
from tests.unit.spiders.feeds import LIMITS, atom, fault_of, read, rss

GOOD = "<guid>{0}</guid><title>Good {0}</title>"


def _nested(depth: int) -> str:
    return rss("<title>T</title>" + "<b>" * depth + "</b>" * depth)


def test_the_limits_are_those_that_the_installation_declares() -> None:
    declared = Limits(items=1, item_bytes=2, field_chars=3, depth=4, parse_cpu=timedelta(seconds=1.5), parse_memory=6)
    limits = limits_of(Settings(database="sqlite://", contact="c", max_bytes=7, limits=declared))
    assert limits == ParseLimits(
        max_bytes=7, max_items=1, item_bytes=2, max_field_chars=3, depth=4, cpu_seconds=1.5, memory_bytes=6
    )
    assert ParseLimits() == limits_of(Settings(database="sqlite://", contact="c"))


def test_a_parse_is_given_up_only_after_far_more_time_than_cpu() -> None:
    """A busy machine gives a worker a twentieth of a core; the CPU limit is the kernel's."""
    assert ParseLimits(cpu_seconds=10).patience == 200
    assert ParseLimits(cpu_seconds=0.5).patience == 60
    assert ParseLimits(cpu_seconds=10, wall_seconds=2).patience == 2


def test_a_document_that_nests_too_deep_is_refused() -> None:
    """The levels count from the root: `rss`, `channel`, `item` are three. A loose document is not read past them."""
    limits = replace(LIMITS, depth=20)
    outside = rss(GOOD.format(1), channel=_nested(18))
    for body in (outside, outside.replace("</rss>", ""), _nested(18) + "&", _nested(101_000)):
        fault = fault_of(body, limits=limits)
        assert (fault.code, fault.message) == (
            "parse_limit",
            "the document nests more than the 20 levels permitted (settings.limits.depth)",
        )


@pytest.mark.parametrize("depth", [18, 90_000])
def test_an_item_that_nests_too_deep_is_set_aside(depth: int) -> None:
    """And read where it nests no deeper than permitted."""
    limits = replace(LIMITS, depth=20)
    deep = GOOD.format(2) + "<b>" * depth + "</b>" * depth
    found = read(rss(GOOD.format(1), deep, GOOD.format(3)), limits=limits)
    assert [item.title for item in found.items] == ["Good 1", "Good 3"]
    (aside,) = found.set_aside
    assert (aside.item, aside.fault.code) == ("2", "parse_limit")
    assert aside.fault.message == "the item nests more than the 20 levels permitted (settings.limits.depth)"
    assert len(read(_nested(17), limits=limits).items) == 1


@pytest.mark.parametrize("depth", [18, 5000])
def test_a_json_document_that_nests_too_deep_is_refused(depth: int) -> None:
    """Also where Python's own reader gives up first."""
    body = json.dumps({"version": "1.1", "items": [{"id": "1"}]})[:-1] + ', "_x": ' + "[" * depth + "]" * depth + "}"
    assert fault_of(body, limits=replace(LIMITS, depth=18)).message.endswith("(settings.limits.depth)")
    assert depth > 100 or read(body, limits=replace(LIMITS, depth=19)).items


@pytest.mark.parametrize("whole", [rss, atom])
def test_an_item_that_is_too_large_is_set_aside(whole: Callable[..., str]) -> None:
    limits = replace(LIMITS, item_bytes=1000)
    large = GOOD.format(2) + "<summary>" + "x" * 2000 + "</summary>"
    found = read(whole(GOOD.format(1), large, GOOD.format(3)), limits=limits)
    assert [item.title for item in found.items] == ["Good 1", "Good 3"]
    (aside,) = found.set_aside
    assert (aside.item, aside.fault.code) == ("2", "item_too_large")
    assert "more than the 1000 permitted (settings.limits.item_bytes)" in aside.fault.message


def test_items_beyond_the_greatest_number_are_told_of() -> None:
    found = read(rss(*map(GOOD.format, range(5))), limits=replace(LIMITS, max_items=3))
    assert len(found.items) == 3
    (aside,) = found.set_aside
    assert (aside.item, aside.fault.code) == ("2 further items", "too_many_items")
    assert aside.fault.message.endswith("3 items permitted (settings.limits.items)")


def test_the_size_names_its_setting() -> None:
    body = gzip.compress(rss(GOOD).encode() + b" " * 5000)
    assert fault_of(body, limits=replace(LIMITS, max_bytes=5000)).message.endswith("(settings.polling.max_bytes)")


def test_every_member_of_a_gz_file_is_read_and_counts() -> None:
    body = rss(GOOD.format(1)).encode()
    halves = gzip.compress(body[:50]) + gzip.compress(body[50:])
    assert read(halves).items
    assert fault_of(halves, limits=replace(LIMITS, max_bytes=len(body) - 1)).code == "too_large"
    assert fault_of(gzip.compress(body[:1]) * 1000).code == "malformed"


def test_a_doctype_that_does_not_end_is_refused() -> None:
    doctype = "<!DOCTYPE rss [" + "<!ELEMENT a ANY>" * 30_000 + "]>"
    assert fault_of(doctype + rss(GOOD)).code == "malformed"
    assert read(doctype.replace("<!ELEMENT a ANY>" * 29_000, "") + rss(GOOD)).items


def _raise(*_: Any) -> None:
    raise RuntimeError("poison")


@pytest.mark.parametrize("body", [rss, atom])
def test_an_item_that_breaks_feedparser_is_set_aside(monkeypatch: pytest.MonkeyPatch, body: Callable[..., str]) -> None:
    monkeypatch.setattr(dialect._Strict, "_start_enclosure", _raise)
    found = read(body(GOOD.format(1), "<title>P</title><enclosure url='x'/>", GOOD.format(2)))
    assert [item.title for item in found.items] == ["Good 1", "Good 2"]
    (aside,) = found.set_aside
    assert (aside.item, aside.fault.code) == ("P", "item_unreadable")
    assert "poison" in aside.fault.message


def test_an_item_that_breaks_the_loose_parser_is_set_aside_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing says for sure where items begin in what is no XML: from start tag to start tag has to do."""
    monkeypatch.setattr(dialect._Loose, "_start_enclosure", _raise)
    body = rss(GOOD.format(1), "<title>P</title><enclosure url='x'>", GOOD.format(2), channel="<ttl>5</ttl>")
    found = read(body)
    assert [item.title for item in found.items] == ["Good 1", "Good 2"]
    assert [aside.item for aside in found.set_aside] == ["P"]
    assert found.wishes.ttl == timedelta(minutes=5)
    assert read(body, elements=found.elements).known == 0


JSON = {"version": "1.1", "items": [{"id": "1", "title": "A"}, {"id": "2", "title": "P"}, {"id": "3", "title": "C"}]}


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>A</title>", "<title>P</title>", "<title>C</title>"),
        rss("<title>A</title>", "<title>P</title>", "<title>C</title>").replace("</channel>", "<b></channel>"),
        json.dumps(JSON),
    ],
    ids=["XML", "no XML", "JSON"],
)
def test_an_item_that_breaks_our_own_code_is_set_aside(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Whatever is done with its fields."""

    def title_of(text: str) -> str:
        if text == "P":
            _raise()
        return text

    monkeypatch.setattr(entries, "title_of", title_of)
    monkeypatch.setattr(jsonfeed, "title_of", title_of)
    found = read(body)
    assert [item.title for item in found.items] == ["A", "C"]
    assert [aside.fault.code for aside in found.set_aside] == ["item_unreadable"]


def test_many_items_that_can_not_be_read_are_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "items_of", _raise)
    found = read(rss(*map(GOOD.format, range(200))))
    assert len(found.set_aside) == 51
    assert found.set_aside[-1].item == "150 further items"


def test_what_one_item_says_has_no_bearing_on_the_next() -> None:
    """feedparser alone takes a language, a base address and a prefix from one item to the next."""
    odd = (
        "<guid>1</guid><title>A</title>"
        "<description xml:lang='fr' xml:base='https://other.example/'>x<div>y</div></description><feed>z</feed>"
    )
    plain = "<guid>2</guid><title>B</title><link>/b</link>"
    assert read(rss(odd, plain)).items[1] == read(rss(plain)).items[0]
