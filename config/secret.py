"""Reads the secrets that the watch config points at. Neither a secret nor the value that names it enters a message."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.tree import Node, Part
from storywatch.errors import Problem

MAX_BYTES = 16 * 1024
SHORTEST_KEY = 32
MAKE_ONE = 'make one with: printf "whsec_%s" "$(openssl rand -base64 32)"'


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """Where secrets come from: files relative to the folder of the watch config, and the environment.

    What can't be had is None and leaves a note in `problems`.
    """

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    problems: list[Problem] = field(default_factory=list)

    def read(
        self, node: Node, path: Sequence[Part], name: str, check: Callable[[str], str] | None = None
    ) -> str | None:
        """Return the secret that `name`_file or `name`_env under a path points at; None if neither is given.

        `check` returns the secret as it is to be used, or raises ValueError with a message that doesn't quote it.
        """
        for suffix, source in (("_file", self._from_file), ("_env", self._from_environment)):
            place = (*path, name + suffix)
            given = node.at(place)
            if given is not None and isinstance(given.value, str):
                try:
                    secret = source(given.value.strip())
                    return check(secret) if check else secret
                except ValueError as error:
                    self.problems.append(node.problem(str(error), place))
                    return None
        return None

    def _from_environment(self, name: str) -> str:
        value = self.environ.get(name, "").strip()
        if not value:
            raise ValueError("the environment variable named here is not set, or empty; set it and start again")
        return value

    def _from_file(self, name: str) -> str:
        path = self.folder / name
        try:
            if not path.is_file():
                raise ValueError("the file named here does not exist; a relative path starts at the watch config")
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ValueError(f"the file named here can't be read: {error.strerror}") from None
        return _line_in(content)


def _line_in(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(content) > MAX_BYTES or not text.isprintable():
        raise ValueError("expected one line of text in the file named here; write the secret and nothing else into it")
    return text


def webhook_secret(secret: str) -> str:
    """Return a secret that is as Standard Webhooks 1.0.0 wants it. Raises ValueError, which doesn't quote it."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError(
            f"expected a secret of whsec_ and base64 of 24 to 64 random bytes, found other text; {MAKE_ONE}"
        )
    return secret


def push_key(secret: str) -> str:
    """Return a key that can't be guessed. Raises ValueError, which doesn't quote it."""
    if len(secret) < SHORTEST_KEY:
        raise ValueError(
            f"expected a key of at least {SHORTEST_KEY} random characters; make one with: openssl rand -hex 32"
        )
    return secret
