"""The disk: SQLAlchemy tables, migrations, and the repositories that implement the core's ports."""

from storage.store import Store, open_store

__all__ = ["Store", "open_store"]
