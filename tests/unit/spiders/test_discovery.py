"""What a document of an outlet leads to: feeds, sitemaps, listings."""

import time

import pytest

from spiders.discovery.links import same_site
from spiders.discovery.places import parts_of_index, sitemaps_of_robots, usual_places
from spiders.discovery.surveying import survey
from spiders.discovery.values import Listing, Promise, Survey
from tests.support.patience import SLOWNESS
from tests.unit.spiders.webpages import html, read

URL = "https://www.outlet.example/world"
RSS = "application/rss+xml"


def surveyed(source: str, url: str = URL) -> Survey:
    return survey(source.encode(), url, "text/html")


def feeds(source: str) -> dict[str, Promise]:
    return {each.url.removeprefix("https://www.outlet.example"): each.promise for each in surveyed(source).candidates}


def headline(number: int) -> str:
    return f"Story number {number} tells about the airport"


# Feeds ---------------------------------------------------------------------------------------------------------------


def test_declared_feeds_come_first_and_each_once() -> None:
    source = html(
        '<a href="/world.rss">RSS</a><a href="/feeds/">Our feeds</a>',
        head=f'<link rel="alternate" type="{RSS}" href="/world.rss" title="World  news">'
        '<link rel="ALTERNATE feed" href="/plain">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="//feeds.outlet.example/atom">',
    )
    candidates = surveyed(source).candidates
    assert [(each.url, each.promise, each.title) for each in candidates] == [
        ("https://www.outlet.example/world.rss", Promise.DECLARED_FEED, "World news"),
        ("https://www.outlet.example/plain", Promise.DECLARED_FEED, ""),
        ("https://feeds.outlet.example/atom", Promise.DECLARED_FEED, ""),
        ("https://www.outlet.example/feeds/", Promise.LINKED_FEED, "Our feeds"),
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" type="text/css" href="/rss.css">',
        '<link rel="alternate" hreflang="fa" href="/fa">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed">',
        f'<link rel="alternate" type="{RSS}" href="javascript:alert(1)">',
        f'<link rel="alternate" type="{RSS}" href="http://[">',
        f'<link rel="alternate" type="{RSS}">',
        '<a href="https://feedly.example/feed">Follow us</a>',
        '<a href="/feedback">Feedback</a>',
        '<a href="/news/press">Across the world</a>',
    ],
)
def test_what_is_no_feed_of_the_outlet_is_left_out(link: str) -> None:
    assert feeds(html(link)) == {}


@pytest.mark.parametrize("href", ["/rss", "/world/feed/", "/a.rss", "/services/atom.xml", "/x/rss-2.0", "/feed.json"])
def test_links_that_look_like_feeds_are_worth_a_visit(href: str) -> None:
    assert feeds(html(f'<a href="{href}">x</a>')) == {href: Promise.LINKED_FEED}


