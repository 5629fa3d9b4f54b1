"""Reads the secrets that the watch config points at. Neither a secret nor the value that names it enters a message."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.tree import Node, Part
from storywatch.errors import Problem
from storywatch.webhook_secrets import read_secrets

MAX_BYTES = 16 * 1024
SHORTEST_KEY = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """Where secrets come from: files relative to the folder of the watch config, and the environment.

    What can't be had is None and leaves a note in `problems`. `files`: those that were looked at, found or not.
    """

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def read(
        self,
        node: Node,
        path: Sequence[Part],
        name: str,
        check: Callable[[str], str] | None = None,
        *,
        several: bool = False,
    ) -> str | None:
        """Return the secret that `name`_file or `name`_env under a path points at; None if neither is given.

        `check` returns the secret as it is to be used, or raises ValueError with a message that doesn't quote it.
        `several`: a file may have more lines than one.
        """
        for suffix, source in (("_file", self._from_file), ("_env", self._from_environment)):
            place = (*path, name + suffix)
            given = node.at(place)
            if given is not None and isinstance(given.value, str):
                try:
                    secret = lines_in(source(given.value.strip()), several=several)
                    return check(secret) if check else secret
                except ValueError as error:
                    self.problems.append(node.problem(str(error), place))
                    return None
        return None

    def _from_environment(self, name: str) -> bytes:
        value = self.environ.get(name, "").strip()
        if not value:
            raise ValueError("the environment variable named here is not set, or empty; set it and start again")
        return os.fsencode(value)

    def _from_file(self, name: str) -> bytes:
        path = self.folder / name
        self.files.append(path)
        try:
            if not path.is_file():
                raise ValueError("the file named here does not exist; a relative path starts at the watch config")
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ValueError(f"the file named here can't be read: {error.strerror}") from None


def lines_in(content: bytes, *, several: bool) -> str:
    """Return the text that a secret is read from. Raises ValueError, which doesn't quote it."""
    try:
        lines = content.decode("utf-8-sig").strip().splitlines()
    except UnicodeDecodeError:
        lines = []
    if not lines or len(content) > MAX_BYTES or not all(line.isprintable() for line in lines):
        raise ValueError("expected one line of text in what is named here; write the secret and nothing else into it")
    if len(lines) > 1 and not several:
        raise ValueError("expected one line of text in what is named here, found several; keep the secret alone")
    return "\n".join(lines)


def signing_secrets(text: str) -> str:
    """Return the lines of a signing secret's file as they are. Raises ValueError, which doesn't quote them."""
    read_secrets(text)
    return text


def signing_key(secret: str) -> str:
    """Return a key that can't be guessed. Raises ValueError, which doesn't quote it."""
    if len(secret) < SHORTEST_KEY:
        raise ValueError(
            f"expected a key of at least {SHORTEST_KEY} random characters; make one with: openssl rand -hex 32"
        )
    return secret
