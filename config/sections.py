"""Joins the files of a watch config: the settings of one of them, the lists of all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from config.files import WHOLE_FILE
from config.overlay import with_catalogue
from config.prose import found, unknown_key
from config.schema import SECTIONS
from config.tree import Node
from storywatch.errors import ConfigError, Problem


@dataclass(kw_only=True, slots=True)
class Sections:
    """The entries of all files, each knowing its place, and what is wrong so far.

    `whole`: every file could be read, so that an id that is nowhere really is unknown; `outlets_whole`: so could every
    reference to the catalogue.
    """

    settings: Node | None = None
    outlets: list[Node] = field(default_factory=list)
    events: list[Node] = field(default_factory=list)
    subscribers: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    outlets_whole: bool = True

    def lists(self) -> dict[str, list[Node]]:
        """Return the lists by their keys."""
        return {"outlets": self.outlets, "events": self.events, "subscribers": self.subscribers}


def join_sections(documents: Sequence[Node]) -> Sections:
    """Join the documents, in their order."""
    sections = Sections()
    for document in documents:
        if not isinstance(document.value, dict):
            expected = f"expected the keys {', '.join(SECTIONS)}, found {found(document)}"
            sections.problems.append(Problem(file=document.file, line=1, key=WHOLE_FILE, message=expected))
            sections.whole = False
            continue
        for key, node in document.value.items():
            _take(sections, document, key, node)
    sections.outlets = _from_catalogue(sections)
    return sections


def _take(sections: Sections, document: Node, key: str, node: Node) -> None:
    target = sections.lists().get(key)
    if key not in SECTIONS:
        sections.problems.append(document.problem(unknown_key(key, SECTIONS), (key,)))
    elif node.value is None:
        return
    elif target is None:
        _take_settings(sections, node)
    elif isinstance(node.value, list):
        target += node.value
    else:
        sections.problems.append(node.problem(f"expected a list of entries that begin with -, found {found(node)}"))


def _take_settings(sections: Sections, node: Node) -> None:
    first = sections.settings
    if first is None:
        sections.settings = node
    else:
        message = f"settings stand in one place only, first in {first.file}:{first.line}; join them there"
        sections.problems.append(node.problem(message))


def _from_catalogue(sections: Sections) -> list[Node]:
    outlets = []
    for entry in sections.outlets:
        try:
            outlets.append(with_catalogue(entry))
        except ConfigError as error:
            sections.problems += error.problems
            sections.outlets_whole = False
    return outlets
