"""Reads the source code for what the documentation must name: fault codes, log lines, environment variables."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.pages import ROOT

PACKAGES = ("storywatch", "spiders", "channels", "storage", "scheduler", "config", "network", "dashboard")
FAMILIES = {"VisitError": "visits", "DeliveryError": "deliveries", "ComposeError": "composing", "HubError": "hubs"}
_LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}

Codes = dict[str, set[bool]]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the packages with its path from the root."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"), str(path))


def fault_codes(tree: ast.AST, family_of_fault: str) -> Iterator[tuple[str, str | None, bool | None]]:
    """Yield family, code and permanence of every fault that is made; None stands for what only a run can tell."""
    for call in _calls(tree):
        called = _called(call)
        if called not in {*FAMILIES, "Fault"}:
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        code = call.args[0] if call.args else given.get("code")
        permanent = given.get("permanent", ast.Constant(value=False))
        yield FAMILIES.get(called, family_of_fault), _text(code), _truth(permanent)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _truth(node: ast.expr) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def returned_codes(tree: ast.AST, function: str) -> set[str]:
    """Return the first texts of the pairs that a function returns."""
    found = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
    pairs = (node.value for node in ast.walk(found) if isinstance(node, ast.Return))
    return {text for pair in pairs if isinstance(pair, ast.Tuple) and (text := _text(pair.elts[0])) is not None}


def log_lines(tree: ast.AST) -> dict[str, set[str]]:
    """Return the fields of every log event."""
    found: dict[str, set[str]] = defaultdict(set)
    speakers = _speakers(tree)
    for call in _calls(tree):
        event = _text(call.args[0]) if call.args else None
        if event is not None and (_is_log(call.func) or _called(call) in speakers):
            found[event] |= {name for keyword in call.keywords for name in _fields(keyword)}
    return found


def _is_log(node: ast.AST) -> bool:
    on_log = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "log"
    return on_log and isinstance(node, ast.Attribute) and node.attr in _LEVELS


def _speakers(tree: ast.AST) -> set[str]:
    """Names that stand for a method of the log, such as `level` in `level = log.warning if fault else log.info`."""
    given = (
        node for node in ast.walk(tree) if isinstance(node, ast.Assign) and any(map(_is_log, ast.walk(node.value)))
    )
    return {target.id for node in given for target in node.targets if isinstance(target, ast.Name)}


def _fields(keyword: ast.keyword) -> Iterator[str]:
    """Yield the names of a keyword: its own, or the keys of the dictionaries behind `**`."""
    if keyword.arg is not None:
        yield keyword.arg
        return
    for node in ast.walk(keyword.value):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def environment_variables(path: str, tree: ast.AST) -> set[str]:
    """Return the variables that a module reads: `environ.get("X")`, and every text that looks like one of ours.

    In spiders/ such texts are settings of Scrapy.
    """
    asked = {
        text
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and "environ" in ast.dump(call.func.value)
        for text in map(_text, call.args[:1])
        if text is not None
    }
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    ours = {text for text in texts if re.fullmatch(r"STORYWATCH_[A-Z_]+", text)}
    return asked if path.startswith("spiders/") else asked | ours


def source(path: str) -> ast.Module:
    """Return one module of the source."""
    return ast.parse((ROOT / Path(path)).read_text("utf-8"))
