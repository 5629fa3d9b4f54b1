"""The full-text index: which items say a word.

Items are indexed and asked by their folded words (`storywatch.matching.words`), so that what matching would find in an
item, the search finds too: `U.S.` by `us`, `al-Sha'ab` by `al shaab`. It finds more than that: an item that says the
words of a phrase anywhere, in any of its revisions. A change in how words are folded needs a migration that fills the
index anew.

Rows are added in the transaction that stores the revision, and never changed. SQLite keeps the words in `search_words`
(FTS5), PostgreSQL in a tsvector.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    TextualSelect,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storywatch.matching.words import vocabulary, words
from storywatch.model import Item, SearchTerm

LONGEST_WORD = 64
"""Characters of a word that count; PostgreSQL takes 2046 bytes."""

MOST_WORDS = 4000
"""Different words of one revision that are indexed; PostgreSQL takes a mebibyte. One with more is found by any word."""

ANY_WORD = "…"
"""Stands for all words; no folded word is like it."""

BATCH = 500

# What both indexes take for one word as it stands, so that it needs no quoting either.
_PLAIN = re.compile(r"(?:[0-9a-z]|[^\x00-\x7f\ud800-\udfff])+")

_fts = table("search_words", column("rowid", Integer), column("words", Text))


def searched(*texts: str) -> tuple[str, ...]:
    """Return the words that texts are indexed by, each once, in the order of the alphabet."""
    folded = frozenset[str]().union(*map(vocabulary, texts))
    found = {piece for word in folded for piece in _pieces(word)}
    return tuple(sorted(found)) if len(found) <= MOST_WORDS else (ANY_WORD,)


async def add(connection: AsyncConnection, items: Sequence[Item]) -> None:
    """Index the revisions of items."""
    if items:
        rows = [(item.id, item.revision.title, item.revision.summary, item.revision.content) for item in items]
        await connection.run_sync(_add, rows)


def fill(connection: Connection) -> None:
    """Index anew the latest revision of every item that is stored."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words(search_words) VALUES ('delete-all')"))
    connection.execute(delete(tables.search))
    after = ""
    while rows := connection.execute(_texts().where(tables.items.c.id > after).limit(BATCH)).all():
        _add(connection, rows)
        after = rows[-1][0]


def _texts() -> Select[Any]:
    revision = tables.revisions.c
    latest = (revision.item == tables.items.c.id) & (revision.number == tables.items.c.revision)
    columns = (tables.items.c.id, revision.title, revision.summary, revision.content)
    return select(*columns).join_from(tables.items, tables.revisions, latest).order_by(tables.items.c.id)


def _add(connection: Connection, rows: Iterable[Sequence[str]]) -> None:
    found = [(item, searched(*texts)) for item, *texts in rows]
    if connection.dialect.name == "postgresql":
        vector = func.array_to_tsvector(bindparam("found", type_=ARRAY(Text)))
        adding = insert(tables.search).values(item=bindparam("item"), words=vector)
        connection.execute(adding, [{"item": item, "found": list(said)} for item, said in found])
        return
    # There is one writer, so that nobody else takes these numbers. Both tables are only ever added to.
    last = connection.execute(select(func.coalesce(func.max(tables.search.c.id), 0))).scalar_one()
    numbered = list(enumerate(found, last + 1))
    connection.execute(insert(tables.search), [{"id": number, "item": item} for number, (item, _) in numbered])
    connection.execute(insert(_fts), [{"rowid": number, "words": " ".join(said)} for number, (_, said) in numbered])


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """How an index is asked."""

    word: str
    prefix: str
    both: str
    either: str


FTS5 = Grammar(word='"{}"', prefix="*", both=" AND ", either=" OR ")
TSQUERY_TEXT = Grammar(word="'{}'", prefix=":*", both=" & ", either=" | ")


def says_any(terms: Iterable[SearchTerm], dialect: str) -> ColumnElement[bool]:
    """Return the condition that an item says one of the terms."""
    row = tables.search.c
    if dialect == "postgresql":
        asked = cast(literal(asking(terms, TSQUERY_TEXT), Text), TSQUERY)
        return tables.items.c.id.in_(select(row.item).where(row.words.bool_op("@@")(asked)))
    matching = text("SELECT rowid FROM search_words WHERE search_words MATCH :asked")
    rowids = matching.bindparams(asked=asking(terms, FTS5)).columns(column("rowid", Integer))
    return tables.items.c.id.in_(select(row.item).where(row.id.in_(rowids)))


def asking(terms: Iterable[SearchTerm], grammar: Grammar) -> str:
    """Write a query. A term without any word asks for nothing, for nothing matches it."""
    asked = {_said(pieces, grammar, prefix=term.prefix) for term in terms for pieces in _readings(term.text)}
    return grammar.either.join([*sorted(asked), grammar.word.format(ANY_WORD)])


def _readings(asked: str) -> set[tuple[str, ...]]:
    """Return the words of a term as text, and as words that are folded already: folding twice may change one."""
    readings = [word.folded for word in words(asked)], asked.split()
    return {tuple(piece for word in reading for piece in _pieces(word)) for reading in readings} - {()}


def _said(pieces: Sequence[str], grammar: Grammar, *, prefix: bool) -> str:
    said = [grammar.word.format(piece) for piece in pieces]
    return f"({grammar.both.join(said)}{grammar.prefix if prefix else ''})"


@lru_cache(maxsize=100_000)
def _pieces(folded: str) -> tuple[str, ...]:
    """Return what both indexes take for words: nearly always the word itself, cut where it is too long."""
    return tuple(piece[:LONGEST_WORD] for piece in _PLAIN.findall(folded.lower()))


def vocabulary_query(dialect: str) -> TextualSelect:
    """Return a query for every indexed word, and the number of rows of the index that have it."""
    if dialect == "postgresql":
        query = "SELECT word, ndoc AS rows FROM ts_stat('SELECT words FROM search') WHERE word <> :any"
    else:
        query = "SELECT term AS word, doc AS rows FROM search_vocabulary WHERE term <> :any"
    return text(query).bindparams(any=ANY_WORD).columns(column("word", Text), column("rows", Integer))
