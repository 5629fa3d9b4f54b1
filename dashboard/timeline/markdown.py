"""A timeline as Markdown (CommonMark), in the manner of a running entry."""

import re
from collections.abc import Iterator

from channels.citation import Citation
from dashboard.timeline.entries import Entry, Named, entries_of, title_of
from storywatch.timeline import Timeline

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def markdown(timeline: Timeline) -> str:
    """Return the document: a title, a paragraph for each update with its outlets in parentheses, lines to cite."""
    entries = entries_of(timeline)
    said = [f"# {escaped(title_of(timeline))}", *map(_paragraph, entries)]
    if not entries:
        return f"{said[0]}\n\nNothing is known of it yet.\n"
    said += ["## To cite", "\n".join(line for entry in entries for line in _to_cite(entry))]
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


def _to_cite(entry: Entry) -> Iterator[str]:
    yield from (f"- **{entry.number}.** {_cited(citation)}" for citation in entry.citations)


def _cited(citation: Citation) -> str:
    """Return one line; addresses stand in angle brackets, so that they are pasted as they are."""
    link = f", <{citation.url}>" if citation.url else ""
    copy = f"Archived: <{citation.archive}>; " if citation.archive else ""
    return f"{escaped(citation.said)}{link} ({copy}{citation.times})"


def _literal(line: str) -> str:
    """A sign at the beginning would open a list."""
    return ("\\" if line[:1] in {"+", "-"} else "") + escaped(line)


def _named(outlet: Named) -> str:
    name = escaped(outlet.name)
    return f"[{name}](<{outlet.link}>)" if outlet.link else name
