"""Which sitemaps of an index are visited, and what they bring: `spiders.sitemaps`."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.asking import Asked
from spiders.failures import RefusedVisit
from spiders.sitemaps import INDEX_FORMAT, MOST_PARTS, Followed, PartRead, chosen, follow, index_of
from spiders.turns import Budget
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, PartValidators, SetAside, SitemapPart, SourceKind
from storywatch.pacing import FIRST_BACKOFF
from tests.support.samples import parsed

HOUR = timedelta(hours=1)


def part(name: str, lastmod: str | None = None) -> SitemapPart:
    """Return a listed sitemap."""
    return SitemapPart(url=f"https://nyt.example/{name}.xml", lastmod=lastmod)


def listed(*parts: SitemapPart) -> Document:
    """Return an index."""
    return Document(kind=SourceKind.NEWS_SITEMAP, format=INDEX_FORMAT, items=(), parts=parts)


@dataclass
class FakeReader:
    """Implements `Reader`: a sitemap has an item with its name, has not changed, or fails."""

    unchanged: tuple[str, ...] = ()
    failing: dict[str, Exception] = field(default_factory=dict)
    asked: list[tuple[str, PartValidators | None]] = field(default_factory=list)
    budgets: set[int] = field(default_factory=set)

    async def read_part(self, part: SitemapPart, old: PartValidators | None, asked: Asked, budget: Budget) -> PartRead:
        """Answer."""
        name = part.url.removeprefix("https://nyt.example/").removesuffix(".xml")
        self.asked.append((name, old))
        self.budgets.add(id(budget))
        if name in self.failing:
            raise self.failing[name]
        validators = PartValidators(url=part.url, lastmod=part.lastmod, etag=f'"{name}"')
        if name in self.unchanged:
            return PartRead(validators=validators)
        aside = SetAside(item=name, fault=Fault(code="bad_item", message="no"))
        document = Document(
            kind=SourceKind.NEWS_SITEMAP, format="news_sitemap", items=(parsed(name),), set_aside=(aside,)
        )
        return PartRead(validators=validators, document=document)


async def followed(reader: FakeReader, *parts: SitemapPart, old: tuple[PartValidators, ...] = ()) -> Followed:
    """Follow an index of these."""
    return await follow(reader, listed(*parts), old, Asked(), Budget(left=5.0))


# Which -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ([], []),
        ([part("a"), part("b")], ["a", "b"]),
        ([part("sport"), part("news"), part("NEWS-2")], ["news", "NEWS-2"]),
        ([part("a", "2021-08-25"), part("b", "2021-08-26"), part("c")], ["b", "a", "c"]),
        ([part(f"{number}") for number in range(10)], [f"{number}" for number in range(10)]),
        ([part(f"{number}") for number in range(30)], ["0", "1", "2", "3", "4", "25", "26", "27", "28", "29"]),
        (
            [part(f"{number}", f"2021-08-{number:02}") for number in range(1, 31)],
            [f"{number}" for number in range(30, 20, -1)],
        ),
    ],
)
def test_which_are_visited(parts: list[SitemapPart], names: list[str]) -> None:
    """Those about news, the latest first; both ends of what is not dated."""
    assert [one.url.removeprefix("https://nyt.example/").removesuffix(".xml") for one in chosen(parts)] == names


@given(
    st.lists(
        st.builds(SitemapPart, url=st.text(max_size=9), lastmod=st.none() | st.text(max_size=9)),
        max_size=40,
        unique_by=lambda one: one.url,
    )
)
def test_never_too_many_and_only_what_is_listed(parts: list[SitemapPart]) -> None:
    """And at least one if there is any."""
    found = chosen(parts)
    assert len(found) <= MOST_PARTS
    assert len(set(found)) == len(found)
    assert set(found) <= set(parts)
    assert bool(found) is bool(parts)


# What they bring -------------------------------------------------------------------------------------------------


async def test_all_are_read_at_first() -> None:
    """Their items together are the document, and all share the visit's time."""
    reader = FakeReader()
    brought = await followed(reader, part("a"), part("b"))
    assert [item.title for item in brought.document.items] == ["a", "b"]
    assert [one.item for one in brought.document.set_aside] == ["a", "b"]
    assert [one.etag for one in brought.parts] == ['"a"', '"b"']
    assert (brought.partial, brought.throttled, len(reader.budgets)) == (False, None, 1)


