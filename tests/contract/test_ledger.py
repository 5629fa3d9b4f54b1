"""What reports tell is stored with them: news, origins, the ledgers, and changes; a later poll finds all of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import Store, tables
from storage.engine import reading
from storage.history import reports_of
from storywatch.documents import made, plain
from storywatch.model import ChangeKind, FigureKind, News, ReportRole, Severity
from storywatch.pasts import Pasts
from storywatch.updates import Past
from storywatch.updates.ledger import entries
from tests.contract.working import poll, rows
from tests.support.samples import KABUL, NOW, a_config, a_source, parsed

CONFIG = a_config(sources=(a_source(), a_source("cnn-world", "cnn")))
HOUR = timedelta(hours=1)
SIXTY = (
    "KABUL (AP) - At least 60 Afghans were killed in an attack at Kabul airport on Thursday, the health ministry said."
)
TOLL = "The death toll of the attack at Kabul airport has risen to 170 Afghans, the health ministry said."
DENIAL = "The Pentagon denied that its troops fired on the crowd after the attack at Kabul airport."


@pytest.fixture(autouse=True)
async def declared(store: Store) -> None:
    """Declare the config in every test."""
    await store.sources.apply(CONFIG, NOW)


async def test_a_report_is_stored_with_its_news_and_origin(store: Store) -> None:
    """And reads back as it was written."""
    await poll(store, CONFIG, parsed("Attack at Kabul airport", guid="1", summary=SIXTY))
    [report] = await rows(store, tables.reports)
    assert (report["origin"], report["role"]) == ("agency:ap", ReportRole.FIRST.value)
    news = made(News, report["news"])
    assert plain(news) == report["news"]
    assert [change.now.value for change in news.figures] == [60]
    [update] = await rows(store, tables.updates)
    assert update["severity"] == Severity.HIGH
    assert news.lead[0] in SIXTY


async def test_the_ledger_holds_who_says_so_since_when_and_what_it_was(store: Store) -> None:
    """Repeats too, for they say it as well; who has not caught up disagrees."""
    await poll(store, CONFIG, parsed("Attack at Kabul airport", guid="1", summary=SIXTY))
    cnn = parsed("Kabul airport toll rises to 170", guid="2", summary=TOLL)
    await poll(store, CONFIG, cnn, source="cnn-world", now=NOW + HOUR)
    told = await store.queries.ledger("kabul")
    first, second = entries(figure for some in told.figures.values() for figure in some if figure.figure.of)
    assert (first.figure.kind, first.figure.value, first.figure.said_by) == (FigureKind.KILLED, 60, "health ministry")
    assert (first.since, first.now, first.before) == (NOW, ("nyt",), None)
    assert (second.figure.value, second.since, second.now) == (170, NOW + HOUR, ("cnn",))
    assert second.before == first.figure
    assert first.disputed
    assert second.disputed
    nyt = parsed("Kabul airport toll 170, says NYT", guid="3", summary=TOLL.replace("attack", "bombing"))
    await poll(store, CONFIG, nyt, now=NOW + 2 * HOUR)
    told = await store.queries.ledger("kabul")
    caught_up = entries(figure for some in told.figures.values() for figure in some if figure.figure.of)
    assert [(entry.now, entry.disputed) for entry in caught_up] == [((), False), (("nyt", "cnn"), False)]


async def test_what_one_poll_placed_is_known_to_the_next_as_it_was_stored(store: Store) -> None:
    """First reports, repeats, figures, statements, dates: nothing is indexed again; an edit is, the control."""
    pasts, url = Pasts(), "https://nyt.example/1"
    told = (
        parsed("Attack at Kabul airport", guid="1", url=url, summary=SIXTY, published=NOW - HOUR, author="Anna"),
        parsed(
            "Kabul airport attack kills 60 Afghans",
            guid="2",
            summary=SIXTY,
            content=f"{SIXTY} {TOLL}",
            language="en-US",
        ),
        parsed("Pentagon denies shots at Kabul airport", guid="3", summary=DENIAL, updated=NOW),
        parsed("Pentagon admits shots at Kabul airport", guid="4", summary=DENIAL.replace("denied", "admitted")),
        parsed("", guid="5", summary="Kabul airport: " + "a bakery wins a lottery licence " * 20, language="fa"),
    )
    await poll(store, CONFIG, told[0], pasts=pasts)
    before = await known(store, pasts)
    for number, item in enumerate(told[1:], 1):
        await poll(store, CONFIG, item, source="cnn-world", now=NOW + number * HOUR, pasts=pasts)
    assert await known(store, pasts) is before
    assert len(before) == len(told)
    edited = replace(told[0], summary=f"{SIXTY} It goes on.")
    await poll(store, CONFIG, edited, now=NOW + 9 * HOUR, pasts=pasts)
    assert await known(store, pasts) is not before


async def test_an_edit_moves_a_report_no_further_than_when_it_was_first_seen(store: Store) -> None:
    """Where a feed gives the time of the last edit only; the control stands a poll later, by its own first sight."""
    attack = parsed("Attack at Kabul airport", guid="1", summary=SIXTY, updated=NOW - HOUR)
    await poll(store, CONFIG, attack)
    later = NOW + timedelta(days=300)
    edited = replace(attack, summary=f"{SIXTY} It goes on.", updated=later)
    bakery = parsed("Kabul airport bakery wins a lottery", guid="2", updated=later)
    await poll(store, CONFIG, edited, bakery, now=later)
    async with reading(store.engine) as connection:
        reports = await reports_of(connection, "kabul")
    assert [report.published for report in reports] == [NOW, later]


async def known(store: Store, pasts: Pasts) -> Past:
    """Return what is kept of the event, as long as that is what is stored."""
    async with reading(store.engine) as connection:
        past = await pasts.of(KABUL, await reports_of(connection, "kabul"))
    pasts.keep(KABUL, past)
    return past


async def test_an_admission_names_the_report_that_it_turns_around(store: Store) -> None:
    """In the row of the statement and in the report's news."""
    await poll(store, CONFIG, parsed("Pentagon denies shots at Kabul airport", guid="1", summary=DENIAL))
    admits = parsed("Pentagon admits shots at Kabul airport", guid="2", summary=DENIAL.replace("denied", "admitted"))
    await poll(store, CONFIG, admits, source="cnn-world", now=NOW + HOUR)
    first, second = sorted(await rows(store, tables.reports), key=lambda row: row["seen"])
    said = {(row["item"], row["stance"]): row["against"] for row in await rows(store, tables.statements)}
    assert said[second["item"], "admits"] == first["item"]
    assert said[first["item"], "denies"] is None
    reverses = made(News, second["news"]).reverses
    assert reverses is not None
    assert reverses.item == first["item"]


