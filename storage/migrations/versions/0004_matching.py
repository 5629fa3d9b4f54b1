"""Matching: why items matched, near misses, feedback, fetched seeds, memory, and the search of what is stored."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage import search

revision = "0004"
down_revision = "0003"

MATCHES = (
    sa.Column("threshold", sa.Float(), nullable=True),
    sa.Column("ground", sa.String(), nullable=True),
    sa.Column("contributions", sa.JSON(), nullable=True),
    sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
)


def upgrade() -> None:
    """Add columns and tables, and make what is stored searchable.

    The events that exist were matched while their items came: they count as imported.
    """
    for column in MATCHES:
        op.add_column("matches", column)
    op.add_column("events", sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True))
    events = sa.table("events", sa.column("imported_at", sa.DateTime(timezone=True)))
    op.execute(sa.update(events).values(imported_at=datetime.now(UTC)))
    op.create_index(op.f("ix_items_url"), "items", ["url"])
    _create_misses()
    _create_feedback()
    op.create_table(
        "seeds",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event", "url", name=op.f("pk_seeds")),
    )
    op.create_table(
        "memory",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_memory")),
    )
    _create_search()
    search.fill(op.get_bind())


def _create_misses() -> None:
    op.create_table(
        "misses",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("lacks", sa.JSON(), nullable=False),
        sa.Column("veto", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("contributions", sa.JSON(), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_misses_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_misses_item")),
        sa.PrimaryKeyConstraint("event", "item", name=op.f("pk_misses")),
    )


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("belongs", sa.Boolean(), nullable=False),
        sa.Column("given", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_feedback_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_feedback_item")),
        sa.PrimaryKeyConstraint("event", "item", name=op.f("pk_feedback")),
    )


def _create_search() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    words = sa.dialects.postgresql.TSVECTOR() if on_postgresql else sa.Text()
    op.create_table(
        "search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("words", words, nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_search_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    if on_postgresql:
        op.create_index("ix_search_words", "search", ["words"], postgresql_using="gin")
        return
    # The words are folded already and stand in no order: nothing of the text need be kept, nor where each word stood.
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
    )
    op.execute("CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_words, 'row')")
