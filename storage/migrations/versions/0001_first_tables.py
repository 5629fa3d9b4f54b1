"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_table(
        "outlets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlets")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.id"], name=op.f("fk_deliveries_subscription")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["next_attempt_at", "lane"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_hash", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault_code", sa.String(), nullable=True),
        sa.Column("fault_message", sa.String(), nullable=True),
        sa.Column("fault_permanent", sa.Boolean(), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_new_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_sources_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index("ix_sources_due", "sources", ["active", "next_poll_at"])
    op.create_index("ix_sources_host", "sources", ["host"])
    op.create_table(
        "attempts",
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault_code", sa.String(), nullable=True),
        sa.Column("fault_message", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_attempts_delivery")),
        sa.PrimaryKeyConstraint("delivery", "number", name=op.f("pk_attempts")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_items_outlet")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_items_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(op.f("ix_items_first_seen"), "items", ["first_seen"])
    op.create_table(
        "item_keys",
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_item_keys_item")),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_item_keys_outlet")),
        sa.PrimaryKeyConstraint("outlet", "key", name=op.f("pk_item_keys")),
    )
    op.create_index(op.f("ix_item_keys_item"), "item_keys", ["item"])
    op.create_table(
        "matches",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_matches_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_matches_item")),
        sa.PrimaryKeyConstraint("event", "item", "revision", name=op.f("pk_matches")),
    )
    op.create_table(
        "revisions",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("title_hash", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_revisions_item")),
        sa.PrimaryKeyConstraint("item", "number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "sightings",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title_hash", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_sightings_item")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_sightings_source")),
        sa.PrimaryKeyConstraint("item", "source", name=op.f("pk_sightings")),
    )
    op.create_table(
        "updates",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_updates_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_updates_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    op.create_index("ix_updates_event_created", "updates", ["event", "created"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("update", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("fault_code", sa.String(), nullable=True),
        sa.Column("fault_message", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_alerts_delivery")),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_alerts_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_alerts_item")),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.id"], name=op.f("fk_alerts_subscription")),
        sa.ForeignKeyConstraint(["update"], ["updates.id"], name=op.f("fk_alerts_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("subscription", "update", "item", name=op.f("uq_alerts_subscription_update_item")),
    )
    op.create_index(op.f("ix_alerts_created"), "alerts", ["created"])
    op.create_table(
        "reports",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("update", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_reports_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_reports_item")),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_reports_outlet")),
        sa.ForeignKeyConstraint(["update"], ["updates.id"], name=op.f("fk_reports_update")),
        sa.PrimaryKeyConstraint("event", "item", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_update"), "reports", ["update"])
