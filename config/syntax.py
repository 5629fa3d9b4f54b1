"""Says in plain words what is wrong with a file that is not YAML.

PyYAML's own words may quote the file's text, which may be a secret, so none of them reaches the operator.
"""

import re

import yaml

from config.bounded import BeyondBoundsError

_MEANINGS = (
    (
        r"mapping values are not allowed",
        "a second colon on the line, or wrong indentation; put text with ': ' in quotes",
    ),
    (r"could not find expected ':'", "expected a colon after a key here; check the line above too"),
    (r"'\\t'", "found a tab; indent with spaces"),
    (r"'[@`%]' that cannot start", "text that begins with @, ` or % must stand in quotes"),
    (r"unexpected end of stream", "a quote or bracket that was opened is not closed"),
    (r"undefined alias|alphabetic or numeric character", "text that begins with * or & must stand in quotes"),
    (r"expected ',' or|flow (sequence|node|mapping)", "a bracket or brace is not closed, or a comma is missing"),
    (r"unknown escape|hexdecimal|hexadecimal", "a backslash in double quotes starts an escape; use single quotes"),
    (r"another document|document start", "expected one document a file, found a second; remove the line ---"),
    (r"duplicate anchor", "the same &anchor stands twice"),
    (r"expected <block end>|block (mapping|collection|sequence)", "the indentation does not fit the lines above"),
    (r"tag", "text that begins with ! must stand in quotes"),
)


def explain(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, counted from 1, and what is wrong there."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, "found a control character that YAML does not allow; remove it"
    meaning = _meaning(error)
    first, second = ("context_mark", "problem_mark") if "not closed" in meaning else ("problem_mark", "context_mark")
    mark = getattr(error, first, None) or getattr(error, second, None)
    return mark.line + 1 if mark is not None else 1, f"is not valid YAML: {meaning}"


def _meaning(error: yaml.YAMLError) -> str:
    problem, context = str(getattr(error, "problem", "")), str(getattr(error, "context", ""))
    if isinstance(error, BeyondBoundsError):
        return problem
    for said in (problem, context):
        for pattern, meaning in _MEANINGS:
            if re.search(pattern, said):
                return meaning
    return "check quotes, colons and indentation here and on the line above"
