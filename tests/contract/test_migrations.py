"""The tables: made and upgraded by Alembic when a database is opened."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage import Store, open_store, search, tables
from storage.engine import make_engine, reading, writing
from storage.schema import MIGRATIONS
from storywatch.errors import StorageError
from storywatch.model import ChannelKind, Reason, SearchTerm, lane_of
from storywatch.pacing.rhythm import Rhythm
from tests.contract.working import counts, poll, rows
from tests.support.patience import soon
from tests.support.samples import KABUL, NOW, a_config, a_source, parsed


def is_compared(_thing: Any, name: str | None, *_: Any) -> bool:
    """Leave out SQLite's full-text index, which no table can describe, and PostgreSQL's, where SQLite has that one.

    That they are there is what the tests of the search hold.
    """
    return not (name or "").startswith(("search_", "ix_search_words"))


def differences(connection: Connection) -> list[Any]:
    """Return what the migrations made otherwise than the tables' page says."""
    opts = {"compare_type": True, "compare_server_default": True, "include_object": is_compared}
    context = MigrationContext.configure(connection, opts=opts)
    found: list[Any] = compare_metadata(context, tables.metadata)
    return found


async def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    """Columns, types, keys and indexes: nothing differs."""
    async with reading(store.engine) as connection:
        assert await connection.run_sync(differences) == []


async def test_a_forgotten_column_would_be_noticed(store: Store) -> None:
    """The negative control of the test above."""
    async with writing(store.engine) as connection:
        await connection.execute(text("ALTER TABLE sources DROP COLUMN etag"))
    async with reading(store.engine) as connection:
        assert len(await connection.run_sync(differences)) == 1


async def test_a_database_is_opened_again_as_it_is(store_url: str) -> None:
    """The upgrade does nothing the second time."""
    async with open_store(store_url) as store:
        await store.sources.apply(a_config(), NOW)
        before = await counts(store)
    async with open_store(store_url) as store:
        assert await counts(store) == before


async def test_a_fresh_database_answers_every_question(store: Store) -> None:
    """Before the first config: empty lists and zeros."""
    status = dict(await store.queries.status(NOW))
    assert status.pop("last_poll_at") is None
    assert set(status.values()) == {0}
    lists = [store.queries.sources(), store.queries.events(), store.queries.items(9), store.queries.updates(9)]
    lists += [store.queries.alerts(9), store.queries.deliveries(9)]
    assert [await one for one in lists] == [[]] * 6
    assert not await store.sources.due_hosts(NOW, 9)
    assert not await store.outbox.due_lanes(NOW, 9)


