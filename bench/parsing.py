"""CPU of a poll's parse against plain feedparser, on sequences of documents as polls see them, and on first contact.

Both read the same documents in turn, in one process; ours carries over what each document leaves for the next. A
sequence is a day of one feed: at each poll 0 to 3 items are new, at some only the date of the feed changed, and at some
nothing did (ours isn't asked to parse then; the ratio of the changed documents alone stands beside). The feeds are
synthetic, as WordPress writes them, with some 300 words of HTML an item, and as Atom with escaped HTML; and real ones
where the test data is present, replayed from their oldest items on.
"""

import asyncio
import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import feedparser

from bench.city import START, WORDS
from spiders.parsing import ParseLimits, ParsePool, parse_document
from spiders.parsing.markup import ready
from storywatch.errors import VisitError

URL = "https://outlet.example/feed.xml"
POLLS = 20
ROUNDS = 3
NEW = (0, 0, 1, 0, 2, 1, 0, 3, 0, 1)
"""New items at each poll, again and again; at every other poll without any, not even the feed's date changes."""
LIMITS = ParseLimits()
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Spent:
    """CPU seconds of one way to parse."""

    first: float = 0.0
    changed: float = 0.0
    polls: int = 0
    changes: int = 0


@dataclass(kw_only=True)
class Row:
    """One line of the table."""

    name: str
    kilobytes: float = 0.0
    ours: Spent = field(default_factory=Spent)
    theirs: Spent = field(default_factory=Spent)

    def __str__(self) -> str:
        first = self.ours.first / self.theirs.first
        changed = self.theirs.changed / self.ours.changed
        # Plain feedparser reads what didn't change as well, at the same cost.
        every = changed * self.theirs.polls / self.ours.changes
        each = 1000 * self.ours.changed / self.ours.changes
        return f"{self.name:<34}{self.kilobytes:>8.0f}{each:>12.2f}{changed:>16.1f}{every:>12.1f}{first:>16.2f}"


def documents(item: Callable[[int], str], frame: Callable[[str, int], str], items: int) -> list[bytes]:
    """Return what the polls of a day see, the first contact first; None-changes repeat the same bytes."""
    newest, build = items, 0
    seen = [_document(item, frame, items, newest, build)]
    for poll in range(POLLS):
        new = NEW[poll % len(NEW)]
        newest += new
        build += 1 if new or poll % 2 else 0
        seen.append(_document(item, frame, items, newest, build))
    return seen


def _document(
    item: Callable[[int], str], frame: Callable[[str, int], str], items: int, newest: int, build: int
) -> bytes:
    return frame("".join(item(number) for number in range(newest, newest - items, -1)), build).encode()


def wordpress_item(number: int) -> str:
    """Return an item as WordPress writes it."""
    dice = random.Random(number)
    html = _html(dice)
    when = format_datetime(START + timedelta(minutes=10 * number))
    categories = "".join(f"<category><![CDATA[{dice.choice(WORDS)}]]></category>" for _ in range(4))
    return f"""
    <item>
        <title>{_said(dice, 9)}</title>
        <link>https://outlet.example/{number}/{"-".join(dice.choices(WORDS, k=5))}/</link>
        <comments>https://outlet.example/{number}/#respond</comments>
        <dc:creator><![CDATA[{_said(dice, 2)}]]></dc:creator>
        <pubDate>{when}</pubDate>
        {categories}
        <guid isPermaLink="false">https://outlet.example/?p={number}</guid>
        <description><![CDATA[<p>{_said(dice, 40)} &#8230;</p>]]></description>
        <content:encoded><![CDATA[{html}]]></content:encoded>
        <wfw:commentRss>https://outlet.example/{number}/feed/</wfw:commentRss>
        <slash:comments>{dice.randint(0, 40)}</slash:comments>
    </item>"""


