"""Pages visited by the crawler."""

from dataclasses import replace

from spiders.asking import Asked
from storywatch.model import PageRules, SourceKind, VisitOutcome
from tests.integration.spiders.crawling import NOTHING, crawling
from tests.support.web import reply, serving, validated

PAGE = b"<html><body><h2><a href='/a'>One</a></h2><h3><a href='/b'>Two</a></h3></body></html>"


async def test_an_unchanged_page_is_read_anew_when_its_selectors_change() -> None:
    """And else is not: neither what the server validates nor the body's hash speak of selectors."""
    asked = Asked(kind=SourceKind.PAGE, page=PageRules(items="h2"))
    other = replace(asked, page=PageRules(items="h3"))
    async with serving({"/feed": validated(PAGE, {"ETag": '"1"'})}) as site, crawling(site) as crawler:
        first = await crawler.fetch(site.url(), SourceKind.PAGE, NOTHING, asked)
        again = await crawler.fetch(site.url(), SourceKind.PAGE, first.validators, asked)
        changed = await crawler.fetch(site.url(), SourceKind.PAGE, first.validators, other)
    assert (first.outcome, again.outcome, changed.outcome) == (
        VisitOutcome.OK,
        VisitOutcome.UNCHANGED,
        VisitOutcome.OK,
    )
    titles = [[item.title for item in each.document.items] for each in (first, changed) if each.document]
    assert titles == [["One"], ["Two"]]


async def test_links_resolve_against_where_a_redirect_led() -> None:
    moved = reply(status=302, headers={"Location": "/world/"})
    page = reply(b"<html><body><a href='story'>Story</a><a href='/world/'>World</a></body></html>")
    asked = Asked(kind=SourceKind.PAGE, page=PageRules(items="a"))
    async with serving({"/feed": moved, "/world/": page}) as site, crawling(site) as crawler:
        seen = await crawler.fetch(site.url(), SourceKind.PAGE, NOTHING, asked)
    assert seen.document is not None
    assert [item.url for item in seen.document.items] == [site.url("/world/story")]
