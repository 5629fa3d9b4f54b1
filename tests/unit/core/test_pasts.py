"""The pasts that a process keeps indexed: `storywatch.pasts`."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from storywatch.pasts import MOST_INSIDE, Pasts, UnindexedError
from storywatch.updates import Past, PastReport
from tests.support.samples import KABUL


def reports(count: int) -> list[PastReport]:
    """Return so many reports of as many updates."""
    one = PastReport(update="u0", number=1, item="i0", outlet="nyt", headline="?", text="")
    return [
        replace(one, update=f"u{number}", number=number + 1, item=f"i{number}", text=f"Gate{number} fell")
        for number in range(count)
    ]


def same(past: Past, history: Sequence[PastReport]) -> bool:
    """Tell whether a past knows exactly these reports."""
    fresh = Past(history)
    return (
        {one.item: one for one in past} == {one.item: one for one in fresh}
        and {one.id: len(one.reports) for one in past.updates.values()}
        == {one.id: len(one.reports) for one in fresh.updates.values()}
        and all(past.says(f"gate{number}") == fresh.says(f"gate{number}") for number in range(99))
    )


async def test_what_is_kept_is_not_indexed_again() -> None:
    """It is the same index, with what was added since."""
    pasts, history = Pasts(), reports(10)
    first = await pasts.of(KABUL, history[:8])
    pasts.keep(KABUL, first)
    second = await pasts.of(KABUL, history, last_number=12)
    assert second is first
    assert same(second, history)
    assert second.last_number == 12


@pytest.mark.parametrize(
    "changed",
    [
        lambda known: known[:-1],
        lambda known: [replace(known[0], text="Gate77 fell"), *known[1:]],
        lambda known: [replace(known[0], update="u1", number=2), *known[1:]],
        lambda known: [replace(known[0], headline="Another"), *known[1:]],
        lambda known: [replace(known[0], item="i99"), *known[1:]],
        lambda known: [],
    ],
)
async def test_what_is_stored_otherwise_is_indexed_anew(changed: object) -> None:
    """What a transaction added that failed, an edit, a merge, what was taken out: the index never says it."""
    pasts, history = Pasts(), reports(10)
    first = await pasts.of(KABUL, history)
    pasts.keep(KABUL, first)
    now = changed(history)  # type: ignore[operator]
    second = await pasts.of(KABUL, now)
    assert second is not first
    assert same(second, now)


async def test_another_declaration_weighs_words_anew() -> None:
    pasts, history = Pasts(), reports(3)
    pasts.keep(KABUL, await pasts.of(KABUL, history))
    renamed = await pasts.of(replace(KABUL, title="Gate2 of Kabul"), history)
    assert not renamed.is_own("gate2")


async def test_who_asks_has_a_past_alone() -> None:
    """Until it is kept: two that place at once never share one."""
    pasts, history = Pasts(), reports(3)
    pasts.keep(KABUL, await pasts.of(KABUL, history))
    assert await pasts.of(KABUL, history) is not await pasts.of(KABUL, history)


async def test_a_long_past_is_indexed_outside_of_the_transaction_and_the_work_done_again() -> None:
    """Once: what is not kept for lack of room is indexed inside after that."""
    for pasts in (Pasts(), Pasts(most_chars=1)):
        history, worked = reports(MOST_INSIDE + 1), 0

        async def work(pasts: Pasts = pasts, history: Sequence[PastReport] = history) -> Past:
            nonlocal worked
            worked += 1
            past = await pasts.of(KABUL, history)
            pasts.keep(KABUL, past)
            return past

        assert same(await pasts.around(work), history)
        assert worked == 2
        await pasts.around(work)
        assert worked == 3
    with pytest.raises(UnindexedError):
        await Pasts().of(KABUL, history)


async def test_so_many_are_kept_and_those_that_were_asked_for_last() -> None:
    events = [replace(KABUL, id=f"e{number}") for number in range(3)]
    history = reports(10)
    pasts = Pasts(most_chars=2 * sum(len(report.text) for report in history))
    first = [await pasts.of(event, history) for event in events]
    for event, past in zip(events, first, strict=True):
        pasts.keep(event, past)
    kept = [await pasts.of(event, history) is past for event, past in zip(events, first, strict=True)]
    assert kept == [False, True, True]