def wordpress(items: str, build: int) -> str:
    """Return a feed as WordPress writes it."""
    when = format_datetime(START + timedelta(minutes=build))
    spaces = {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "wfw": "http://wellformedweb.org/CommentAPI/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "atom": "http://www.w3.org/2005/Atom",
        "sy": "http://purl.org/rss/1.0/modules/syndication/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
    }
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {declared}>
<channel>
    <title>Outlet</title>
    <atom:link href="{URL}" rel="self" type="application/rss+xml" />
    <link>https://outlet.example/</link>
    <description>World news</description>
    <lastBuildDate>{when}</lastBuildDate>
    <language>en-US</language>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>1</sy:updateFrequency>
    <generator>https://wordpress.org/?v=6.8</generator>
    <image><url>https://outlet.example/i.png</url><title>Outlet</title><link>https://outlet.example/</link></image>
{items}
</channel></rss>"""


def atom_item(number: int) -> str:
    """Return an entry with escaped HTML."""
    dice = random.Random(number)
    when = (START + timedelta(minutes=10 * number)).isoformat()
    link = f"https://outlet.example/{number}"
    return (
        f"<entry><id>tag:outlet.example,2026:{number}</id><title type='html'>{_said(dice, 9)}</title>"
        f"<link rel='alternate' type='text/html' href='{link}'/><published>{when}</published><updated>{when}</updated>"
        f"<author><name>{_said(dice, 2)}</name></author><content type='html'>{escape(_html(dice))}</content></entry>\n"
    )


def atom(items: str, build: int) -> str:
    """Return an Atom feed."""
    when = (START + timedelta(minutes=build)).isoformat()
    return (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'>"
        f"<id>{URL}</id><title>Outlet</title><updated>{when}</updated><link rel='self' href='{URL}'/>{items}</feed>"
    )


def _said(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize()


def _html(dice: random.Random) -> str:
    picture = (
        '<figure class="wp-block-image"><img src="https://outlet.example/{0}.jpg" alt="{0}" width="640"/></figure>'
    )
    paragraphs = (
        f'<p>{_said(dice, 40)} <a href="https://outlet.example/{dice.randint(1, 999)}">{_said(dice, 3)}</a>.</p>\n'
        for _ in range(7)
    )
    return picture.format(dice.choice(WORDS)) + "".join(paragraphs)


def replayed(body: bytes, items: int = 40) -> list[bytes]:
    """Return a real feed as polls would have seen it grow, or nothing if it has too few items for that."""
    try:
        markup = ready(body, LIMITS)
    except VisitError:
        markup = None
    elements = markup.outline.elements if markup else ()
    if markup is None or len(elements) < 15:
        return []
    data = markup.data
    seen = []
    new = sum(NEW[poll % len(NEW)] for poll in range(POLLS))
    hidden = min(new, len(elements) // 3)
    for poll in range(POLLS + 1):
        first, last = elements[hidden], elements[min(len(elements), hidden + items) - 1]
        seen.append(data[: elements[0][0]] + data[first[0] : last[1]] + data[elements[-1][1] :])
        hidden = max(hidden - NEW[poll % len(NEW)], 0)
    return seen


def measured(name: str, sequences: Iterable[Sequence[bytes]]) -> Row:
    """Let both read every sequence, in turn."""
    row = Row(name=name)
    sizes = []
    for sequence in sequences:
        sizes.append(len(sequence[0]))
        for _ in range(ROUNDS):
            _measure(sequence, row)
    row.kilobytes = statistics.mean(sizes) / 1000
    return row


def _measure(sequence: Sequence[bytes], row: Row) -> None:
    elements, before = b"", b""
    for number, body in enumerate(sequence):
        row.theirs.polls += number > 0
        if body == before:
            continue
        before = body
        began = time.process_time()
        document = parse_document(body, url=URL, content_type=None, now=NOW, limits=LIMITS, elements=elements)
        between = time.process_time()
        feedparser.parse(body, response_headers={"content-type": "application/xml", "content-location": URL})
        ended = time.process_time()
        elements = document.elements
        if number:
            row.ours.changed += between - began
            row.theirs.changed += ended - between
            row.ours.changes += 1
        else:
            row.ours.first += between - began
            row.theirs.first += ended - between


async def _through_the_pool(sequence: Sequence[bytes]) -> tuple[float, float]:
    """CPU per changed poll, without and with the worker and the way there and back."""
    pool, elements = ParsePool(workers=1), b""
    said = {"url": URL, "content_type": None, "now": NOW}
    await pool.parse(b"<rss version='2.0'><channel/></rss>", **said)  # type: ignore[arg-type]
    changed = [body for body, before in zip(sequence[1:], sequence, strict=False) if body != before]
    elements = (await pool.parse(sequence[0], **said)).elements  # type: ignore[arg-type]
    start, began = elements, _cpu_with_workers()
    for _ in range(ROUNDS * 3):
        elements = start
        for body in changed:
            elements = (await pool.parse(body, elements=elements, **said)).elements  # type: ignore[arg-type]
    pooled = (_cpu_with_workers() - began) / (len(changed) * ROUNDS * 3)
    began = time.process_time()
    for body in changed:
        feedparser.parse(body)
    return pooled, (time.process_time() - began) / len(changed)


def _cpu_with_workers() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_cpu_of, children))


def _cpu_of(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rows() -> Iterator[Row]:
    for items in (25, 50, 100):
        yield measured(f"WordPress, {items} items", [documents(wordpress_item, wordpress, items)])
    for items in (25, 50, 100):
        yield measured(f"Atom, {items} items", [documents(atom_item, atom, items)])
    folder = (
        Path(os.environ.get("STORYWATCH_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data") / "real-feeds"
    )
    if folder.is_dir():
        real = [replayed(path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix != ".md"]
        usable = [sequence for sequence in real if sequence]
        yield measured(f"{len(usable)} real feeds of 15 items or more", usable)


def main() -> None:
    """Print the table."""
    print(
        f"{POLLS} polls a sequence, {ROUNDS} rounds; "
        "ratios: feedparser's CPU / ours, first contact: ours / feedparser's"
    )
    print(f"{'':<34}{'KB':>8}{'ours, ms':>12}{'changed polls':>16}{'all polls':>12}{'first contact':>16}")
    for row in _rows():
        print(row, flush=True)
    pooled, plain = asyncio.run(_through_the_pool(documents(wordpress_item, wordpress, 50)))
    print(
        f"through the pool, WordPress, 50 items: {1000 * pooled:.2f} ms a changed poll in both processes together, "
        f"{plain / pooled:.1f} times cheaper than feedparser in one"
    )


if __name__ == "__main__":
    main()
