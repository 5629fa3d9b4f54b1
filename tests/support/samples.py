"""Values for tests: the seed story's facts, with any part replaced."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storywatch.model import (
    ChannelKind,
    Document,
    Event,
    Item,
    Outlet,
    ParsedItem,
    Revision,
    Settings,
    Source,
    SourceKind,
    Subscriber,
    Subscription,
    Visit,
    VisitOutcome,
    WatchConfig,
)

NOW = datetime(2021, 8, 26, 18, 0, tzinfo=UTC)
NYT = Outlet(id="nyt", name="The New York Times", hosts=("www.nytimes.com", "nytimes.com"))
CNN = Outlet(id="cnn", name="CNN", hosts=("edition.cnn.com", "cnn.com"))
ATTACK = "Explosions kill scores of people outside the airport of Kabul"
KABUL = Event(id="kabul", title="Attack on the airport of Kabul", all_of=(("kabul",), ("airport",)))
DESK = Subscriber(id="desk", name="Foreign desk", email="desk@news.example")
DESK_MAIL = Subscription(id="desk-mail", subscriber="desk", channel=ChannelKind.EMAIL)
DEVELOPMENTS = (
    "Opera singers rehearse Verdi at Kabul airport",
    "Volcano ash grounds cargo planes, Kabul airport says",
    "Bakery of Kabul airport wins a lottery licence",
    "Beekeepers rescue a swarm from the radar of Kabul airport",
    "Cinema at Kabul airport shows a restored silent film",
    "Chess champion misses his train to Kabul airport",
    "Dentist sues Kabul airport over lost luggage",
)
"""Headlines of one event that don't repeat each other."""


def a_source(source_id: str = "nyt-world", outlet: str = "nyt", **changes: Any) -> Source:
    """Return a feed that is polled every quarter of an hour."""
    values: dict[str, Any] = {
        "kind": SourceKind.FEED,
        "url": f"https://{outlet}.example/{source_id}.xml",
        "every": timedelta(minutes=15),
    }
    return Source(id=source_id, outlet=outlet, **(values | changes))


def parsed(title: str = ATTACK, **changes: Any) -> ParsedItem:
    """Return an item as a document gives it."""
    return ParsedItem(title=title, **changes)


def brought(*items: ParsedItem, **changes: Any) -> Visit:
    """Return a visit that brought a document."""
    document = Document(kind=SourceKind.FEED, format="rss20", items=items)
    return Visit(outcome=VisitOutcome.OK, document=document, **changes)


def an_item(title: str = ATTACK, *, item: str = "i1", outlet: str = "nyt", seen: datetime = NOW, **text: Any) -> Item:
    """Return an item as it is stored; `text` replaces fields of its revision."""
    values: dict[str, Any] = {
        "number": 1,
        "summary": "",
        "content": "",
        "author": None,
        "published": None,
        "updated": None,
        "language": None,
    }
    revision = Revision(item=item, title=title, seen=seen, **(values | text))
    return Item(
        id=item,
        outlet=outlet,
        source=f"{outlet}-world",
        url=f"https://{outlet}.example/{item}",
        first_seen=seen,
        keys=(f"url:{item}",),
        revision=revision,
    )


def a_config(**changes: Any) -> WatchConfig:
    """Return a watch config of two outlets with a source each, one event and one subscription."""
    values: dict[str, Any] = {
        "settings": Settings(database="sqlite://", contact="editor@news.example"),
        "outlets": (NYT, CNN),
        "sources": (a_source(), a_source("cnn-world", "cnn")),
        "events": (KABUL,),
        "subscribers": (DESK,),
        "subscriptions": (DESK_MAIL,),
    } | changes
    parts = ("outlets", "sources", "events", "subscribers", "subscriptions")
    by_id = {part: {one.id: one for one in values[part]} for part in parts}
    return WatchConfig(settings=values["settings"], **by_id)
