"""A page watched for change: the page itself is the one item, and an edit of its text is a revision."""

from datetime import datetime

from spiders.parsing.dates import item_times
from spiders.parsing.fields import author_name, language_tag, title_of, web_link
from spiders.parsing.pages.metadata import Told, metadata_of
from spiders.parsing.pages.obstacles import check_obstacles
from spiders.parsing.pages.readable import article_text
from spiders.parsing.pages.selectors import select, text_of
from spiders.parsing.pages.tree import Page
from spiders.parsing.text import paragraphs
from spiders.parsing.zones import zone_called
from storywatch.errors import VisitError
from storywatch.model import Outlet, PageRules, ParsedItem
from storywatch.urls import canonical_url, host_of, url_identity


def watched_item(page: Page, rules: PageRules, *, outlet: Outlet, now: datetime, most: int) -> ParsedItem:
    """Return the page as an item; its content has at most `most` characters. Raises VisitError."""
    # The text comes last: finding it may take parts of the tree away.
    told = metadata_of(page.root)
    address = _address(page, told, outlet)
    times = item_times([told.published], [told.updated], now, zone_called(outlet.time_zone))
    return ParsedItem(
        guid=address if url_identity(address) is None else None,
        url=address,
        title=title_of(told.title),
        content=_content(page, rules, most),
        author=author_name(told.author),
        published=times.published,
        updated=times.updated,
        language=page.language or language_tag(told.language),
        time_origin=times.origin,
        time_correction=times.correction,
    )


def _address(page: Page, told: Told, outlet: Outlet) -> str | None:
    """Return the canonical address: the one that the page gives, unless it leads to another host or to the front."""
    own = canonical_url(page.url, outlet)
    given = canonical_url(web_link(told.canonical, page.base), outlet) if told.canonical else None
    if given is None or (own is not None and (host_of(given) != host_of(own) or url_identity(given) is None)):
        return own
    return given


def _content(page: Page, rules: PageRules, most: int) -> str:
    if rules.region is not None:
        return _region(page, rules.region, most)
    # Of a check for robots trafilatura would make an article.
    check_obstacles(page.root)
    text = paragraphs(article_text(page.root), most)
    if not text:
        raise VisitError("no_text", "no article's text was found in the page: name the part to watch by `region`")
    return text


def _region(page: Page, selector: str, most: int) -> str:
    found = select(page.root, selector)
    chosen = {each for each in found if not isinstance(each, str)}
    outermost = (
        each for each in found if isinstance(each, str) or not any(above in chosen for above in each.iterancestors())
    )
    # Most of it may be white space; what is cut off here costs no more memory.
    text = paragraphs("\n\n".join(map(text_of, outermost))[: most * 8], most)
    if not text:
        check_obstacles(page.root)
        message = f"the region {selector!r} selects no text in the page: the page may have changed; adapt `region`"
        raise VisitError("no_text", message)
    return text
