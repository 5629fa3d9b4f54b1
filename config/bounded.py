"""Composes YAML's node graph within bounds, by libyaml's scanner where it is there: four times faster."""

from typing import Any

import yaml
from yaml.composer import Composer, ComposerError
from yaml.nodes import Node

MAX_DEPTH = 32
MAX_VALUES = 300_000


class BeyondBoundsError(ComposerError):
    """The document is too deep or has too many values."""


class _Bounded(Composer):
    """Stops composing a document that is too deep or has too many values, before it costs the memory."""

    depth = 0
    values = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self.depth += 1
        self.values += 1
        if self.depth > MAX_DEPTH:
            self._stop(f"nested deeper than {MAX_DEPTH} levels")
        if self.values > MAX_VALUES:
            self._stop(f"more than {MAX_VALUES} values in one file; split it")
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _stop(self, limit: str) -> None:
        here = self.peek_event()  # type: ignore[attr-defined]  # of the parser that the loaders below add
        raise BeyondBoundsError(None, None, limit, here.start_mark)


class _SafeLoader(_Bounded, yaml.SafeLoader):
    """PyYAML's safe loader."""


def _fast_loader() -> type[Any]:
    class FastLoader(_Bounded, yaml.CSafeLoader):
        """libyaml's scanner and parser below PyYAML's composer."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    return FastLoader


_FAST = _fast_loader() if yaml.__with_libyaml__ else _SafeLoader


def compose(text: str) -> Node | None:
    """Return the root of the node graph, None for an empty document. Raises yaml.YAMLError."""
    try:
        return _compose(_FAST, text)
    except BeyondBoundsError:
        raise
    except yaml.YAMLError:
        # Once more by PyYAML's own scanner: `config.syntax` explains its errors.
        return _compose(_SafeLoader, text)


def _compose(kind: type[Any], text: str) -> Node | None:
    node: Node | None = kind(text).get_single_node()
    return node