async def test_what_the_index_says_is_old_is_not_asked_for() -> None:
    """By its lastmod, which is compared and never read."""
    reader = FakeReader()
    old = (PartValidators(url=part("a").url, lastmod="yesterday", etag='"a"'),)
    brought = await followed(reader, part("a", "yesterday"), part("b", "today"), old=old)
    assert [name for name, _ in reader.asked] == ["b"]
    assert brought.partial
    assert old[0] in brought.parts


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (None, None),
        ("yesterday", "today"),
        ("yesterday", None),
        ("2021-08-26", "2021-08-26"),
        ("2021-08-26T00:00:00Z", "2021-08-26T00:00:00Z"),
    ],
)
async def test_what_may_have_changed_is_asked_for_conditionally(known: str | None, said: str | None) -> None:
    """With what is known of it. The day of a change says nothing of a second one."""
    reader = FakeReader(unchanged=("a",))
    old = PartValidators(url=part("a").url, lastmod=known, etag='"a"')
    brought = await followed(reader, part("a", said), old=(old,))
    assert reader.asked == [("a", old)]
    assert (brought.document.items, brought.partial) == ((), True)


async def test_one_that_fails_costs_nothing_of_the_others() -> None:
    """It is asked for again next time, with the validators that it had."""
    old = PartValidators(url=part("b").url, lastmod="yesterday", etag='"b"')
    reader = FakeReader(failing={"b": VisitError("timeout", "too slow")})
    brought = await followed(reader, part("a"), part("b", "today"), part("c"), old=(old,))
    assert [item.title for item in brought.document.items] == ["a", "c"]
    again = {one.url: one for one in brought.parts}[old.url]
    assert (again.etag, again.lastmod, brought.partial) == ('"b"', None, True)
    assert index_of(brought.parts) is not None


@pytest.mark.parametrize(
    "error",
    [
        VisitError("unavailable", "down", retry_after=HOUR),
        RefusedVisit(Fault(code="unavailable", message="down", retry_after=HOUR)),
    ],
)
async def test_if_all_fail_the_visit_fails(error: Exception) -> None:
    """As the first one did, pause included."""
    reader = FakeReader(failing={"a": error, "b": VisitError("timeout", "too slow")})
    with pytest.raises(VisitError) as caught:
        await followed(reader, part("a"), part("b"))
    assert (caught.value.fault.code, caught.value.fault.retry_after) == ("unavailable", HOUR)


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (VisitError("throttled", "slowly"), FIRST_BACKOFF),
        (VisitError("throttled", "slowly", retry_after=HOUR), HOUR),
        (VisitError("unavailable", "down", retry_after=HOUR), HOUR),
    ],
)
async def test_nothing_more_is_asked_for_after_a_request_to_pause(error: VisitError, pause: timedelta) -> None:
    """What was read by then is kept; the rest is asked for next time."""
    reader = FakeReader(failing={"b": error})
    brought = await followed(reader, part("a"), part("b"), part("c"))
    assert [name for name, _ in reader.asked] == ["a", "b"]
    assert [item.title for item in brought.document.items] == ["a"]
    assert brought.throttled == pause
    assert {one.url for one in brought.parts} == {part(name).url for name in "abc"}


async def test_a_bug_is_not_taken_for_a_failure_of_the_sitemap() -> None:
    """The border of the visit reports it."""
    with pytest.raises(ZeroDivisionError):
        await followed(FakeReader(failing={"a": ZeroDivisionError()}), part("a"))


# When the index itself has not changed ---------------------------------------------------------------------------


def test_an_index_that_dates_its_sitemaps_says_by_itself_when_one_changes() -> None:
    """Its 304 is theirs; without dates they are asked for all the same."""
    dated = PartValidators(url="a", lastmod="yesterday")
    undated = PartValidators(url="b")
    assert index_of(()) is None
    assert index_of((dated,)) is None
    index = index_of((dated, undated))
    assert index is not None
    assert index.parts == (SitemapPart(url="a", lastmod="yesterday"), SitemapPart(url="b"))
    assert index_of((PartValidators(url="c", lastmod="2021-08-26"),)) is not None
    assert index_of((PartValidators(url="c", lastmod="2021-08-26T13:50:00Z"),)) is None
