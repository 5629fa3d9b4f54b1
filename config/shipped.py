"""The YAML that ships with Storywatch: the outlet catalogue, one file an outlet, and the sample watch config."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from config.document import read_document
from config.tree import Node

SCHEMA_NAME = "watch-config.schema.json"


@cache
def catalogue_ids() -> tuple[str, ...]:
    """Return the ids of the outlets in the catalogue, sorted."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _shipped("catalogue")))


@cache
def catalogue_outlet(outlet: str) -> Node:
    """Return one outlet of the catalogue."""
    name = f"{outlet}.yaml"
    return read_document((_root() / "catalogue" / name).read_text("utf-8"), f"catalogue/{name}")[0]


def starter_files() -> dict[str, str]:
    """Return the files of the starter by name: the sample watch config, and the schema that editors check it by."""
    sample = {entry.name: entry.read_text("utf-8") for entry in _shipped("sample")}
    return sample | {SCHEMA_NAME: (_root() / SCHEMA_NAME).read_text("utf-8")}


def _shipped(folder: str) -> list[Traversable]:
    entries = (_root() / folder).iterdir()
    return sorted((entry for entry in entries if entry.name.endswith(".yaml")), key=lambda entry: entry.name)


def _root() -> Traversable:
    return files("config")
