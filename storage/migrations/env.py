"""Alembic's entry: runs the migrations on the connection that `storage.schema` opened."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
# SQLite can't alter most of a table in place: Alembic copies it.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
