"""How much a document may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseLimits:
    """The bounds of one parse.

    `max_bytes`: of the decompressed body; a larger one is refused. `max_items`: the first so many items are kept,
    because feeds put the newest first. `max_field_chars`: of a summary or a content, whose rest is cut off. The
    worker process is killed when it uses more than `cpu_seconds` of CPU or `wall_seconds` of time; `memory_bytes` is
    what it may allocate on top of what it held before the document came. `keep_empty`: give items without id, link and
    text too, which polls have no use for.
    """

    max_bytes: int = 8 * 1024 * 1024
    max_items: int = 2000
    max_field_chars: int = 200_000
    cpu_seconds: int = 20
    memory_bytes: int = 512 * 1024 * 1024
    wall_seconds: float = 60
    keep_empty: bool = False
