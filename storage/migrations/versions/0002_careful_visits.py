"""What careful visits remember: known elements, wishes, holds of hosts, moves, alarms, items set aside, differences."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SOURCES = (
    sa.Column("every", sa.Integer(), nullable=True),
    sa.Column("asked_as", sa.String(), nullable=True),
    sa.Column("elements", sa.LargeBinary(), nullable=True),
    sa.Column("parts", sa.JSON(), nullable=True),
    sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("listed", sa.Integer(), nullable=True),
    sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("wishes", sa.JSON(), nullable=True),
    sa.Column("current_url", sa.String(), nullable=True),
    sa.Column("moved_to", sa.String(), nullable=True),
    sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("moved_times", sa.Integer(), nullable=True),
    sa.Column("alarms", sa.JSON(), nullable=True),
    sa.Column("twin_of", sa.String(), nullable=True),
)


def upgrade() -> None:
    """Add columns and tables; rows that exist keep what they say."""
    for column in SOURCES:
        op.add_column("sources", column)
    op.add_column("revisions", sa.Column("time_origin", sa.String(), nullable=False, server_default="published"))
    op.add_column("revisions", sa.Column("time_correction", sa.String(), nullable=True))
    op.add_column("revisions", sa.Column("difference", sa.Text(), nullable=True))
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages_after", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_alarms_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_source", "alarms", ["source"])
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"])
    op.create_table(
        "set_aside",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_set_aside_source")),
        sa.PrimaryKeyConstraint("source", "item", name=op.f("pk_set_aside")),
    )
