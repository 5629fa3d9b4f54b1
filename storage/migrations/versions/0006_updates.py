"""Updates and alerts: ledgers, changes, digests, readers, who left, which receivers fail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBERED = """
    update updates set number = (
        select count(*) from updates as before
        where before.event = updates.event
          and (before.created < updates.created or (before.created = updates.created and before.id <= updates.id))
    )
"""

LANES = "update deliveries set lane = lane || ' ' || subscriber where channel in ('apprise', 'webhook')"
CORROBORATIONS = """
    update alerts set kind = 'corroboration' where exists (
        select 1 from reports
        where reports.event = alerts.event and reports.item = alerts.item and reports.role = 'corroboration'
    )
"""
NOTICES = """
    update deliveries set kind = 'notice'
    where not exists (select 1 from alerts where alerts.delivery = deliveries.id)
"""


def upgrade() -> None:
    """Add columns and tables; rows that exist say in the new columns what they said before."""
    _add_columns()
    op.execute(NUMBERED)
    op.execute("update deliveries set claims = attempts")
    with op.batch_alter_table("alerts") as alerts:
        alerts.drop_constraint("uq_alerts_subscription_update_item", type_="unique")
        alerts.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="update"))
        alerts.add_column(sa.Column("change", sa.String(), nullable=False, server_default=sa.text("''")))
        alerts.add_column(sa.Column("severity", sa.Integer(), nullable=False, server_default="2"))
        alerts.add_column(sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
        alerts.add_column(sa.Column("owed", sa.JSON(), nullable=True))
        alerts.create_unique_constraint(
            "uq_alerts_subscription_update_item_change", ["subscription", "update", "item", "change"]
        )
    op.execute(LANES)
    op.execute(CORROBORATIONS)
    op.create_index("ix_alerts_update", "alerts", ["update"])
    op.create_index("ix_updates_merged_into", "updates", ["merged_into"])
    gathered = sa.text("release_at IS NOT NULL AND delivery IS NULL AND fault_code IS NULL")
    op.create_index(
        "ix_alerts_gathered",
        "alerts",
        ["release_at", "subscription"],
        sqlite_where=gathered,
        postgresql_where=gathered,
    )
    op.create_index("ix_deliveries_subscription_created", "deliveries", ["subscription", "created"])
    op.create_index("ix_alerts_delivery", "alerts", ["delivery"])
    op.execute(NOTICES)
    _create_ledgers()
    _create_people()


def _add_columns() -> None:
    op.add_column("updates", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("updates", sa.Column("severity", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("updates", sa.Column("mark", sa.String(), nullable=True))
    op.add_column("updates", sa.Column("merged_into", sa.String(), nullable=True))
    op.add_column("reports", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.add_column("reports", sa.Column("news", sa.JSON(), nullable=True))
    op.add_column("deliveries", sa.Column("kind", sa.String(), nullable=False, server_default="alert"))
    op.add_column("deliveries", sa.Column("claims", sa.Integer(), nullable=False, server_default="0"))


def _create_ledgers() -> None:
    op.create_table(
        "figures",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("least", sa.Boolean(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_figures_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_figures_item")),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_figures_outlet")),
        sa.PrimaryKeyConstraint("event", "item", "revision", "number", name=op.f("pk_figures")),
    )
    op.create_table(
        "statements",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("against", sa.String(), nullable=True),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_statements_event")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_statements_item")),
        sa.ForeignKeyConstraint(["against"], ["items.id"], name=op.f("fk_statements_against")),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_statements_outlet")),
        sa.PrimaryKeyConstraint("event", "item", "revision", "number", name=op.f("pk_statements")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("update", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("news", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_changes_event")),
        sa.ForeignKeyConstraint(["update"], ["updates.id"], name=op.f("fk_changes_update")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_changes_item")),
        sa.ForeignKeyConstraint(["outlet"], ["outlets.id"], name=op.f("fk_changes_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_event_seen", "changes", ["event", "seen"])
    op.create_table(
        "rechecks",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("last_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_rechecks_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_rechecks")),
    )
    op.create_index("ix_rechecks_next_check_at", "rechecks", ["next_check_at"])
    op.create_table(
        "endpoints",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("throttled_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_endpoints")),
    )


def _create_people() -> None:
    op.create_table(
        "readers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readers")),
        sa.UniqueConstraint("address", name=op.f("uq_readers_address")),
    )
    op.create_table(
        "reader_subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_to", sa.Text(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["subscriptions.id"], name=op.f("fk_reader_subscriptions_id")),
        sa.ForeignKeyConstraint(["reader"], ["readers.id"], name=op.f("fk_reader_subscriptions_reader")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_subscriptions")),
    )
    op.create_index("ix_reader_subscriptions_reader", "reader_subscriptions", ["reader"])
    op.create_table(
        "optouts",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", "event", name=op.f("pk_optouts")),
    )
    op.create_table(
        "suppressions",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
    )
    op.create_index("ix_bounces_address_at", "bounces", ["address", "at"])