async def test_an_edit_a_correction_and_a_retraction_are_changes(store: Store) -> None:
    """The retraction says nothing of the event any more, and is found by the report that it was."""
    texts = (
        SIXTY,
        SIXTY.replace("At least 60", "At least 170"),
        f"{SIXTY} Correction: An earlier version gave the wrong day.",
        "This article has been retracted.",
    )
    for number, text in enumerate(texts):
        title = "Attack at Kabul airport" if number < 3 else "Retracted"
        await poll(store, CONFIG, parsed(title, guid="1", summary=text), now=NOW + number * HOUR)
    changes = sorted(await rows(store, tables.changes), key=lambda row: row["revision"])
    kinds = [ChangeKind.EDIT, ChangeKind.CORRECTION, ChangeKind.RETRACTION]
    assert [(row["revision"], row["kind"]) for row in changes] == [(2 + n, kind.value) for n, kind in enumerate(kinds)]
    [rise] = made(News, changes[0]["news"]).figures
    assert rise.before is not None
    assert (rise.now.value, rise.before.figure.value) == (170, 60)
    assert changes[1]["quote"].startswith("Correction:")
    figures = sorted((row["revision"], row["value"]) for row in await rows(store, tables.figures))
    assert figures == [(1, 60), (2, 170), (3, 60)], "the correction takes the edit back"
    assert len(await rows(store, tables.reports)) == 1
    assert len(await store.queries.changes("kabul", 10)) == 3


async def test_what_an_earlier_revision_told_stays_known(store: Store) -> None:
    """Though the report's text no longer says it, it is no news when another outlet does."""
    await poll(store, CONFIG, parsed("Attack at Kabul airport", guid="1", summary=TOLL))
    await poll(
        store, CONFIG, parsed("Attack at Kabul airport", guid="1", summary="It is being looked into."), now=NOW + HOUR
    )
    other = parsed(
        "Kabul airport attack: 170 Afghans killed", guid="2", summary="In all, 170 Afghans were killed there."
    )
    await poll(store, CONFIG, other, source="cnn-world", now=NOW + 2 * HOUR)
    late = next(row for row in await rows(store, tables.reports) if row["outlet"] == "cnn")
    assert not made(News, late["news"]).figures
