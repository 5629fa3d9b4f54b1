"""Leaving known items out changes nothing on any public feed, as it is and as it changes from poll to poll."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spiders.parsing import ParseLimits
from spiders.parsing.markup import ready
from storywatch.errors import VisitError
from tests.support.corpus import corpus
from tests.unit.spiders.test_known_elements import brings_the_same

_GUID = re.compile(rb"<(guid|id)\b[^>]*>[^<]*</\1>")
_LARGEST = 600_000


def _changing(body: bytes) -> Iterator[bytes]:
    """Yield what polls of a feed might see: it grows, items move, change, are quoted otherwise, repeat and go."""
    try:
        markup = ready(body, ParseLimits())
    except VisitError:
        markup = None
    spans = markup.outline.elements if markup else ()
    if markup is None or len(spans) < 3:
        yield from (body, body)
        return
    data = markup.data
    head, tail = data[: spans[0][0]], data[spans[-1][1] :]
    first, *others = elements = [data[begin:end] for begin, end in spans]
    *_, last = others

    def document(*parts: bytes) -> bytes:
        return head + b"\n".join(parts) + tail

    yield document(*elements[2:])
    yield document(*elements)
    yield document(*elements)
    yield document(*reversed(elements))
    yield document(_edited(first), *others)
    yield document(_with_guid_of(last, first), _edited(first), *others)
    yield document(*(element.replace(b"<![CDATA[", b"<![CDATA[<!-- -->") for element in elements))
    yield document(*elements).replace(b"<title", b"<language>fi</language><title", 1)
    yield document(*elements[1:-1], first)


def _edited(element: bytes) -> bytes:
    return re.sub(rb"(<title\b[^>]*>(?:<!\[CDATA\[)?)", rb"\1Correction: ", element, count=1)


def _with_guid_of(element: bytes, other: bytes) -> bytes:
    found = _GUID.search(other)
    return _GUID.sub(lambda _: found[0], element, count=1) if found else element


def _files(name: str) -> list[Path]:
    found = sorted(path for path in corpus(name).rglob("*") if path.suffix != ".md" and path.is_file())
    return [path for path in found if path.stat().st_size < _LARGEST]


@pytest.mark.parametrize("name", ["real-feeds", "gofeed"])
def test_every_public_feed_brings_the_same(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    left_out = sum(brings_the_same(list(_changing(path.read_bytes()))) for path in _files(name))
    with capsys.disabled():
        print(f"\n{name}: {left_out} items left out")  # noqa: T201
    assert left_out > (3_000 if name == "real-feeds" else 20)
