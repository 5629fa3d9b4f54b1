"""The `events` section: the running stories that are tracked."""

from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from config.schema.base import Strict
from config.schema.fields import Day, DayOf, Group, Id, Language, Line, Prose, Query, Term, WebAddress


class NameSpec(Strict):
    """A person, place or organisation: the name alone, or the name with other spellings."""

    name: Line = Field(description="The name; facets refer to it.")
    aliases: list[Line] = Field(default_factory=list, description="Other spellings and names.")

    @model_validator(mode="before")
    @classmethod
    def _accept_text(cls, data: Any) -> Any:
        return {"name": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}


class SeedSpec(Strict):
    """An early report that shows what the event is about."""

    text: Prose = Field(description="What the report says: headline and summary, or a few sentences.")
    id: Line | None = Field(None, description="Id of the report in its stream.")
    url: WebAddress | None = Field(None, description="Address of the report.")
    published: DayOf | None = Field(None, description="Day of publication (UTC).")


class EventSpec(Strict):
    """A tracked event."""

    id: Id = Field(description="Id of the event; it stays when the title changes.")
    title: Line = Field(description="What the story is called in alerts.")
    aliases: list[Line] = Field(
        default_factory=list, description="Other names of the event itself: an item that says one is about the event."
    )
    all_of: list[Group] = Field(
        default_factory=list,
        alias="all",
        description=(
            "Groups of words and phrases. Every group needs a hit; any member of a group is a hit. "
            "A * at the end matches the rest of a word; the name of a person, place or organisation stands for "
            "all of its spellings; title: and NEAR/5 and /regex/ work too."
        ),
    )
    none_of: list[Term] = Field(
        default_factory=list,
        alias="none",
        description="Words and phrases that rule an item out, whatever else it says.",
    )
    query: Query | None = Field(
        None,
        description=(
            "The same as one line, as in search alerts: AND, OR, NOT, quotes, parentheses, *, NEAR/5, title:. "
            "Beside all, both must hold."
        ),
    )
    match: Literal["strict", "assisted"] = Field(
        "assisted",
        description=(
            "strict: all and query decide to the letter, the score only orders. "
            "assisted: they are strong evidence beside the score."
        ),
    )
    people: list[NameSpec] = Field(default_factory=list, description="People of the story, with their spellings.")
    places: list[NameSpec] = Field(default_factory=list, description="Places of the story, with their spellings.")
    organisations: list[NameSpec] = Field(
        default_factory=list, description="Organisations of the story, with their spellings."
    )
    since: Day | None = Field(None, description="First day of publication that counts (UTC, inclusive).")
    until: Day | None = Field(None, description="Last day of publication that counts (UTC, inclusive).")
    languages: list[Language] = Field(default_factory=list, description="Only items in these languages; empty for all.")
    outlets: list[Id] = Field(default_factory=list, description="Only items of these outlets; empty for all.")
    tags: list[Id] = Field(default_factory=list, description="Words by which subscriptions pick events.")
    seeds: list[SeedSpec] = Field(default_factory=list, description="Early reports, as examples of the event.")
