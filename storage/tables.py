"""The tables. docs/reference/database.md explains each column; a test holds the migrations against this page.

Ids are texts that the core derives, so that work that is done again meets its own rows. Times are UTC.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeDecorator

from storywatch.model import as_utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite stores no zone; a naive time is refused before it gets there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive times, store UTC."""
        return None if value is None else as_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


outlets = Table(
    "outlets",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("url", String, nullable=False),
    Column("host", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("every", Integer),
    Column("next_poll_at", UtcTime, nullable=False),
    Column("lease_token", String),
    Column("lease_until", UtcTime),
    Column("etag", String),
    Column("last_modified", String),
    Column("body_hash", String),
    Column("asked_as", String),
    Column("elements", LargeBinary),
    Column("parts", JSON),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("fault_code", String),
    Column("fault_message", String),
    Column("fault_permanent", Boolean),
    Column("last_poll_at", UtcTime),
    Column("last_success_at", UtcTime),
    Column("last_new_at", UtcTime),
    Column("newest_at", UtcTime),
    Column("listed", Integer),
    Column("held_until", UtcTime),
    Column("fresh_until", UtcTime),
    Column("wishes", JSON),
    Column("current_url", String),
    Column("moved_to", String),
    Column("moved_since", UtcTime),
    Column("moved_times", Integer),
    Column("alarms", JSON),
    Column("twin_of", String),
    Index("ix_sources_due", "active", "next_poll_at"),
    Index("ix_sources_host", "host"),
)

rhythms = Table(
    "rhythms",
    metadata,
    Column("source", ForeignKey("sources.id"), primary_key=True),
    Column("learned", LargeBinary, nullable=False),
    Column("weight", Float, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("budgets", JSON, nullable=False),
    Column("learned", Text),
    Column("refreshed_at", UtcTime),
    Column("heat_matches", Float, nullable=False),
    Column("heat_items", Float, nullable=False),
    Column("heat_at", UtcTime),
    Column("tokens", Float, nullable=False),
    Column("tokens_at", UtcTime),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("held_until", UtcTime),
    Column("pages_after", UtcTime),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", ForeignKey("sources.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("message", String, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index("ix_alarms_source", "source"),
    Index("ix_alarms_raised_at", "raised_at"),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("source", ForeignKey("sources.id"), primary_key=True),
    Column("item", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("message", String, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", String, primary_key=True),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("source", ForeignKey("sources.id"), nullable=False),
    Column("url", String, index=True),
    Column("first_seen", UtcTime, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
)

item_keys = Table(
    "item_keys",
    metadata,
    Column("outlet", ForeignKey("outlets.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("item", ForeignKey("items.id"), nullable=False, index=True),
)

revisions = Table(
    "revisions",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen", UtcTime, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("author", String),
    Column("published", UtcTime),
    Column("updated", UtcTime),
    Column("language", String),
    Column("title_hash", String, nullable=False),
    Column("text_hash", String, nullable=False),
    Column("time_origin", String, nullable=False, server_default="published"),
    Column("time_correction", String),
    Column("difference", Text),
)

sightings = Table(
    "sightings",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("source", ForeignKey("sources.id"), primary_key=True),
    Column("title_hash", String, nullable=False),
    Column("text_hash", String, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("imported_at", UtcTime),
)

matches = Table(
    "matches",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("threshold", Float),
    Column("ground", String),
    Column("contributions", JSON),
    Column("decided", UtcTime),
)

misses = Table(
    "misses",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("ground", String, nullable=False),
    Column("lacks", JSON, nullable=False),
    Column("veto", String),
    Column("reasons", JSON, nullable=False),
    Column("contributions", JSON, nullable=False),
    Column("decided", UtcTime, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("belongs", Boolean, nullable=False),
    Column("given", UtcTime, nullable=False),
    Column("by", String, nullable=False),
    Column("revoked_at", UtcTime),
)

seeds = Table(
    "seeds",
    metadata,
    Column("event", String, primary_key=True),
    Column("url", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published", UtcTime),
    Column("fetched_at", UtcTime, nullable=False),
)

memory = Table(
    "memory",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("items", Integer, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("saved", UtcTime, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

search = Table(
    "search",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql")),
)
Index("ix_search_words", search.c.words, postgresql_using="gin").ddl_if(dialect="postgresql")

updates = Table(
    "updates",
    metadata,
    Column("id", String, primary_key=True),
    Column("event", ForeignKey("events.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("headline", String, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("severity", Integer, nullable=False, server_default="2"),
    Column("mark", String),
    Column("merged_into", String, index=True),
    Index("ix_updates_event_created", "event", "created"),
)

reports = Table(
    "reports",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("update", ForeignKey("updates.id"), nullable=False, index=True),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("role", String, nullable=False),
    Column("seen", UtcTime, nullable=False),
    Column("origin", String, nullable=False, server_default=text("''")),
    Column("news", JSON),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("subscriber", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("active", Boolean, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String, primary_key=True),
    Column("subscription", ForeignKey("subscriptions.id"), nullable=False),
    Column("subscriber", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("lease_token", String),
    Column("lease_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("kind", String, nullable=False, server_default="alert"),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("settled_at", UtcTime),
)
Index("ix_deliveries_subscription_created", deliveries.c.subscription, deliveries.c.created)
Index(
    "ix_deliveries_due",
    deliveries.c.next_attempt_at,
    deliveries.c.lane,
    sqlite_where=deliveries.c.state == "waiting",
    postgresql_where=deliveries.c.state == "waiting",
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery", ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("fault_code", String),
    Column("fault_message", String),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String, primary_key=True),
    Column("subscription", ForeignKey("subscriptions.id"), nullable=False),
    Column("event", ForeignKey("events.id"), nullable=False),
    Column("update", ForeignKey("updates.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("created", UtcTime, nullable=False, index=True),
    Column("delivery", ForeignKey("deliveries.id"), index=True),
    Column("fault_code", String),
    Column("fault_message", String),
    Column("kind", String, nullable=False, server_default="update"),
    Column("change", String, nullable=False, server_default=text("''")),
    Column("severity", Integer, nullable=False, server_default="2"),
    Column("release_at", UtcTime),
    Column("owed", JSON(none_as_null=True)),
    UniqueConstraint("subscription", "update", "item", "change"),
    Index("ix_alerts_update", "update"),
)
gathered = and_(alerts.c.release_at.is_not(None), alerts.c.delivery.is_(None), alerts.c.fault_code.is_(None))
"""Says of an alert that it waits for its release."""
Index(
    "ix_alerts_gathered", alerts.c.release_at, alerts.c.subscription, sqlite_where=gathered, postgresql_where=gathered
)

figures = Table(
    "figures",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("value", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("least", Boolean, nullable=False),
    Column("of", String, nullable=False),
    Column("said_by", String),
    Column("quote", Text, nullable=False),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("since", UtcTime, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("event", ForeignKey("events.id"), primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("stance", String, nullable=False),
    Column("speaker", String, nullable=False),
    Column("quote", Text, nullable=False),
    Column("against", ForeignKey("items.id")),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("since", UtcTime, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("id", String, primary_key=True),
    Column("event", ForeignKey("events.id"), nullable=False),
    Column("update", ForeignKey("updates.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("outlet", ForeignKey("outlets.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("seen", UtcTime, nullable=False),
    Column("difference", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("news", JSON),
    Index("ix_changes_event_seen", "event", "seen"),
)

rechecks = Table(
    "rechecks",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("host", String, nullable=False),
    Column("next_check_at", UtcTime),
    Column("checks", Integer, nullable=False),
    Column("last_check_at", UtcTime),
    Column("etag", String),
    Column("last_modified", String),
    Column("title", Text),
    Column("text", Text),
    Column("missing_since", UtcTime),
    Column("gone_since", UtcTime),
    Column("lease_token", String),
    Column("lease_until", UtcTime),
    Index("ix_rechecks_next_check_at", "next_check_at"),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("lane", String, primary_key=True),
    Column("failing_since", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("throttled_until", UtcTime),
    Column("disabled_at", UtcTime),
    Column("reason", Text),
    Column("told_at", UtcTime),
)

readers = Table(
    "readers",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("address", String, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime),
    Column("left_at", UtcTime),
    UniqueConstraint("address"),
)

reader_subscriptions = Table(
    "reader_subscriptions",
    metadata,
    Column("id", ForeignKey("subscriptions.id"), primary_key=True),
    Column("reader", ForeignKey("readers.id"), nullable=False),
    Column("event", String, nullable=False),
    Column("options", JSON, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("agreed_at", UtcTime),
    Column("agreed_to", Text),
    Column("left_at", UtcTime),
    Index("ix_reader_subscriptions_reader", "reader"),
    Index("ix_reader_subscriptions_event", "event"),
)

optouts = Table(
    "optouts",
    metadata,
    Column("address", String, primary_key=True),
    Column("event", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", String, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("lifted_at", UtcTime),
)

bounces = Table(
    "bounces",
    metadata,
    Column("id", String, primary_key=True),
    Column("address", String, nullable=False),
    Column("delivery", String),
    Column("status", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("diagnostic", Text, nullable=False),
    Index("ix_bounces_address_at", "address", "at"),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", ForeignKey("sources.id"), nullable=False, index=True),
    Column("hub", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("made_for", String, nullable=False),
    Column("standing", String, nullable=False),
    Column("ask_at", UtcTime, nullable=False, index=True),
    Column("withdrawn", Integer, nullable=False),
    Column("asked_at", UtcTime),
    Column("confirmed_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("pushed_at", UtcTime),
    Column("promised_at", UtcTime),
    Column("proven", Boolean, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("fault_code", String),
    Column("fault_message", String),
)
