"""The demo's folder: the sample event as it ships, and a watch config around it that points at the local servers."""

import base64
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml

import config
from storywatch.cli.demo.press import Newsroom
from storywatch.errors import StorywatchError
from storywatch.model import SourceKind, WatchConfig

MARK = ".storywatch-demo"
_KINDS = {"news_sitemap": SourceKind.NEWS_SITEMAP}


class StageError(StorywatchError):
    """The folder can't be a demo's; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where things are in the demo's folder, which is also the folder of its watch config."""

    folder: Path

    @property
    def mails(self) -> Path:
        """The mails that the editor got."""
        return self.folder / "mails"

    @property
    def calls(self) -> Path:
        """The bodies of the webhook calls that the foreign desk got."""
        return self.folder / "webhook-calls"

    @property
    def timeline(self) -> Path:
        """The running story as it stands at the end; beside it the same in Markdown."""
        return self.folder / "timeline.html"

    @property
    def log(self) -> Path:
        """What the daemon logged."""
        return self.folder / "daemon.log"


@contextmanager
def claimed_stage(folder: Path) -> Iterator[Stage]:
    """Take a folder for one demo until the block ends: a new or empty one, or an earlier demo's, which is cleared.

    Raises StageError when it holds anything else, when another demo plays in it, or when it can't be written.
    """
    stage = Stage(folder=folder)
    with _marked(folder) as mark:
        _lock(mark, folder)
        with _about(folder):
            _clear(folder)
            stage.mails.mkdir()
            stage.calls.mkdir()
        yield stage


def _marked(folder: Path) -> IO[bytes]:
    with _about(folder):
        _refuse_strangers(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / MARK).open("ab")


@contextmanager
def _about(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StageError(f"{folder} can't be used: {error.strerror}; choose another with --folder") from error


def _refuse_strangers(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StageError(f"{folder} is not a folder; choose another with --folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise StageError(f"{folder} holds something else than a demo and is left alone; choose another --folder")


def _lock(mark: IO[bytes], folder: Path) -> None:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StageError(f"another demo plays in {folder}; choose another with --folder") from None


def _clear(folder: Path) -> None:
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != MARK:
            child.unlink()


def new_secret() -> str:
    """Return a fresh webhook secret."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def write_config(stage: Stage, rooms: Iterable[Newsroom], *, smtp_port: int, hook: str, secret: str) -> WatchConfig:
    """Write the watch config and read it. Its events are the sample's, byte for byte; `hook` is a `host:port`."""
    config.write_starter(stage.folder)
    secrets = stage.folder / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "foreign-desk").write_text(secret, "ascii")
    rooms = tuple(rooms)
    allowed = [*(room.target for room in rooms), hook]
    _write(stage.folder / "settings.yaml", {"settings": _settings(allowed, smtp_port)})
    _write(stage.folder / "outlets.yaml", {"outlets": [_outlet(room) for room in rooms]})
    _write(stage.folder / "subscribers.yaml", {"subscribers": _subscribers(f"http://{hook}/storywatch")})
    return config.load(stage.folder, os.environ)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    head = "# Written by storywatch demo: the local servers that this points at are gone when the demo has ended.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), "utf-8")


def _settings(allowed: list[str], smtp_port: int) -> dict[str, Any]:
    return {
        "contact": "demo@storywatch.example",
        "mail_from": "Storywatch <alerts@storywatch.example>",
        "smtp": {"host": "127.0.0.1", "port": smtp_port, "tls": "none"},
        # The longest that a visit may take makes the leases long: they count the story's minutes (`demo.clock`).
        "polling": {"every": "60s", "timeout": "2m"},
        "egress": {"allow": allowed},
        "shutdown_timeout": "5s",
    }


def _outlet(room: Newsroom) -> dict[str, Any]:
    press = room.press
    kind = _KINDS.get(press.shape, SourceKind.FEED)
    return {
        "id": press.id,
        "name": press.name,
        "hosts": [press.host],
        "strip_params": list(press.strip_params),
        "time_zone": press.time_zone,
        "language": "en",
        "sources": [{"id": press.id, "kind": kind.value, "url": room.url}],
    }


def _subscribers(hook: str) -> list[dict[str, Any]]:
    """Return the sample's two subscribers: the editor wants confirmations too, the foreign desk has a program."""
    return [
        {
            "id": "editor",
            "name": "The editor",
            "email": "editor@storywatch.example",
            "subscriptions": [{"channel": "email", "events": ["kabul-airport-attack"], "corroborations": True}],
        },
        {
            "id": "foreign-desk",
            "name": "The foreign desk",
            "webhook": {"url": hook, "secret_file": "secrets/foreign-desk"},
            "subscriptions": [{"channel": "webhook", "tags": ["afghanistan"]}],
        },
    ]
