"""The `outlets` section: publishers with their sources, written out or taken from the shipped catalogue.

Some keys are facts that this version validates and keeps but doesn't act on yet; their description says so.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from config.schema.base import Strict
from config.schema.fields import (
    Age,
    Host,
    Id,
    InnerSelector,
    Language,
    Line,
    Param,
    Pause,
    Prose,
    Requests,
    Selector,
    TimeZone,
    WebAddress,
)

_LATER = "Kept for a later version."


def _entry_or_reference(schema: dict[str, Any]) -> None:
    """Tell editors: a reference to the catalogue needs nothing else, an own outlet an id, a name, and urls."""
    schema.pop("required", None)
    source = {"type": "object", "required": ["id", "url"]}
    own = {"required": ["id", "name"], "properties": {"sources": {"items": source}}}
    schema.update({"if": {"required": ["catalogue"]}, "then": {}, "else": own})


def _only_id(schema: dict[str, Any]) -> None:
    schema["required"] = ["id"]


class SourceSpec(Strict):
    """One thing that is polled."""

    model_config = ConfigDict(json_schema_extra=_only_id)

    id: Id = Field(description="Id of the source, unique in the whole watch config.")
    url: WebAddress = Field(description="Address that is polled.")
    kind: Literal["feed", "news_sitemap", "page"] = Field(
        "feed",
        description=(
            "How it is read: feed (RSS, Atom or JSON Feed; the default), news_sitemap (or an index of them), or page "
            "(a listing if it has a selector, else watched for change)."
        ),
    )
    every: Pause | None = Field(
        None,
        description=(
            "A fixed pause between two polls; at least 60s, default settings.polling.every. Without either the source "
            "is paced."
        ),
    )
    stale_after: Age | None = Field(
        None,
        description=(
            "Newest item older than this: the source answers but says nothing new, an alarm. Default 30d, and none for "
            "a page."
        ),
    )
    empty_is_error: bool = Field(default=False, description="A valid document without items is a failure.")
    enabled: bool = Field(default=True, description="Poll it.")
    status: Literal["proven", "in_use", "probe", "blocked", "dead"] | None = Field(
        None,
        description=(
            "What is known of it: proven (a probe saw it work), in_use (in lists and code kept up today), "
            "probe (probe it before you enable it), blocked or dead."
        ),
    )
    verify: bool = Field(
        default=True, description="The first document must look like the source's before anything of it is stored."
    )
    gaps_only: bool = Field(
        default=False,
        description="Visit it only when another source of the outlet may have lost items, and once a month.",
    )
    own: bool = Field(
        default=False,
        description=(
            "The server is your own: every (default 15m) alone counts, not what the server asks for, and no other "
            "limit."
        ),
    )
    drop_urls: list[Line] = Field(
        default_factory=list, description="Items whose URL has this form are dropped; * stands for anything."
    )
    selector: Selector | None = Field(
        None,
        description="Where the entries of a page or their links stand: CSS, or XPath, which begins with /, ./ or (.",
    )
    title_selector: InnerSelector | None = Field(None, description="Where an entry's title stands, if not in its link.")
    link_selector: InnerSelector | None = Field(None, description="Where an entry's link stands, if it has several.")
    summary_selector: InnerSelector | None = Field(None, description="Where an entry's summary stands.")
    time_selector: InnerSelector | None = Field(
        None, description="Where an entry's time stands, if not in a time element."
    )
    region: Selector | None = Field(
        None, description="Selector of the part of a watched page that is read; without it its article is found."
    )
    note: Prose | None = Field(None, description="What people should know; the catalogue says here what it rests on.")


class OutletSpec(Strict):
    """A publisher with its sources."""

    model_config = ConfigDict(json_schema_extra=_entry_or_reference)

    catalogue: Id | None = Field(
        None, description="Take this outlet from the shipped catalogue; keys beside it override what it says."
    )
    id: Id = Field(description="Id of the outlet.")
    name: Line = Field(description="Name of the outlet as alerts cite it.")
    hosts: list[Host] = Field(
        default_factory=list,
        description="Host names it publishes under, the canonical one first; an article is the same on each of them.",
    )
    strip_params: list[Param] = Field(
        default_factory=list,
        description="Query parameters that don't tell its articles apart, such as smid or utm_*.",
    )
    time_zone: TimeZone | None = Field(
        None, description="IANA time zone of dates that come without a zone; default UTC."
    )
    language: Language | None = Field(None, description="Language of items that name none, such as en.")
    fetch_pages: bool = Field(default=False, description=f"Visit the article pages too, not only the sources. {_LATER}")
    budget: Requests | None = Field(
        None,
        description=(
            "Polls a day of its sources together, at most, but one for each paced one; without it only the whole "
            "budget counts."
        ),
    )
    live_url_patterns: list[Line] = Field(
        default_factory=list,
        description=(
            "Forms of URLs whose page keeps changing, such as */live/*; * stands for anything. There the URL alone "
            "says which item it is."
        ),
    )
    note: Prose | None = Field(None, description="What people should know about the outlet.")
    sources: list[SourceSpec] = Field(
        default_factory=list,
        description="What is polled. Beside catalogue: an entry with a known id overrides that source key by key.",
    )