def test_feeds_of_comments_are_told_apart() -> None:
    source = html("", head=f'<link rel="alternate" type="{RSS}" href="/comments/feed/">')
    assert feeds(source) == {"/comments/feed/": Promise.COMMENTS}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://outlet.example/a", "http://www.outlet.example/", True),
        ("https://feeds.outlet.example/", "https://www.outlet.example/", True),
        ("https://notoutlet.example/", "https://outlet.example/", False),
        ("https://b.co.uk/", "https://a.co.uk/", False),
    ],
)
def test_what_belongs_to_a_site(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    assert same_site(one, other) is same_site(other, one) is same


# Sitemaps ------------------------------------------------------------------------------------------------------------


def test_robots_txt_names_sitemaps() -> None:
    text = (
        "User-agent: *\nDisallow: /x\nSitemap: https://o.example/sitemap.xml\nsitemap:/maps/news.xml\r\n"
        "  SITEMAP : https://o.example/latest # c\nSitemap: ftp://o.example/x\nNo-Sitemap: /y\nSitemap:\n"
    )
    found = sitemaps_of_robots(text, "https://o.example/robots.txt")
    assert [(each.url, each.promise) for each in found] == [
        ("https://o.example/sitemap.xml", Promise.DECLARED_SITEMAP),
        ("https://o.example/maps/news.xml", Promise.DECLARED_NEWS_SITEMAP),
        ("https://o.example/latest", Promise.DECLARED_NEWS_SITEMAP),
    ]


def test_of_an_index_the_parts_that_stay_and_look_like_news_are_taken() -> None:
    locs = ["news.xml", "<![CDATA[ /m/news.xml?a=1&amp;b=2 ]]>", "pages.xml", "news-2021-08.xml"]
    index = "".join(f"<sitemap><loc>{loc}</loc><lastmod>2021</lastmod></sitemap>" for loc in locs)
    text = f'<?xml version="1.0"?><sitemapindex>{index}</sitemapindex>'
    found = [each.url for each in parts_of_index(text, "https://o.example/m/index.xml")]
    assert found == ["https://o.example/m/news.xml", "https://o.example/m/news.xml?a=1&b=2"]
    assert [each.url for each in surveyed(text, "https://o.example/m/index.xml").candidates] == found


def test_usual_places_begin_beside_the_page() -> None:
    urls = [each.url for each in usual_places("https://o.example/en/world?x=1")]
    assert urls[0] == "https://o.example/en/world/feed/"
    assert {"https://o.example/feed/", "https://o.example/news-sitemap.xml"} <= set(urls)
    assert len(urls) == len(set(urls))
    assert next(iter(usual_places("https://o.example/"))).url == "https://o.example/feed/"


# Listings ------------------------------------------------------------------------------------------------------------

NAV = "".join(f'<li><a href="/s{number}">Section {number}</a></li>' for number in range(30))
FOOT = "".join(f'<li class="f"><a href="/f{number}">About</a></li>' for number in range(30))


def card(number: int, extra: str = "") -> str:
    return (
        f'<div class="card card-{number} css-dGhKwq {extra}"><a href="/{number}"><img alt="p"></a>'
        f'<h3><a href="/{number}">{headline(number)}</a></h3><p>Text {number}</p><a href="/world">World</a></div>'
    )


def listings(body: str) -> tuple[Listing, ...]:
    return surveyed(
        html(f"<nav><ul>{NAV}</ul></nav><div id='top'>{body}</div><footer><ul>{FOOT}</ul></footer>")
    ).listings


def test_a_listing_is_found_with_a_selector_that_selects_its_entries() -> None:
    """Whole entries, so that summaries and times are found; and no class that the next release changes."""
    body = "".join(card(number, "lead" if number == 0 else "") for number in range(9))
    (listing,) = listings(body)
    assert listing == Listing(selector="div.card", entries=9)
    items = read(html(body), items=listing.selector).items
    assert [item.title for item in items] == [headline(number) for number in range(9)]
    assert items[3].summary == "Text 3"


@pytest.mark.parametrize(
    ("entry", "around", "selector"),
    [
        ("<li><a href='/{0}'>{1}</a></li>", "<ul class='latest'>{}</ul>", "ul.latest li"),
        ("<article><h2><a href='/{0}'>{1}</a></h2></article>", "<main>{}</main>", "main article"),
        ("<a class='x9' href='/{0}'>{1}</a>", "<section id='river'>{}</section>", "#river a"),
        ("<tr><td><a href='/{0}'>{1}</a></td><td>26 Aug</td></tr>", "<table class='list'>{}</table>", "table.list tr"),
        ("<h4 class='t'><a href='/{0}'>{1}</a></h4><p>Text</p>", "<div>{}</div>", "h4.t"),
    ],
)
def test_listings_of_many_shapes(entry: str, around: str, selector: str) -> None:
    body = around.format("".join(entry.format(number, headline(number)) for number in range(6)))
    (listing,) = listings(body)
    assert (listing.selector, listing.entries) == (selector, 6)


def test_two_listings_are_told_apart_and_the_larger_comes_first() -> None:
    opinions = "".join(
        f"<li><a href='/o{number}'>Opinion {number}: what they should do</a></li>" for number in range(5)
    )
    found = listings(f"<ol class='op'>{opinions}</ol>" + "".join(map(card, range(12))))
    assert [each.entries for each in found] == [12, 5]


@pytest.mark.parametrize(
    "body",
    [
        "".join(card(number) for number in range(4)),
        "".join(f"<li><a href='https://other.example/{n}'>{headline(n)}</a></li>" for n in range(9)),
        "".join(f"<li><a href='/{number}'>Short {number}</a></li>" for number in range(9)),
        "".join(f"<li><a href='#{number}'>{headline(number)}</a></li>" for number in range(9)),
        f"<li><a href='/same'>{headline(1)}</a></li>" * 9,
    ],
)
def test_too_few_foreign_short_or_same_links_are_no_listing(body: str) -> None:
    assert listings(body) == ()


def test_headlines_without_spaces_between_words_count() -> None:
    body = "".join(f"<li class='t'><a href='/{n}'>喀布尔机场爆炸已致数十人死亡</a></li>" for n in range(5))
    assert [each.selector for each in listings(body)] == ["li.t"]


# Other and hostile documents -----------------------------------------------------------------------------------------


def test_a_page_says_what_the_outlet_is_called() -> None:
    named = surveyed(html("", head='<meta property="og:site_name" content=" The Daily:\n Kabul ">', lang="fa-AF"))
    assert (named.name, named.language) == ("The Daily: Kabul", "fa-AF")
    assert surveyed(html("")).name == ""


@pytest.mark.parametrize("source", ["", "{}", "<rss/>", "%PDF-", "plain words", "<urlset/>"])
def test_other_documents_lead_nowhere(source: str) -> None:
    assert surveyed(source) == Survey()


@pytest.mark.parametrize(
    "source",
    [
        html("", head="".join(f'<link rel="alternate" type="{RSS}" href="/{n}">' for n in range(20_000))),
        html("".join(f'<div><a href="/feed/{n}">{headline(n)}</a>' for n in range(20_000))),
        html("".join(f'<p class="c{n}"><a href="/{n}">{headline(n)}</a></p>' for n in range(20_000))),
        "<sitemapindex>" + "<loc>/news" * 200_000,
        html('<a href="/x">four words in here' * 20_000),
    ],
    ids=["declared", "nested", "flat", "index", "unclosed"],
)
def test_a_hostile_document_costs_seconds_at_most(source: str) -> None:
    started = time.process_time()
    assert len(surveyed(source).candidates) <= 1000
    assert time.process_time() - started < 10 * SLOWNESS
