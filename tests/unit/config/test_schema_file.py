"""The JSON Schema that editors use says what the loader does."""

import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from config import catalogue_ids, json_schema
from config.shipped import SCHEMA_NAME, starter_files
from tests.unit.config import mistakes

VALIDATOR = Draft202012Validator(json_schema())


def as_json(text: str) -> Any:
    """Read YAML as an editor does: dates are texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_json(text))]


def test_the_committed_file_is_the_generated_one() -> None:
    """Else run: python -c "import config, json; print(json.dumps(config.json_schema(), indent=2))"."""
    assert json.loads((files("config") / SCHEMA_NAME).read_text("utf-8")) == json_schema()


def test_the_schema_is_valid_in_its_own_draft() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", [name for name in starter_files() if name.endswith(".yaml")])
def test_the_sample_fits_the_schema_and_points_at_it(name: str) -> None:
    """The first line names the file that `init` writes beside it."""
    text = starter_files()[name]
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_NAME}\n")
    assert complaints(text) == []


@pytest.mark.parametrize("outlet", catalogue_ids())
def test_the_catalogue_fits_the_schema(outlet: str) -> None:
    """As an operator's own outlet, written out."""
    entry = yaml.safe_load((files("config") / "catalogue" / f"{outlet}.yaml").read_text("utf-8"))
    assert complaints(yaml.safe_dump({"outlets": [entry]})) == []


@pytest.mark.parametrize(
    "case",
    [
        mistakes.SECTIONS["unknown section"],
        mistakes.SETTINGS["unknown key"],
        mistakes.SETTINGS["no contact"],
        mistakes.SETTINGS["duration without a unit"],
        mistakes.SETTINGS["port too high"],
        mistakes.OUTLETS["no name"],
        mistakes.OUTLETS["source without a url"],
        mistakes.OUTLETS["kind of another tool"],
        mistakes.OUTLETS["override misspelt"],
        mistakes.EVENTS["no title"],
        mistakes.EVENTS["groups forgotten"],
        mistakes.EVENTS["term is a number"],
        mistakes.SUBSCRIBERS["channel misspelt"],
        mistakes.SUBSCRIBERS["secret in the YAML"],
    ],
)
def test_editors_find_the_common_mistakes(case: mistakes.Mistake) -> None:
    """The negative control: the schema refuses what the loader refuses."""
    assert complaints(case.text) != []


def test_every_key_has_a_description() -> None:
    """Descriptions are the editor's help and the reference documentation."""
    models = [json_schema(), *json_schema()["$defs"].values()]
    bare = [
        f"{model['title']}.{key}"
        for model in models
        for key, value in model.get("properties", {}).items()
        if not value.get("description")
    ]
    assert bare == []
