"""How documents cross the border between processes: large ones packed, for each side holds them several times."""

import pickle
from dataclasses import dataclass
from gzip import GzipFile
from io import BufferedWriter, BytesIO
from typing import cast

from storywatch.errors import Fault
from storywatch.model import Document

_LARGE = 512 * 1024
_FAST = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A large value, compressed."""

    data: bytes


def packed_body(body: bytes) -> bytes | Packed:
    """Pack a body if it is large."""
    return _packed(body) if len(body) > _LARGE else body


def body_of(body: bytes | Packed) -> bytes:
    """Undo `packed_body`."""
    return cast("bytes", _unpacked(body)) if isinstance(body, Packed) else body


def packed_result(result: Document | Fault) -> Document | Fault | Packed:
    """Pack a document if there is much in it."""
    if isinstance(result, Fault) or sum(len(item.summary) + len(item.content) for item in result.items) < _LARGE:
        return result
    return _packed(result)


def result_of(result: Document | Fault | Packed) -> Document | Fault:
    """Undo `packed_result`."""
    return cast("Document", _unpacked(result)) if isinstance(result, Packed) else result


def _packed(value: object) -> Packed:
    target = BytesIO()
    with GzipFile(fileobj=target, mode="wb", compresslevel=_FAST) as compressed, BufferedWriter(compressed) as file:
        pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
    return Packed(data=target.getvalue())


def _unpacked(packed: Packed) -> object:
    # The other side is a process of our own.
    with GzipFile(fileobj=BytesIO(packed.data)) as file:
        return pickle.load(file)  # noqa: S301
