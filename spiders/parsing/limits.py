"""How much a document may cost."""

import math
from dataclasses import dataclass
from typing import Any

from storywatch.errors import Fault, VisitError
from storywatch.model import Limits, Settings

_DEFAULTS = Limits()
# Beside two busy processes of normal priority on its core, a worker at niceness 10 gets a twentieth of it
# (110 of 110 + 2 * 1024 shares, sched(7)). The kernel bounds the CPU: this only ends a worker that waits for ever.
_WALL_PER_CPU = 20
_LEAST_WALL = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseLimits:
    """The bounds of one parse.

    `max_bytes`: of the decompressed body; a larger one is refused. `max_items`: the first so many items are kept,
    because feeds put the newest first. `item_bytes`: of the element of an item; a larger one is set aside.
    `max_field_chars`: of a summary or a content, whose rest is cut off. `depth`: how deep elements may stand inside
    each other. `cpu_seconds` and `memory_bytes` (on top of what the worker held before the document came): of the
    parse. An item that takes too much of them is set aside; the kernel kills the worker process that uses more CPU all
    the same, and the pool the one that takes longer than its `patience`: `wall_seconds`, or twenty times the CPU limit.
    `keep_empty`: give items without id, link and text too, which polls have no use for.
    """

    max_bytes: int = 8 * 1024 * 1024
    max_items: int = _DEFAULTS.items
    item_bytes: int = _DEFAULTS.item_bytes
    max_field_chars: int = _DEFAULTS.field_chars
    depth: int = _DEFAULTS.depth
    cpu_seconds: float = _DEFAULTS.parse_cpu.total_seconds()
    memory_bytes: int = _DEFAULTS.parse_memory
    wall_seconds: float = math.inf
    keep_empty: bool = False

    @property
    def patience(self) -> float:
        """The seconds after which a parse is given up, whatever its worker does; more than a busy machine needs."""
        return min(self.wall_seconds, max(_LEAST_WALL, _WALL_PER_CPU * self.cpu_seconds))


def limits_of(settings: Settings) -> ParseLimits:
    """Return the limits that an installation declares."""
    declared = settings.limits
    return ParseLimits(
        max_bytes=settings.max_bytes,
        max_items=declared.items,
        item_bytes=declared.item_bytes,
        max_field_chars=declared.field_chars,
        depth=declared.depth,
        cpu_seconds=declared.parse_cpu.total_seconds(),
        memory_bytes=declared.parse_memory,
    )


def overrun(what: str, key: str) -> Fault:
    """Return the fault of a parse that cost too much: what it did, and the setting that forbids it."""
    return Fault(code="parse_limit", message=f"{what} (settings.limits.{key})")


def too_much_cpu(subject: str, limits: ParseLimits) -> Fault:
    """Return the fault of a parse that took too much CPU."""
    return overrun(f"{subject} takes too much of the {limits.cpu_seconds:g} seconds of CPU permitted", "parse_cpu")


def too_much_memory(subject: str, limits: ParseLimits) -> Fault:
    """Return the fault of a parse that took too much memory."""
    return overrun(f"{subject} takes more than the {limits.memory_bytes} bytes of memory permitted", "parse_memory")


def nests_too_deep(deepest: int) -> VisitError:
    """Return the error of a document with too much inside each other."""
    return VisitError(
        "parse_limit", f"the document nests more than the {deepest} levels permitted (settings.limits.depth)"
    )


def check_depth(node: Any, deepest: int) -> None:
    """Raise VisitError `parse_limit` if a JSON document nests deeper than permitted."""
    level = [node]
    for _ in range(deepest + 1):
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return
        level = [child for each in containers for child in (each.values() if isinstance(each, dict) else each)]
    raise nests_too_deep(deepest)
