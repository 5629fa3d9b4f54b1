"""Reads Markdown as the documentation uses it: sections with their tables, code blocks, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")
_HEADING = re.compile(r"^#+ (.+)$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A code block: the word behind its fence, its text, and the line of the fence from 1."""

    language: str
    text: str
    line: int


def prose(text: str) -> list[str]:
    """Return the lines outside code blocks."""
    return [line for line, inside in _marked(text) if not inside]


def blocks(text: str) -> Iterator[Block]:
    """Yield the code blocks."""
    opened: tuple[str, int] | None = None
    body: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence is None:
            body.append(line)
        elif opened is None:
            opened, body = (fence["info"].strip(), number), []
        else:
            yield Block(language=opened[0], text=dedent("\n".join(body)), line=opened[1])
            opened = None


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    inside = False
    for line in text.splitlines():
        is_fence = _FENCE.match(line) is not None
        yield line, inside or is_fence
        inside ^= is_fence


def tables(text: str) -> dict[str, list[Row]]:
    """Return the rows of each section's tables, without their heads, by the section's title."""
    found: dict[str, list[Row]] = {}
    title, width = "", 0
    for line in prose(text):
        heading = _HEADING.match(line)
        title = heading[1].strip() if heading else title
        width = width + 1 if line.startswith("|") else 0
        if width > 2:
            found.setdefault(title, []).append(_cells(line))
    return found


def _cells(line: str) -> Row:
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return tuple(re.sub(r"\\(.)", r"\1", cell.strip()) for cell in cells)


def name_in(cell: str) -> str:
    """Return the name that a row is about: what stands between backticks, or the bare cell."""
    return cell.partition("`")[2].partition("`")[0] or cell


def names(rows: list[Row]) -> list[str]:
    """Return what the rows are about."""
    return [name_in(row[0]) for row in rows]


def links(text: str) -> list[str]:
    """Return the targets of the links."""
    return [target for line in prose(text) for target in _LINK.findall(line)]


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    titles = (heading[1] for line in prose(text) if (heading := _HEADING.match(line)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def pages() -> list[Path]:
    """Return all pages of the documentation, and the README."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
