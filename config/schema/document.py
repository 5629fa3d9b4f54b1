"""The whole watch config: its sections, and the JSON Schema that editors use."""

from typing import Any

from pydantic import Field

from config.schema.base import Strict
from config.schema.events import EventSpec
from config.schema.outlets import OutletSpec
from config.schema.settings import SettingsSpec
from config.schema.subscribers import SubscriberSpec


class WatchFile(Strict):
    """One file of a watch config. The files of a folder are read in name order and their lists joined."""

    settings: SettingsSpec | None = Field(None, description="What holds for the whole installation; in one file only.")
    outlets: list[OutletSpec] | None = Field(None, description="Publishers with their sources.")
    events: list[EventSpec] | None = Field(None, description="The running stories that are tracked.")
    subscribers: list[SubscriberSpec] | None = Field(
        None, description="Who is told, by which channel, of which events."
    )


SECTIONS = WatchFile.known_keys()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a watch config file."""
    schema = WatchFile.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_without_null_defaults(schema),
        "title": "Storywatch watch config",
    }


def _without_null_defaults(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not (k == "default" and v is None)}
        return {name: _without_null_defaults(child) for name, child in kept.items()}
    if isinstance(value, list):
        return [_without_null_defaults(child) for child in value]
    return value
