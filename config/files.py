"""Finds and reads the files of a watch config. What is wrong with a file becomes a `ConfigError` about it."""

import errno
import os
from pathlib import Path

from storywatch.errors import ConfigError, Problem

MAX_BYTES = 5 * 1024 * 1024
WHOLE_FILE = "(whole file)"

_NONE_LEFT = "no file descriptor is left; raise the limit, `ulimit -n` or LimitNOFILE= of the service"
_CLOSED = "permission denied; let the user that runs Storywatch read it, and enter every folder above it"
_REASONS = {errno.EMFILE: _NONE_LEFT, errno.ENFILE: _NONE_LEFT, errno.EACCES: _CLOSED, errno.EPERM: _CLOSED}


def printable(path: Path) -> str:
    """Return a path that is safe to print, whatever bytes its name has."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def about_file(path: Path, message: str, line: int = 1) -> ConfigError:
    """Return the error that says one thing about a whole file or folder."""
    return ConfigError([Problem(file=printable(path), line=line, key=WHOLE_FILE, message=message)])


def find_files(place: Path) -> list[Path]:
    """Return the YAML files of a folder in name order, or the one file that was named. Raises ConfigError.

    Names that begin with a dot are skipped: editors and file shares leave such files.
    """
    try:
        if place.is_dir():
            found = [entry for entry in sorted(place.iterdir()) if _is_yaml(entry)]
            return found or _refuse(place, "expected at least one .yaml file here; `storywatch init` writes a starter")
        place.stat()
    except FileNotFoundError:
        _refuse(place, "no such file or folder; `storywatch init` writes a starter")
    except (OSError, RuntimeError, ValueError) as error:
        _refuse(place, f"can't be opened: {_reason(error)}")
    return [place]


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in {".yaml", ".yml"} and not path.name.startswith(".")


def _refuse(path: Path, message: str) -> list[Path]:
    raise about_file(path, message)


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError):
        return type(error).__name__
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


def read_text(path: Path) -> str:
    """Return the text of one file. Raises ConfigError when it is too large, not plain UTF-8, or can't be read."""
    content = _read_bytes(path)
    if len(content) > MAX_BYTES:
        raise about_file(path, f"is larger than {MAX_BYTES // 1024**2} MB; split the watch config into several files")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise about_file(path, "expected text, found a NUL byte; save the file as UTF-8", line)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise about_file(path, "expected UTF-8, found other bytes; save the file as UTF-8", line) from None


def _read_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise about_file(path, "expected a regular file, found a folder, pipe or device")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise about_file(path, f"can't be read: {_reason(error)}") from None
