"""Pacing: what is learned of each source's rhythm, and the pace of all."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create two tables, which fill with the next polls, and an index of who reads an event."""
    op.create_index("ix_reader_subscriptions_event", "reader_subscriptions", ["event"])
    op.create_table(
        "rhythms",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("learned", sa.LargeBinary(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_rhythms_source")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_rhythms")),
    )
    op.create_table(
        "pace",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("budgets", sa.JSON(), nullable=False),
        sa.Column("learned", sa.Text(), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heat_matches", sa.Float(), nullable=False),
        sa.Column("heat_items", sa.Float(), nullable=False),
        sa.Column("heat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("tokens_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pace")),
    )
