"""Every error that Storywatch raises on purpose, in one tree.

    StorywatchError
    ├── ConfigError            the watch config can't be used; carries every problem found
    ├── VisitError             a source could not be visited or read
    ├── DeliveryError          a delivery was refused or could not be sent
    ├── ComposeError           an alert or a notice could not be written as a message
    ├── LeaseLost              another worker owns the row now; what was computed is dropped
    └── StorageError           the database can't be used as it is; the message says what to do
        └── NotStoredError     what was named is not in the database

A failure that belongs to one source or one delivery becomes a `Fault` value at the border of its room, so that it
travels with the batch and never ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class StorywatchError(Exception):
    """Something went wrong that an operator can understand and act on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A failure as a value: what went wrong with one source or one delivery.

    `code` is a stable word for programs (docs/reference/errors.md lists them all), `message` is for people.
    `permanent`: trying again unchanged can't help. `retry_after`: the other side asked for this pause. `attempted`:
    whether anything was tried; False for a delivery whose turn comes after `retry_after`, which counts no attempt.
    `mail_status`: the enhanced status of a mail server that refused a mail (RFC 3463), such as `5.1.1`.
    """

    code: str
    message: str
    permanent: bool = False
    retry_after: timedelta | None = None
    attempted: bool = True
    mail_status: str | None = None


class FaultError(StorywatchError):
    """An error that carries the `Fault` it becomes at its room's border."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        attempted: bool = True,
        mail_status: str | None = None,
    ) -> None:
        super().__init__(message)
        self.fault = Fault(
            code=code,
            message=message,
            permanent=permanent,
            retry_after=retry_after,
            attempted=attempted,
            mail_status=mail_status,
        )


class VisitError(FaultError):
    """A source could not be visited or read."""


class DeliveryError(FaultError):
    """A delivery was refused or could not be sent."""


class ComposeError(FaultError):
    """An alert or a notice could not be written as a message: it is set aside, the rest of its poll goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong in the watch config, placed so that an editor can jump to it.

    `line` counts from 1; `key` is the path of keys, such as `events[0].title`.
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class ConfigError(StorywatchError):
    """The watch config can't be used. Carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class LeaseLost(StorywatchError):  # noqa: N818 - it names what happened
    """The lease ran out and another worker took the row: drop the result, the new owner does the work again."""


class StorageError(StorywatchError):
    """The database can't be used as it is; the message says what to do."""


class NotStoredError(StorageError):
    """What was named is not in the database."""


class HubError(FaultError):
    """A hub did not take a request."""


class ListenError(StorywatchError):
    """An address at which hubs or people should reach us can't be listened at."""
