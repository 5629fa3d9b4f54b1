"""News sitemaps, and the indexes that list them."""

import gzip
from datetime import UTC, datetime

import pytest

from spiders.parsing import ParseLimits
from storywatch.model import Outlet, SitemapPart, SourceKind, TimeCorrection, TimeOrigin
from tests.unit.spiders.feeds import fault_of, only, read

SITEMAP = """<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc>https://outlet.example/a</loc><lastmod>2021-08-26T15:00:00Z</lastmod>
    <image:image><image:loc>https://cdn.example/i.jpg</image:loc><image:title>Picture</image:title></image:image>
    <n:news><n:publication><n:name>Outlet</n:name><n:language>en</n:language></n:publication>
      <n:publication_date>2021-08-26T13:50:00Z</n:publication_date>
      <n:title>Blast &amp;amp; fire</n:title></n:news></url>
  <url><loc>https://outlet.example/section</loc></url>
  <url><loc>https://outlet.example/b</loc><n:news><n:title>Second</n:title></n:news></url>
</urlset>"""
INDEX = """<?xml version="1.0"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <sitemap><loc> https://outlet.example/news-2.xml.gz </loc><lastmod> 2021-08-26T15:00:00Z </lastmod></sitemap>
  <sitemap><loc>/news-1.xml?a=1&amp;b=2</loc></sitemap>
  <sitemap><loc>ftp://outlet.example/no.xml</loc></sitemap>
  <sitemap><lastmod>2021-08-26</lastmod></sitemap>
</sitemapindex>"""


def _entry(inside: str) -> str:
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    return f'<urlset xmlns:news="{news}"><url><loc>https://outlet.example/a</loc>{inside}</url></urlset>'


def test_a_news_sitemap_is_read() -> None:
    """Only the entries that are news, each with its own title and not its picture's."""
    document = read(SITEMAP, kind=SourceKind.NEWS_SITEMAP)
    assert (document.kind, document.format) == (SourceKind.NEWS_SITEMAP, "news_sitemap")
    first, second = document.items
    assert (first.url, first.title, first.language) == ("https://outlet.example/a", "Blast & fire", "en")
    assert first.published == datetime(2021, 8, 26, 13, 50, tzinfo=UTC)
    assert first.updated == datetime(2021, 8, 26, 15, 0, tzinfo=UTC)
    assert (second.url, second.published) == ("https://outlet.example/b", None)
    assert fault_of(SITEMAP, kind=SourceKind.FEED).code == "kind_mismatch"


def test_a_news_sitemap_is_read_from_a_gz_file() -> None:
    """As outlets serve it."""
    assert read(gzip.compress(SITEMAP.encode())) == read(SITEMAP)


def test_a_news_sitemap_that_breaks_off_loses_only_its_last_entry() -> None:
    """As a feed does."""
    assert [item.title for item in read(SITEMAP[: SITEMAP.index("Second") + 3]).items] == ["Blast & fire"]
    assert fault_of(SITEMAP[: SITEMAP.index("</url>")]).code == "malformed"


@pytest.mark.parametrize(
    "document",
    [
        SITEMAP.replace("n:", "news:").replace("xmlns:n=", "xmlns:news="),
        SITEMAP.replace("<n:", "<undeclared:").replace("</n:", "</undeclared:"),
        SITEMAP.replace("<n:", "<").replace("</n:", "</"),
        SITEMAP.replace("&amp;amp;", "&"),
        SITEMAP.replace("Blast &amp;amp; fire", "<![CDATA[Blast & fire]]>"),
        SITEMAP.replace("Blast", "\n  Blast\x0b\x00").replace("</loc>", "\n</loc>"),
        "\n<!-- c --><!DOCTYPE urlset>" + SITEMAP.replace('<?xml version="1.0"?>\n', ""),
    ],
    ids=["prefix", "undeclared", "none", "ampersand", "cdata", "spaces", "doctype"],
)
def test_a_news_sitemap_is_read_however_it_is_written(document: str) -> None:
    """Prefixes, ampersands, white space: none of them changes an entry."""
    assert read(document).items == read(SITEMAP).items


