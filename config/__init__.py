"""What operators write: the schema and the loader of the watch config, and the YAML that ships with Storywatch.

The names load on first use: pydantic and PyYAML cost a fifth of a second that most commands should not pay.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.imported import Imported, import_feeds, outlets_yaml
    from config.loader import Loaded, load, load_events, load_with_warnings
    from config.opml import FeedList, read_opml, write_opml
    from config.rotating import rotate_file
    from config.schema import json_schema
    from config.shipped import catalogue_ids
    from config.starter import write_starter

__all__ = [
    "FeedList",
    "Imported",
    "Loaded",
    "catalogue_ids",
    "import_feeds",
    "json_schema",
    "load",
    "load_events",
    "load_with_warnings",
    "outlets_yaml",
    "read_opml",
    "rotate_file",
    "write_opml",
    "write_starter",
]

_HOMES = {
    "FeedList": "config.opml",
    "Imported": "config.imported",
    "Loaded": "config.loader",
    "catalogue_ids": "config.shipped",
    "import_feeds": "config.imported",
    "json_schema": "config.schema",
    "load": "config.loader",
    "load_events": "config.loader",
    "load_with_warnings": "config.loader",
    "outlets_yaml": "config.imported",
    "read_opml": "config.opml",
    "rotate_file": "config.rotating",
    "write_opml": "config.opml",
    "write_starter": "config.starter",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'config' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
