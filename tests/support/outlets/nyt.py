"""The New York Times: feeds of headlines with a summary; a gzip file as sitemap; no articles for programs.

Its robots.txt shuts out agents by name and the parameters that its own links carry. What rss.nytimes.com has as
robots.txt nobody has seen: the double has none there.
"""

import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from tests.support.outlets.manners import Hosts, Manners, robots, served, web_page
from tests.support.outlets.markup import cdata, link, news_sitemap, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom, stock
from tests.support.outlets.twin import Twin

FEEDS = {
    "World": "smid=rss-nytimes&smtyp=cur",
    "AsiaPacific": "partner=rss&emc=rss",
    "MiddleEast": "utm_source=rss",
    "US": "smid=rss-nytus",
    "Politics": "smid=rss-politics",
    "HomePage": "partner=rssnyt&smid=home",
}
"""The feeds, and what each hangs onto its links."""

STORIES = (
    (
        "kabul-gate-blast",
        "Blast at a Gate of Kabul’s Airport Kills Soldiers & Civilians",
        "A suicide bomber walked into the crowd at the gate, and gunmen fired after him.",
    ),
    (
        "video-kabul-car",
        "What Hours of Video Show of the Car That a Drone Struck in Kabul",
        "Nothing in the pictures of that day points to a bomb in the car.",
    ),
    ("school-lunches", "Schools Try Longer Lunches", "Children who sit for thirty minutes eat more greens."),
)
MANNERS = Manners(etag=True, last_modified=True, cache_control="public, max-age=300")


def _stock(now: datetime) -> Sequence[Article]:
    return stock(now, STORIES, every=timedelta(hours=5), sections=("World", "AsiaPacific"), author="Ada Lind")


def address(article: Article) -> str:
    """Return where an article is."""
    return f"https://www.nytimes.com/{article.published:%Y/%m/%d}/world/asia/{article.slug}.html"


def _item(article: Article, parameters: str) -> str:
    return "\n".join(
        [
            "<item>",
            tag("title", article.title),
            tag("link", f"{address(article)}?{parameters}"),
            tag("guid", address(article), 'isPermaLink="true"'),
            f'<atom:link href="{link(address(article))}" rel="standout"/>',
            # The words below the picture come before the words of the article.
            '<media:content height="151" medium="image" url="https://images.example/1.jpg" width="151"/>',
            tag("media:credit", "A Photographer"),
            tag("media:description", "The words below the picture"),
            f"<description>{cdata(article.text)}</description>",
            tag("dc:creator", article.author),
            tag("pubDate", when(article.published)),
            '<category domain="http://www.nytimes.com/namespaces/keywords/nyt_geo">Afghanistan</category>',
            "</item>",
        ]
    )


def _feed(room: Newsroom, name: str) -> bytes:
    items = (_item(article, FEEDS[name]) for article in room.of(name))
    return rss(f"NYT > {name}", "https://www.nytimes.com/section/world", items)


def _sitemap(room: Newsroom) -> bytes:
    new = [article for article in room.latest if article.published > room.now - timedelta(hours=48)]
    entries = ((address(one), one.title, one.published, one.changed) for one in new)
    return gzip.compress(news_sitemap("The New York Times", entries), mtime=0)


def _hosts(room: Newsroom) -> Hosts:
    feeds = {
        f"/services/xml/rss/nyt/{name}.xml": served(room, partial(_feed, room, name), "text/xml", MANNERS)
        for name in FEEDS
    }
    plain = Manners(last_modified=True, compresses=False)
    site = {
        "/robots.txt": robots(
            *("User-agent: *", "Disallow: /svc", "Disallow: /search"),
            *("Disallow: /*?*smid=", "Disallow: /*?*partner=", "Disallow: /*?*utm_source=", ""),
            *("User-agent: AwarioRssBot", "User-agent: AwarioSmartBot", "Disallow: /", ""),
            *("User-agent: Scrapy", "Disallow: /", ""),
            *("User-agent: news-please", "Disallow: /"),
        ),
        "/sitemaps/new/news.xml.gz": served(room, partial(_sitemap, room), "application/x-gzip", plain),
        **{address(article).removeprefix("https://www.nytimes.com"): web_page("No", 403) for article in room.articles},
    }
    return {"rss.nytimes.com": feeds, "www.nytimes.com": site}


TWIN = Twin(outlet="nyt", stock=_stock, hosts=_hosts, address=address)
