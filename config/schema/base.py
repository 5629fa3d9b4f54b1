"""What all models of the watch config have in common."""

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, model_validator


class Strict(BaseModel):
    """A mapping of known keys. A known key with an empty value counts as not given."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = cls.known_keys()
        return {key: value for key, value in data.items() if value is not None or key not in known}

    @classmethod
    def known_keys(cls) -> dict[str, str]:
        """Return the keys as they are written in YAML, each with its description."""
        return {field.alias or name: field.description or "" for name, field in cls.model_fields.items()}

    @classmethod
    def below(cls, key: str) -> "type[Strict] | None":
        """Return the model of what stands under a key, or under the entries of its list; None for plain values."""
        for name, field in cls.model_fields.items():
            if key == (field.alias or name):
                return _model_in(field.annotation)
        return None


def _model_in(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
