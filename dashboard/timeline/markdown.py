"""A timeline as Markdown (CommonMark), in the manner of a running entry."""

import re
from collections.abc import Iterator

from dashboard.timeline.entries import Entry, Named, entries_of, title_of
from storywatch.timeline import Timeline

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def markdown(timeline: Timeline) -> str:
    """Return the document: a title, then a paragraph for each update with its outlets in parentheses."""
    entries = entries_of(timeline)
    said = [f"# {escaped(title_of(timeline))}", *map(_paragraph, entries)]
    if not entries:
        said.append("Nothing is known of it yet.")
    return "\n\n".join(said) + "\n"


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\1", text)


def _paragraph(entry: Entry) -> str:
    mark = f" ({entry.mark})" if entry.mark else ""
    outlets = ", ".join(map(_named, entry.outlets))
    said = f"**{entry.number}. {entry.day}.**{mark} {escaped(entry.text)} ({outlets})"
    return "\n".join([said, *_later(entry)])


def _later(entry: Entry) -> Iterator[str]:
    if entry.later:
        yield ""
    for later in entry.later:
        yield f"- {later.day}: {escaped(later.said)}"
        yield from (f"  - {_literal(line)}" for line in later.lines)


def _literal(line: str) -> str:
    """A sign at the beginning would open a list."""
    return ("\\" if line[:1] in {"+", "-"} else "") + escaped(line)


def _named(outlet: Named) -> str:
    name = escaped(outlet.name)
    return f"[{name}](<{outlet.link}>)" if outlet.link else name
