"""Trace files: `storywatch.cli.traces`."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from storywatch.cli.traces import MOST_PROBLEMS, TraceError, TraceFile, read_traces

MOMENT = "2021-08-26T17:52:00Z"
SECONDS = 1_630_000_320.0

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the lines of a trace file: objects as JSON, texts as they are."""

    def written(*lines: object) -> Path:
        path = tmp_path / "trace.jsonl"
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
        return path

    return written


def line(published: object = MOMENT, **more: object) -> dict[str, object]:
    return {"source": "nyt", "published": published, **more}


def times(read: TraceFile) -> list[float]:
    (track,) = read.tracks
    return [float(moment) for moment in track.published]


def matched(read: TraceFile, number: int = 0) -> list[bool]:
    found = read.tracks[number].matched
    return [] if found is None else [bool(one) for one in found]


@pytest.mark.parametrize(
    "published",
    ["2021-08-26T17:52:00Z", "2021-08-26T19:52:00+02:00", " 20210826T175200Z ", 1_630_000_320, 1_630_000_320.0],
)
def test_a_time_is_iso_8601_with_a_zone_or_seconds(write: Write, published: object) -> None:
    assert times(read_traces(write(line(published)))) == [SECONDS]


def test_lines_come_in_any_order_and_sources_are_told_apart(write: Write) -> None:
    read = read_traces(write(line(SECONDS + 9), line(source="cnn"), "", line(matched=True), line(SECONDS + 4)))
    assert [(track.source, len(track.published)) for track in read.tracks] == [("cnn", 1), ("nyt", 3)]
    assert read.tracks[1].published.tolist() == [SECONDS, SECONDS + 4, SECONDS + 9]
    assert matched(read, 1) == [True, False, False]
    assert read.repeated == 0


def test_an_item_that_is_told_twice_counts_once(write: Write) -> None:
    """The same moment is the same item; it matched if any line says so."""
    read = read_traces(write(line(), line(SECONDS, matched=True), line(SECONDS + 1)))
    assert (times(read), matched(read), read.repeated) == ([SECONDS, SECONDS + 1], [True, False], 1)


def test_ids_tell_items_of_one_moment_apart_and_one_that_is_dated_anew_is_one(write: Write) -> None:
    read = read_traces(write(line(id="a"), line(id=2), line(SECONDS + 60, id="a")))
    assert (times(read), read.repeated) == ([SECONDS, SECONDS], 1)


def test_the_longest_floor_of_a_source_counts(write: Write) -> None:
    read = read_traces(write(line(max_age=300), line(SECONDS + 1, floor=900.5), line(SECONDS + 2)))
    assert read.tracks[0].manners.max_age == 900.5


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(line()).encode()))
    assert times(read_traces(path)) == [SECONDS]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("nonsense", "no JSON: "),
        ("[" * 5000, "no JSON: "),
        ('{"source": "nyt", "published": "2021', "no JSON: "),
        ("[1]", "no JSON object; a line is one item, such as {"),
        ({"published": MOMENT}, "`source` must be a text that names the source"),
        (line(source=7), "`source` must be a text"),
        (line(source=" "), "`source` must be a text"),
        ({"source": "nyt"}, "`published` must be a time"),
        (line([]), "`published` must be a time"),
        (line(None), "`published` must be a time"),
        (line("yesterday"), "no ISO 8601; write 2021-08-26T17:52:00Z"),
        (line("2021-08-26T17:52:00"), "names no zone; end it in Z for UTC"),
        (line("2021-08-26"), "names no zone"),
        (line(SECONDS * 1000), "milliseconds, divide them by 1000"),
        (line(0), "outside 1990 to 2100"),
        (line(10**400), "outside 1990 to 2100"),
        ('{"source": "nyt", "published": NaN}', "outside 1990 to 2100"),
        (line("0001-01-01T00:00:00+23:59"), "outside 1990 to 2100"),
        (line(matched="yes"), "`matched` must be true or false"),
        (line(floor=-1), "`floor` must be seconds from 0 to 86400"),
        (line(max_age=True), "`max_age` must be seconds"),
        (line(max_age=86401), "`max_age` must be seconds"),
        (line(id=[]), "`id` must be a text or a number"),
        ("x" * 70_000, "longer than 65536 bytes"),
    ],
)
def test_a_line_that_cant_be_used_is_told_with_its_number_and_what_would_be_right(
    write: Write, wrong: object, told: str
) -> None:
    path = write(line(), "", wrong, line(SECONDS + 1))
    with pytest.raises(TraceError) as caught:
        read_traces(path)
    (only,) = str(caught.value).splitlines()
    assert only.startswith(f"{path}:3: ")
    assert told in only
    assert len(only) < 400


def test_many_such_lines_are_counted(write: Write) -> None:
    path = write(*["rubbish"] * 9, line())
    with pytest.raises(TraceError) as caught:
        read_traces(path)
    told = str(caught.value).splitlines()
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == f"{path}: {9 - MOST_PROBLEMS} more lines can't be used"


@pytest.mark.parametrize("body", [b"", b"\n \n"])
def test_a_file_without_items_says_what_to_write(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(body)
    with pytest.raises(TraceError, match=r"holds no items; write one a line, such as \{"):
        read_traces(path)


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"{}" * 999)[:-9], gzip.compress(b"{}")[:10] + b"\xff" * 9],
    ids=["another format", "cut off", "broken"],
)
def test_a_packed_file_that_is_damaged_is_no_traceback(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "trace.jsonl.gz"
    path.write_bytes(body)
    with pytest.raises(TraceError, match=f"{path}: can't be read: .*; is it the right file, and whole"):
        read_traces(path)


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b'{"source": "nyt", "published": 1630000320}\n\xff\xfe\n')
    with pytest.raises(TraceError, match=r"trace\.jsonl:2: no JSON"):
        read_traces(path)
