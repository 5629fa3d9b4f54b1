"""What a feed says about itself: what it wishes, and who pushes its news."""

import json
from datetime import timedelta

import pytest

from storywatch.model import PushOffer, Wishes
from tests.unit.spiders.feeds import URL, atom, read, rss

HUB = "https://hub.example/"
TOPIC = "https://outlet.example/topic"
ALL_HOURS = "".join(f"<hour>{hour}</hour>" for hour in range(24))
ALL_DAYS = "".join(
    f"<day>{day}</day>" for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
)


def _wishes(channel: str) -> Wishes:
    return read(rss("<title>T</title>", channel=channel)).wishes


@pytest.mark.parametrize(
    ("ttl", "expected"), [("15", timedelta(minutes=15)), ("0", None), ("-5", None), ("soon", None), ("9" * 30, None)]
)
def test_the_publishers_ttl_is_in_minutes(ttl: str, expected: timedelta | None) -> None:
    """Anything but a plausible number is nothing."""
    assert _wishes(f"<ttl>{ttl}</ttl>").ttl == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("<hour>0</hour><hour>1</hour><hour>23</hour>", {0, 1, 23}),
        ("<hour>24</hour><hour> 7 </hour><hour>07</hour>", {0, 7}),
        ("<hour>25</hour><hour>-1</hour><hour>noon</hour><hour/><hour>6</hour>", {6}),
        ("", set()),
        (ALL_HOURS, set()),
        (ALL_HOURS.replace("<hour>0</hour>", ""), set(range(1, 24))),
    ],
)
def test_the_hours_that_are_to_be_skipped(hours: str, expected: set[int]) -> None:
    """0 to 23 in UTC, 24 is RSS 0.91's midnight; a feed that skips them all would never be read."""
    assert _wishes(f"<skipHours>{hours}</skipHours>").skip_hours == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("<day>Monday</day><day>sunday</day>", {0, 6}),
        ("<day>Sat</day><day>Someday</day><day/>", {5}),
        (ALL_DAYS, set()),
        (ALL_DAYS.replace("<day>Monday</day>", ""), {1, 2, 3, 4, 5, 6}),
    ],
)
def test_the_days_that_are_to_be_skipped(days: str, expected: set[int]) -> None:
    """By their English names."""
    assert _wishes(f"<skipDays>{days}</skipDays>").skip_days == expected


def test_wishes_are_the_channels_also_behind_its_items_and_in_a_damaged_document() -> None:
    """RSS fixes no order."""
    wishes = "<skipHours><hour>3</hour></skipHours><skipDays><day>Friday</day></skipDays><ttl>9</ttl>"
    for tail in (f"{wishes}</channel></rss>", f"<undeclared:x/>{wishes}</channel></rss>"):
        document = rss("<title>T</title>").replace("</channel></rss>", tail)
        expected = Wishes(ttl=timedelta(minutes=9), skip_hours=frozenset({3}), skip_days=frozenset({4}))
        assert read(document).wishes == expected


def test_a_feed_without_wishes_has_none() -> None:
    """Atom knows none, and an item's own words are no wish."""
    assert read(atom("<title>T</title>")).wishes == Wishes()
    assert read(rss("<title>T</title><hour>3</hour><day>Friday</day><ttl>5</ttl>")).wishes == Wishes()


def _link(rel: str, href: str, prefix: str = "") -> str:
    return f'<{prefix}link rel="{rel}" href="{href}"/>'


@pytest.mark.parametrize(
    ("document", "push"),
    [
        (atom("", feed=_link("hub", HUB) + _link("self", TOPIC)), PushOffer(hub=HUB, topic=TOPIC)),
        (rss("", channel=_link("hub", HUB, "atom:") + _link("self", TOPIC, "atom:")), PushOffer(hub=HUB, topic=TOPIC)),
        (rss("", channel=_link("self", TOPIC, "atom:") + _link("HUB", HUB, "atom:")), PushOffer(hub=HUB, topic=TOPIC)),
        (atom("", feed=_link("hub", HUB)), PushOffer(hub=HUB, topic=URL)),
        (
            atom("", feed=_link("hub", "/hub") + _link("self", "/a?x=1&amp;y=2")),
            PushOffer(hub="https://outlet.example/hub", topic="https://outlet.example/a?x=1&y=2"),
        ),
        (
            atom("", feed=_link("hub", "javascript:x") + _link("hub", HUB) + _link("hub", "https://second.example/")),
            PushOffer(hub=HUB, topic=URL),
        ),
        (atom("", feed=_link("self", TOPIC)), None),
        (atom("", feed=_link("hub", "ftp://hub.example/") + _link("self", TOPIC)), None),
        (atom(f"<title>T</title>{_link('hub', HUB)}"), None),
        (rss("", channel=f"<image>{_link('hub', HUB, 'atom:')}</image>"), None),
        (rss(""), None),
    ],
)
def test_a_feed_offers_its_hub_and_topic(document: str, push: PushOffer | None) -> None:
    """The channel's own links, http(s) only; without a `self` the topic is where the document came from."""
    assert read(document.replace("<item></item>", "<item><title>T</title></item>")).push == push


@pytest.mark.parametrize(
    ("hubs", "push"),
    [
        ([{"type": "rssCloud", "url": "https://c.example/"}, {"type": "WebSub", "url": HUB}], True),
        ([{"type": "PubSubHubbub", "url": HUB}], True),
        ([{"type": "rssCloud", "url": HUB}], False),
        ([{"type": "WebSub", "url": "mailto:a@b.example"}], False),
        (["x", 7, {}], False),
        ("x", False),
    ],
)
def test_a_json_feed_offers_the_hubs_that_speak_websub(hubs: object, push: bool) -> None:  # noqa: FBT001
    """Its `hubs` may also be of another kind."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "feed_url": TOPIC, "hubs": hubs, "items": []}
    assert read(json.dumps(feed)).push == (PushOffer(hub=HUB, topic=TOPIC) if push else None)
