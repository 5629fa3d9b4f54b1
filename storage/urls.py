"""Database URLs, which may hold a password: no error shows one."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storywatch.errors import StorageError


def parse_url(url: str) -> URL:
    """Read a database URL. Raises `StorageError`, without the URL, for it may hold a password."""
    try:
        return make_url(url)
    except ArgumentError:
        raise StorageError("the database is no URL, such as sqlite:///FILE or postgresql://HOST/NAME") from None
