"""The feed that WordPress writes, for the outlets that run it.

A `?p=` address as identifier, an excerpt that ends in […] and says where it appeared, the count of comments, which
changes the document and no article; and validators that must be shown together.
"""

from tests.support.outlets.manners import Manners
from tests.support.outlets.markup import cdata, rss, tag, when
from tests.support.outlets.newsroom import Article, Newsroom

MANNERS = Manners(etag=True, last_modified=True, both=True)
TYPE = "application/rss+xml; charset=UTF-8"


def item(article: Article, address: str, home: str, *, site: str, comments: int) -> str:
    """Write an item."""
    appeared = f'The post <a href="{address}">{article.title}</a> appeared first on <a href="{home}">{site}</a>.'
    return "\n".join(
        [
            "<item>",
            tag("title", article.title),
            tag("link", address),
            tag("comments", f"{address}#respond"),
            f"<dc:creator>{cdata(article.author)}</dc:creator>",
            tag("pubDate", when(article.published)),
            f"<category>{cdata('Afghanistan')}</category>",
            tag("guid", f"{home}/?p={article.number}", 'isPermaLink="false"'),
            f"<description>{cdata(f'<p>{article.text} [&#8230;]</p><p>{appeared}</p>')}</description>",
            tag("wfw:commentRss", f"{address}feed/"),
            tag("slash:comments", str(comments)),
            "</item>",
        ]
    )


def feed(room: Newsroom, items: list[str], home: str, site: str) -> bytes:
    """Write the feed of the whole site."""
    head = [
        f'<atom:link href="{home}/feed/" rel="self" type="application/rss+xml" />',
        tag("lastBuildDate", when(room.changed)),
        "<sy:updatePeriod>\thourly\t</sy:updatePeriod>",
        "<sy:updateFrequency>\t1\t</sy:updateFrequency>",
        tag("generator", "https://wordpress.org/?v=6.8.3"),
    ]
    return rss(site, home, items, head="\n".join(head))
