"""When a subscription is told: the times of its digest, and its quiet hours."""

from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from config.schema.base import Strict
from config.schema.checks import UnfitError
from config.schema.fields import Cron, TimeOfDay

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_SHORT: dict[str, dict[str, Any]] = {"daily": {}, "weekly": {"days": ["mon"]}}


class DigestSpec(Strict):
    """When a digest is sent: daily, weekly, or these keys."""

    at: TimeOfDay | None = Field(None, description='Time of day in quotes, such as "07:30"; default "07:00".')
    days: list[Day] = Field(default_factory=list, description="Days of the week, such as [mon, thu]; empty for each.")
    cron: Cron | None = Field(None, description='Instead of both: a cron line, such as "30 7,19 * * 1-5".')
    break_through: Literal["none", "normal", "high"] = Field(
        "none", description="What is at least so urgent is told at once and does not wait for the digest."
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        if data not in _SHORT:
            remedy = f'write {{cron: "{data}"}}' if len(data.split()) == 5 else ""
            raise UnfitError('daily, weekly, or keys such as {at: "07:30", days: [mon]}', remedy)
        return _SHORT[data]

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(_SHORT)}, handler(core_schema)]}


class QuietHoursSpec(Strict):
    """When nobody is to be disturbed."""

    begin: TimeOfDay = Field(alias="from", description='When they begin, in quotes, such as "22:00".')
    end: TimeOfDay = Field(alias="to", description='When they end, such as "07:00"; it may be on the next day.')
    break_through: Literal["none", "normal", "high"] = Field(
        "high", description="What is at least so urgent is told all the same."
    )
