"""Trace files: when sources published, one item a line, as `simulate-polling` reads them."""

import gzip
import json
import math
import zlib
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from storywatch.cli.output import progress_bar
from storywatch.errors import StorywatchError
from storywatch.pacing import LONGEST_FLOOR
from storywatch.pacing.simulation import Manners, Track

LONGEST_LINE = 65_536
"""Bytes. A line names a source and a time."""
MOST_PROBLEMS = 5
"""Lines with problems that are told; the rest is counted."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
EXAMPLE = '{"source": "nyt-world", "published": "2021-08-26T17:52:00Z"}'


class TraceError(StorywatchError):
    """A trace file can't be used. The message has a line for each problem, with file, line and remedy."""


class _LineError(ValueError):
    """What is wrong with a line, and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceFile:
    """What a file holds. `repeated`: lines that told of a known item again, which counts once."""

    tracks: tuple[Track, ...]
    repeated: int


@dataclass(kw_only=True, slots=True)
class _Gathered:
    """One source's lines so far. `known`: ids, or times of items without one."""

    published: "array[float]" = field(default_factory=lambda: array("d"))
    matched: bytearray = field(default_factory=bytearray)
    known: dict[object, int] = field(default_factory=dict)
    floor: float = 0.0
    repeated: int = 0

    def add(self, line: dict[str, Any]) -> None:
        published, matched, floor = _moment(line), _flag(line), _floor(line)
        self.floor = max(self.floor, floor)
        place = self.known.setdefault(_identity(line, published), len(self.published))
        if place == len(self.published):
            self.published.append(published)
            self.matched.append(matched)
            return
        self.repeated += 1
        self.matched[place] |= matched
        self.published[place] = min(self.published[place], published)

    def track(self, source: str) -> Track:
        published = np.frombuffer(self.published, np.float64)
        order = np.argsort(published, kind="stable")
        matched = np.frombuffer(self.matched, np.bool_)[order]
        return Track(source=source, published=published[order], matched=matched, manners=Manners(max_age=self.floor))


def read_traces(path: Path) -> TraceFile:
    """Read a trace file behind a progress bar; `.gz` is unpacked. Raises TraceError with the first few problems."""
    gathered: dict[str, _Gathered] = {}
    problems: list[str] = []
    wrong = 0
    for number, line in enumerate(_lines(path), 1):
        try:
            _take(line, gathered)
        except _LineError as error:
            wrong += 1
            if wrong <= MOST_PROBLEMS:
                problems.append(f"{path}:{number}: {error}")
    if wrong > MOST_PROBLEMS:
        problems.append(f"{path}: {wrong - MOST_PROBLEMS} more lines can't be used")
    if not problems and not gathered:
        problems.append(f"{path}: holds no items; write one a line, such as {EXAMPLE}")
    if problems:
        raise TraceError("\n".join(problems))
    tracks = tuple(gathered[source].track(source) for source in sorted(gathered))
    return TraceFile(tracks=tracks, repeated=sum(one.repeated for one in gathered.values()))


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines, each as far as a line may go."""
    try:
        with ExitStack() as stack:
            progress = stack.enter_context(progress_bar())
            raw = stack.enter_context(progress.open(path, "rb", description="reading"))
            unpacked = stack.enter_context(gzip.open(raw)) if path.suffix == ".gz" else raw
            lines = cast("IO[bytes]", unpacked)
            while line := lines.readline(LONGEST_LINE + 1):
                yield line
                while len(line) > LONGEST_LINE and not line.endswith(b"\n"):  # its rest is no line of its own
                    line = lines.readline(LONGEST_LINE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise TraceError(f"{path}: can't be read: {error}; is it the right file, and whole?") from error


def _take(line: bytes, gathered: dict[str, _Gathered]) -> None:
    if not line.strip():
        return
    if len(line) > LONGEST_LINE:
        raise _LineError(f"longer than {LONGEST_LINE} bytes; a line is one item, such as {EXAMPLE}")
    told = _object(line)
    gathered.setdefault(_source(told), _Gathered()).add(told)


def _object(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _LineError(f"no JSON: {error}; a line is one item, such as {EXAMPLE}") from error
    if not isinstance(told, dict):
        raise _LineError(f"no JSON object; a line is one item, such as {EXAMPLE}")
    return told


def _source(told: dict[str, Any]) -> str:
    source = told.get("source")
    if not isinstance(source, str) or not source.strip():
        raise _LineError('`source` must be a text that names the source, such as "nyt-world"')
    return source


def _moment(told: dict[str, Any]) -> float:
    """Return the time of publication in seconds since 1970."""
    said = told.get("published")
    if isinstance(said, str):
        seconds = _iso(said)
    elif isinstance(said, int | float) and not isinstance(said, bool):
        seconds = _number(said)
    else:
        raise _LineError('`published` must be a time: "2021-08-26T17:52:00Z", or seconds since 1970')
    if not EARLIEST <= seconds <= LATEST:
        hint = "; these look like milliseconds, divide them by 1000" if EARLIEST <= seconds / 1000 <= LATEST else ""
        raise _LineError(f"`published` is {said!r:.60}, which lies outside 1990 to 2100{hint}")
    return seconds


def _iso(said: str) -> float:
    try:
        moment = datetime.fromisoformat(said.strip())
    except ValueError as error:
        raise _LineError(f"`published` is {said!r:.60}, no ISO 8601; write 2021-08-26T17:52:00Z") from error
    if moment.tzinfo is None:
        raise _LineError(f"`published` is {said!r:.60}, which names no zone; end it in Z for UTC, or in +02:00")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _number(said: float) -> float:
    try:
        return float(said)
    except OverflowError:
        return math.inf


def _flag(told: dict[str, Any]) -> bool:
    matched = told.get("matched")
    if matched is not None and not isinstance(matched, bool):
        raise _LineError("`matched` must be true or false: whether the item matched an event")
    return bool(matched)


def _floor(told: dict[str, Any]) -> float:
    """Return for how many seconds the publisher's answers hold, by whichever name it is given."""
    longest = LONGEST_FLOOR.total_seconds()
    told_floors = [(name, told[name]) for name in ("floor", "max_age") if told.get(name) is not None]
    for name, value in told_floors:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= longest:
            raise _LineError(f"`{name}` must be seconds from 0 to {longest:.0f}: the pause that the publisher asks for")
    return max((float(value) for _, value in told_floors), default=0.0)


def _identity(told: dict[str, Any], published: float) -> object:
    """Return what makes two lines one item: the `id`, or without one the moment."""
    name = told.get("id")
    if name is None:
        return published
    if not isinstance(name, str | int):
        raise _LineError("`id` must be a text or a number: what the item is called within its source")
    return str(name)
