"""The chart of delays: `dashboard.charts`."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from dashboard.charts import Bar, DelayChart, delay_chart
from dashboard.charts.delays import EDGE, WIDTH

SVG = "{http://www.w3.org/2000/svg}"
MINUTE = timedelta(minutes=1)
UNIFORM = Bar(name="uniform", mean=7.5 * MINUTE, p95=14 * MINUTE)
OURS = Bar(name="Storywatch", mean=5 * MINUTE, p95=13 * MINUTE, matched=3.58 * MINUTE, ours=True)


def drawn(*bars: Bar, title: str = "How soon", told: str = "24 sources") -> ET.Element:
    return ET.fromstring(delay_chart(DelayChart(title=title, told=told, bars=bars)))


def widths(chart: ET.Element, kind: str) -> list[float]:
    return [float(one.get("width", "")) for group in chart.iter(f"{SVG}g") for one in group if one.get("class") == kind]


def ends(chart: ET.Element) -> Iterator[float]:
    """Yield how far right anything is drawn that has a width."""
    yield from (float(one.get("x", 0)) + float(one.get("width", 0)) for one in chart.iter(f"{SVG}rect"))


def test_bars_are_as_long_as_delays() -> None:
    """The longest line reaches the edge, and nothing goes beyond the paper."""
    chart = drawn(UNIFORM, OURS)
    scale = (WIDTH - 2 * EDGE) / 14
    assert widths(chart, "mean") == pytest.approx([7.5 * scale, 5 * scale], abs=0.1)
    assert widths(chart, "matched") == pytest.approx([3.58 * scale], abs=0.1)
    assert max(ends(chart)) <= WIDTH


def test_it_says_in_words_what_it_shows() -> None:
    """For who can't see it, and for who points at a bar."""
    chart = drawn(UNIFORM, OURS)
    said = "Storywatch: mean 5.00 min, 95 % within 13.0 min, matched items 3.58 min"
    assert said in (chart.findtext(f"{SVG}desc") or "")
    assert [group.findtext(f"{SVG}title") for group in chart.iter(f"{SVG}g")][1] == said
    assert [group.get("class") for group in chart.iter(f"{SVG}g")] == [None, "ours"]


def test_the_colours_are_told_only_if_they_are_used() -> None:
    assert "matched items" in "".join(drawn(OURS).itertext())
    assert "mean of matched items" not in "".join(drawn(UNIFORM).itertext())


def test_texts_are_escaped_and_delays_of_zero_are_drawn() -> None:
    chart = drawn(Bar(name="<script>&", mean=timedelta()), title="a < b & c")
    assert chart.findtext(f"{SVG}title") == "a < b & c"
    assert "<script>&" in "".join(chart.itertext())
    assert widths(chart, "mean") == [1.0]


def test_it_has_colours_for_light_and_dark() -> None:
    assert "prefers-color-scheme: dark" in (drawn(UNIFORM).findtext(f"{SVG}style") or "")
