"""Indexes of sitemaps: what their parts say counts as what one document says."""

from datetime import UTC, datetime

from spiders.crawler import Crawler
from storywatch.model import SourceKind, Validators, Visit, VisitOutcome
from tests.integration.spiders.crawling import NOTHING, crawling
from tests.support.web import Answer, in_turn, reply, serving, validated

PUBLISHED = datetime(2021, 8, 31, 17, tzinfo=UTC)
NAMESPACES = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
)


def sitemap(*titles: str) -> bytes:
    """Return a news sitemap."""
    urls = "".join(
        f"<url><loc>https://outlet.example/{number}</loc><news:news><news:title>{title}</news:title>"
        f"<news:publication_date>{PUBLISHED.isoformat()}</news:publication_date></news:news></url>"
        for number, title in enumerate(titles)
    )
    return f"<urlset {NAMESPACES}>{urls}</urlset>".encode()


def index(*addresses: str) -> bytes:
    """Return an index that says nothing of when its sitemaps changed."""
    listed = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex {NAMESPACES}>{listed}</sitemapindex>".encode()


async def visit(crawler: Crawler, url: str, validators: Validators = NOTHING) -> Visit:
    """Visit a news sitemap."""
    return await crawler.fetch(url, SourceKind.NEWS_SITEMAP, validators)


async def visited(part: Answer, times: int) -> tuple[list[Visit], list[list[bytes]]]:
    """Visit an index of one sitemap so often, and return what it brought and the entity tags that were shown."""
    visits: list[Visit] = []
    async with serving() as site, crawling(site) as crawler:
        site.pages = {"/index": reply(index(site.url("/part"))), "/part": part}
        for _ in range(times):
            visits.append(await visit(crawler, site.url("/index"), visits[-1].validators if visits else NOTHING))
        shown = [asked.all("If-None-Match") for asked in site.visits("/part")]
    return visits, shown


async def test_a_part_is_asked_for_with_the_validators_of_its_last_answer() -> None:
    """Of a 304, and of the same bytes under another name, too."""
    body = sitemap("Blast at the airport")
    answers = in_turn(
        reply(body, headers={"ETag": '"1"'}),
        reply(status=304, headers={"ETag": '"2"'}),
        reply(body, headers={"ETag": '"3"'}),
        reply(status=304),
    )
    visits, shown = await visited(answers, 4)
    assert [one.outcome for one in visits] == [VisitOutcome.OK, *[VisitOutcome.UNCHANGED] * 3]
    assert shown == [[], [b'"1"'], [b'"2"'], [b'"3"']]


async def test_a_part_that_breaks_off_is_asked_for_whole_again() -> None:
    """A 304 would keep the rest from us."""
    body = sitemap("Blast at the airport", "Flood in London")
    answers = in_turn(
        reply(body[: body.index(b"</url>") + 20], headers={"ETag": '"1"'}), validated(body, {"ETag": '"1"'})
    )
    visits, shown = await visited(answers, 2)
    assert [len(one.document.items) if one.document else 0 for one in visits] == [1, 2]
    assert shown == [[], []]


async def test_an_index_whose_sitemaps_are_all_empty_is_an_empty_document() -> None:
    """It counts as one that lists nothing, not as one that did not change."""
    visits, _ = await visited(reply(sitemap(), headers={"ETag": '"1"'}), 1)
    assert [(one.outcome, one.document and one.document.items, one.partial) for one in visits] == [
        (VisitOutcome.OK, (), False)
    ]
