"""The latency ledger sums up by source and by channel."""

from datetime import timedelta

from storywatch.latency import Passage, ledger, quantiles
from tests.support.samples import NOW

MINUTE = timedelta(minutes=1)


def passage(update: str, *, channel: str = "email", took: int = 1, sent: int | None = 1) -> Passage:
    seen = NOW + took * MINUTE
    return Passage(
        update=update,
        event="kabul",
        source="nyt-world",
        channel=channel,
        published=NOW,
        seen=seen,
        matched=seen,
        delivered=None if sent is None else seen + sent * MINUTE,
    )


def test_quantiles_are_durations_that_occurred() -> None:
    found = quantiles([minutes * MINUTE for minutes in range(1, 101)])
    assert (found.count, found.p50, found.p95) == (100, 50 * MINUTE, 95 * MINUTE)
    assert quantiles([MINUTE]).p95 == MINUTE
    assert quantiles([3 * MINUTE, MINUTE, 2 * MINUTE]).p50 == 2 * MINUTE


def test_a_report_counts_once_for_its_source_however_many_hear_of_it() -> None:
    told = ledger([passage("u1"), passage("u1", channel="webhook", sent=5), passage("u2", took=3, sent=None)])
    assert (told.sources["nyt-world"].count, told.sources["nyt-world"].p95) == (2, 3 * MINUTE)
    assert {name: (spans.count, spans.p50) for name, spans in told.channels.items()} == {
        "email": (1, MINUTE),
        "webhook": (1, 5 * MINUTE),
    }


def test_a_clock_that_runs_fast_is_no_news_from_the_future() -> None:
    assert passage("u1", took=-5).to_sight == timedelta()


def test_without_a_passage_there_is_no_ledger() -> None:
    assert ledger([]).sources == {}