async def test_a_database_of_a_newer_version_is_refused(store_url: str) -> None:
    """With what to do, and without touching it."""
    async with open_store(store_url) as store, writing(store.engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer Storywatch \(its schema is 9999\): upgrade"):
        async with open_store(store_url):
            pass
    engine = make_engine(store_url)
    async with reading(engine) as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"
    await engine.dispose()


async def test_several_that_open_a_fresh_database_at_once_all_get_it(store_url: str) -> None:
    """One makes the tables, the others wait."""
    all_open = asyncio.Barrier(4)

    async def opened() -> int:
        async with open_store(store_url) as store:
            await all_open.wait()
            return len(await counts(store))

    async with soon():
        assert await asyncio.gather(*(opened() for _ in range(4))) == [len(tables.metadata.tables)] * 4


def test_no_two_migrations_follow_one() -> None:
    """The versions are one line, numbered in order."""
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


async def test_who_already_has_0006_gets_the_index_of_readers_by_event(store_url: str) -> None:
    """A version that is shipped stays as it was: what it lacks comes with the next."""
    await make_old(store_url, "0006")
    engine = make_engine(store_url)
    async with reading(engine) as connection:
        assert "ix_reader_subscriptions_event" not in await connection.run_sync(indexes)
    await engine.dispose()
    async with open_store(store_url) as store, reading(store.engine) as connection:
        assert "ix_reader_subscriptions_event" in await connection.run_sync(indexes)


def indexes(connection: Connection) -> set[str | None]:
    """Return the names of the indexes of readers' subscriptions."""
    return {index["name"] for index in inspect(connection).get_indexes("reader_subscriptions")}


# From 0003 -----------------------------------------------------------------------------------------------------------

OLD_ROWS = """
INSERT INTO outlets VALUES ('nyt', 'NYT');
INSERT INTO events VALUES ('kabul', 'Attack', true);
INSERT INTO sources (id, outlet, kind, url, host, active, next_poll_at, failures)
    VALUES ('nyt-world', 'nyt', 'feed', 'https://nyt.example', 'nyt.example', true, '2021-08-26 18:00:00', 0);
INSERT INTO items VALUES ('i1', 'nyt', 'nyt-world', 'https://nyt.example/1', '2021-08-26 18:00:00', 2);
INSERT INTO items VALUES ('i2', 'nyt', 'nyt-world', NULL, '2021-08-26 19:00:00', 1);
INSERT INTO revisions (item, number, seen, title, summary, content, title_hash, text_hash)
    VALUES ('i1', 1, '2021-08-26 18:00:00', '13 dead', '', '', '', '');
INSERT INTO revisions (item, number, seen, title, summary, content, title_hash, text_hash)
    VALUES ('i1', 2, '2021-08-26 18:30:00', '170 dead', 'Al-Sha''ab', '', '', '');
INSERT INTO revisions (item, number, seen, title, summary, content, title_hash, text_hash)
    VALUES ('i2', 1, '2021-08-26 19:00:00', 'Elections in Norway', '', '', '', '');
INSERT INTO matches VALUES ('kabul', 'i1', 1, 0.9, '[{"asked": "dead", "found": "dead", "field": "title"}]');
"""


async def make_old(store_url: str, revision: str = "0003", more: str = "") -> None:
    """Make a database of an old version with a few rows."""
    engine = make_engine(store_url)
    async with writing(engine) as connection:
        await connection.run_sync(upgrade_to, "0003")
        for statement in OLD_ROWS.split(";\n")[:-1]:
            await connection.execute(text(statement.replace(":", "\\:")))
        await connection.run_sync(upgrade_to, revision)
        for statement in more.split(";\n")[:-1]:
            await connection.execute(text(statement.replace(":", "\\:")))
    await engine.dispose()


def upgrade_to(connection: Connection, revision: str) -> None:
    """Run the migrations up to one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_what_was_stored_before_can_be_searched(store_url: str) -> None:
    """By the latest text of each item; and a second start indexes nothing again."""
    await make_old(store_url)
    for _ in range(2):
        async with open_store(store_url) as store:
            assert (await counts(store))["search"] == 2
            for asked, found in (("170", ["i1"]), ("shaab", ["i1"]), ("norway", ["i2"]), ("13", [])):
                terms = [SearchTerm(text=asked)]
                assert [item.id async for item in store.archive.stream(any_of=terms)] == found


async def test_events_of_before_count_as_imported(store_url: str) -> None:
    """Their items were matched as they came; a new event is another matter."""
    await make_old(store_url)
    async with open_store(store_url) as store:
        assert await store.imports.unimported() == []
        await store.sources.apply(a_config(events=(KABUL, replace(KABUL, id="new"))), NOW)
        assert await store.imports.unimported() == ["new"]


async def test_matches_of_before_can_be_read(store_url: str) -> None:
    """They don't say on what they rest."""
    await make_old(store_url)
    async with open_store(store_url) as store:
        [(event, item, match)] = [one async for one in store.memories.accepted(None, 10)]
        assert (event, item.id, item.revision.title) == ("kabul", "i1", "170 dead")
        assert (match.score, match.revision, match.ground, match.contributions) == (0.9, 1, "", ())
        assert match.reasons == (Reason(asked="dead", found="dead", field="title"),)


async def test_the_index_can_be_filled_anew(store_url: str) -> None:
    """As a migration must do when the folding of words changes."""
    await make_old(store_url)
    async with open_store(store_url) as store:
        before = sorted([one async for one in store.archive.vocabulary()])
        async with writing(store.engine) as connection:
            await connection.run_sync(search.fill)
        assert sorted([one async for one in store.archive.vocabulary()]) == before
        assert (await counts(store))["search"] == 2


async def test_a_source_of_before_is_learned_from_its_next_poll_on(store_url: str) -> None:
    """Its backlog is known, so that what is new came since its last poll."""
    polled = "UPDATE sources SET last_success_at = '2021-08-26 16:00:00', last_poll_at = '2021-08-26 16:00:00';\n"
    await make_old(store_url, "0006", polled)
    config = a_config(sources=(a_source(url="https://nyt.example", every=None),))
    async with open_store(store_url) as store:
        await store.sources.apply(config, NOW)
        assert (await rows(store, tables.rhythms), await rows(store, tables.set_aside)) == ([], [])
        await poll(store, config, parsed("Opera", guid="new", published=NOW - timedelta(hours=1)))
        (row,) = await rows(store, tables.rhythms)
    rhythm = Rhythm.of_bytes(row["learned"])
    assert float(rhythm.items.sum()) == 1.0
    assert float(rhythm.exposure.sum()) == timedelta(hours=2).total_seconds()


# From 0005 -----------------------------------------------------------------------------------------------------------

OLDER_UPDATES = """
INSERT INTO items VALUES ('i3', 'nyt', 'nyt-world', NULL, '2021-08-27 18:00:00', 1);
INSERT INTO updates VALUES ('u1', 'kabul', 'i1', '13 dead', '2021-08-26 18:00:00');
INSERT INTO updates VALUES ('u2', 'kabul', 'i3', 'A strike', '2021-08-27 18:00:00');
INSERT INTO reports VALUES ('kabul', 'i1', 'u1', 'nyt', 'first', '2021-08-26 18:00:00');
INSERT INTO reports VALUES ('kabul', 'i2', 'u1', 'nyt', 'corroboration', '2021-08-26 19:00:00');
INSERT INTO reports VALUES ('kabul', 'i3', 'u2', 'nyt', 'first', '2021-08-27 18:00:00');
INSERT INTO subscriptions VALUES ('hook', 'wire', 'webhook', true);
INSERT INTO subscriptions VALUES ('push', 'wire', 'apprise', true);
INSERT INTO subscriptions VALUES ('mail', 'desk', 'email', true);
"""


def old_delivery(name: str, subscription: str, channel: str, address: str, attempts: int = 0) -> str:
    """Return the statement that owes a delivery since version 0001."""
    subscriber = "desk" if channel == "email" else "wire"
    values = (
        f"'{name}', '{subscription}', '{subscriber}', '{channel}', '{address}', '{channel}:{address}', 'text/plain'"
    )
    return f"""
INSERT INTO deliveries (id, subscription, subscriber, channel, address, lane, content_type, body, created, position,
        state, next_attempt_at, attempts)
    VALUES ({values}, '', '2021-08-26 18:00:00', 0, 'waiting', '2021-08-26 18:00:00', {attempts});
"""


def old_alert(name: str, update: str, item: str, subscription: str = "mail") -> str:
    """Return the statement that alerts by the delivery of the same id."""
    values = f"'{name}', '{subscription}', 'kabul', '{update}', '{item}', '2021-08-26 18:00:00', '{name}'"
    return f'INSERT INTO alerts (id, subscription, event, "update", item, created, delivery) VALUES ({values});\n'


OWED_BEFORE = OLDER_UPDATES + "".join(
    (
        old_delivery("a1", "mail", "email", "desk@news.example", attempts=2),
        old_delivery("a2", "mail", "email", "desk@news.example"),
        old_delivery("a3", "hook", "webhook", "https://hooks.example"),
        old_delivery("a4", "push", "apprise", "slack://"),
        old_delivery("n1", "mail", "email", "desk@news.example"),
        old_alert("a1", "u1", "i1"),
        old_alert("a2", "u1", "i2"),
        old_alert("a3", "u1", "i1", "hook"),
        old_alert("a4", "u2", "i3", "push"),
    )
)


async def test_what_was_owed_before_is_owed_as_what_it_is(store_url: str) -> None:
    """By the lane that new deliveries to the same receiver go by, and of its kind."""
    await make_old(store_url, "0005", OWED_BEFORE)
    async with open_store(store_url) as store:
        owed = {row["id"]: (row["lane"], row["kind"], row["claims"]) for row in await rows(store, tables.deliveries)}
        assert owed == {
            "a1": (lane_of(ChannelKind.EMAIL, "desk@news.example", "desk"), "alert", 2),
            "a2": (lane_of(ChannelKind.EMAIL, "desk@news.example", "desk"), "alert", 0),
            "a3": (lane_of(ChannelKind.WEBHOOK, "https://hooks.example", "wire"), "alert", 0),
            "a4": (lane_of(ChannelKind.APPRISE, "slack://", "wire"), "alert", 0),
            "n1": (lane_of(ChannelKind.EMAIL, "desk@news.example", "desk"), "notice", 0),
        }
        kinds = {row["id"]: row["kind"] for row in await rows(store, tables.alerts)}
        assert kinds == {"a1": "update", "a2": "corroboration", "a3": "update", "a4": "update"}