def test_what_stands_in_pictures_films_and_translations_is_theirs() -> None:
    """Their titles, addresses and dates are nested deeper, or come first."""
    item = only(
        _entry(
            "<video:video xmlns:video='v'><video:title>Film</video:title><video:publication_date>2021-08-01"
            "</video:publication_date><news:news><news:title>Inner</news:title></news:news></video:video>"
            "<xhtml:link xmlns:xhtml='x' rel='alternate' href='https://outlet.example/ps'/>"
            "<news:news><news:publication><news:name>Outlet</news:name><news:language>fa-AF</news:language>"
            "</news:publication><news:title>Own</news:title></news:news>"
        )
    )
    assert (item.title, item.language, item.published) == ("Own", "fa-AF", None)


@pytest.mark.parametrize(
    ("inside", "origin", "correction"),
    [
        ("<news:publication_date>2021-08-26T13:50:00Z</news:publication_date>", TimeOrigin.PUBLISHED, None),
        (
            "<news:publication_date>2021-08-26</news:publication_date>",
            TimeOrigin.PUBLISHED,
            TimeCorrection.ZONE_ASSUMED,
        ),
        ("<lastmod>2021-08-26T13:50:00Z</lastmod>", TimeOrigin.UPDATED, None),
        (
            "<news:publication_date>soon</news:publication_date><lastmod>2021-08-26T13:50:00Z</lastmod>",
            TimeOrigin.UPDATED,
            TimeCorrection.UNREADABLE,
        ),
        ("", TimeOrigin.SEEN, None),
    ],
)
def test_the_time_of_an_entry_says_where_it_came_from(
    inside: str, origin: TimeOrigin, correction: TimeCorrection | None
) -> None:
    """Its publication, else its last change."""
    item = only(_entry(f"<news:title>T</news:title>{inside}"))
    assert (item.time_origin, item.time_correction) == (origin, correction)


def test_a_day_is_the_outlets() -> None:
    """Google permits a date alone."""
    document = _entry("<news:publication_date>2021-08-26</news:publication_date>")
    (item,) = read(document, outlet=Outlet(id="o", name="O", time_zone="Asia/Kabul")).items
    assert item.published == datetime(2021, 8, 25, 19, 30, tzinfo=UTC)


def test_an_index_lists_its_sitemaps() -> None:
    """In its order, with each `lastmod` as it stands; what is no web address is left out."""
    document = read(INDEX, kind=SourceKind.NEWS_SITEMAP)
    assert (document.kind, document.format, document.items) == (SourceKind.NEWS_SITEMAP, "sitemap_index", ())
    assert document.parts == (
        SitemapPart(url="https://outlet.example/news-2.xml.gz", lastmod="2021-08-26T15:00:00Z"),
        SitemapPart(url="https://outlet.example/news-1.xml?a=1&b=2"),
    )
    assert fault_of(INDEX, kind=SourceKind.FEED).code == "kind_mismatch"


def test_an_index_may_be_packed_broken_off_empty_or_too_long() -> None:
    """Each is read as far as it goes."""
    assert read(gzip.compress(INDEX.encode())) == read(INDEX)
    assert read(INDEX[: INDEX.index("ftp")]).parts == read(INDEX).parts
    assert read("<sitemapindex/>").parts == ()
    assert fault_of(INDEX[:150]).code == "malformed"
    assert read(INDEX, limits=ParseLimits(max_items=1)).parts == read(INDEX).parts[:1]


def test_a_sitemap_without_news_is_refused_and_one_without_entries_is_not() -> None:
    """At night an outlet may have no news of the last two days."""
    assert fault_of("<urlset><url><loc>http://o.example/</loc></url></urlset>").code == "not_a_feed"
    assert read("<urlset/>").items == ()
