"""Understands the database setting: a path or a URL."""

import re
from pathlib import Path
from urllib.parse import urlsplit

SQLITE = re.compile(r"sqlite(\+aiosqlite)?://(?P<path>/.*)?", re.DOTALL)
POSTGRES = re.compile(r"(postgresql|postgres)(\+asyncpg)?://(?P<rest>.+)", re.DOTALL)
EXPECTED = "expected a path, sqlite:///FILE or postgresql://USER@HOST/NAME"


def database_url(text: str, folder: Path) -> str:
    """Return `sqlite:////absolute/file` or `postgresql://...`; a relative file starts at `folder`.

    Raises ValueError, without quoting the text, which may hold a password.
    """
    sqlite, postgres = SQLITE.fullmatch(text), POSTGRES.fullmatch(text)
    if postgres:
        return f"postgresql://{postgres['rest']}"
    if not sqlite and "://" in text:
        raise ValueError(f"{EXPECTED}, found another kind of URL")
    file = (sqlite["path"] or "")[1:] if sqlite else text
    if not file or file == ":memory:" or "?" in file:
        raise ValueError(f"{EXPECTED}, found SQLite without a plain file name")
    return f"sqlite:///{(folder / file).absolute()}"


def holds_password(text: str) -> bool:
    """Tell whether a database URL holds a password, in its login or in a parameter."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return True
    return bool(parts.password) or "password=" in parts.query.lower()
