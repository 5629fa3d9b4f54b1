"""Alerts to compose: the seed story's facts, with any part replaced."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from storywatch.model import (
    Alarm,
    AlarmKind,
    AlertKind,
    ChannelKind,
    Delivery,
    Event,
    Item,
    Match,
    Message,
    Outlet,
    Owed,
    OwedNotice,
    Reason,
    Report,
    ReportRole,
    Revision,
    Settings,
    Source,
    SourceKind,
    Subscriber,
    Subscription,
    Update,
)

PUBLISHED = datetime(2021, 9, 17, 20, 10, tzinfo=UTC)
SEEN = datetime(2021, 9, 17, 20, 14, tzinfo=UTC)
CREATED = datetime(2021, 9, 17, 20, 14, 30, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SETTINGS = Settings(
    database="sqlite:///:memory:", contact="editor@news.example", mail_from="Storywatch <alerts@news.example>"
)

REVISION = Revision(
    item="item-1",
    number=1,
    seen=SEEN,
    title="Pentagon calls the Kabul drone strike a 'tragic mistake' that killed ten civilians",
    summary=(
        "Gen. Frank McKenzie offers his condolences: seven of the dead were children. The driver of the car, Zemari"
        " Ahmadi, worked for a US aid group. Ex gratia payments are explored."
    ),
    content="",
    author="A. Reporter",
    published=PUBLISHED,
    updated=None,
    language="en",
)
OWED = Owed(
    id="desk-mail-3f9c2a7be1d04c55",
    created=CREATED,
    subscription=Subscription(id="desk-mail", subscriber="desk", channel=ChannelKind.EMAIL),
    subscriber=Subscriber(
        id="desk",
        name="Foreign Desk",
        email="desk@news.example",
        webhook_url="https://hooks.news.example/in/token-abc",
        webhook_secret=SECRET,
        apprise_url="json://chat.news.example/token-abc",
    ),
    event=Event(id="kabul-airport", title="US collaborates with Taliban against ISIS"),
    update=Update(
        id="update-5",
        event="kabul-airport",
        item="item-1",
        headline="Pentagon admits a 'tragic mistake' in Kabul",
        created=SEEN,
    ),
    report=Report(
        update="update-5", event="kabul-airport", item="item-1", outlet="nyt", role=ReportRole.FIRST, seen=SEEN
    ),
    item=Item(
        id="item-1",
        outlet="nyt",
        source="nyt-world",
        url="https://www.nytimes.com/2021/09/17/us/politics/pentagon-drone-strike-kabul.html",
        first_seen=SEEN,
        keys=(),
        revision=REVISION,
    ),
    match=Match(
        event="kabul-airport",
        item="item-1",
        revision=1,
        accepted=True,
        score=0.91,
        reasons=(
            Reason(asked="Kabul", found="Kabul", field="title"),
            Reason(asked="ISIS-K", found="Islamic State Khorasan", field="summary"),
        ),
    ),
    outlet=Outlet(id="nyt", name="The New York Times"),
    sequence=5,
    known_before=(
        "Video analysis finds no evidence of a bomb in the car",
        "Survivors: ten of one family killed, seven of them children",
    ),
)

ALARM = Alarm(
    id="al-5e21",
    source="cnn-sitemap",
    kind=AlarmKind.STALE,
    message="the newest item is of 12 September 2021, older than 3 days",
    raised=CREATED,
)
NOTICE = OwedNotice(
    id="n-8d1f04c2",
    created=CREATED,
    subscription=Subscription(id="ops-mail", subscriber="desk", channel=ChannelKind.EMAIL, alarms=True),
    subscriber=OWED.subscriber,
    alarm=ALARM,
    source=Source(
        id="cnn-sitemap",
        outlet="cnn",
        kind=SourceKind.NEWS_SITEMAP,
        url="https://edition.cnn.com/sitemaps/news.xml",
        every=timedelta(minutes=5),
    ),
    outlet=Outlet(id="cnn", name="CNN", hosts=("edition.cnn.com", "cnn.com")),
)
ENDED = CREATED + timedelta(days=2, hours=3, minutes=20)


def notice_with(**changes: Any) -> OwedNotice:
    """Return the sample notice with parts changed: `kind=`, `message=` of the alarm, `url=` of the source, others."""
    alarm = {name: changes.pop(name) for name in ("kind", "message") if name in changes}
    url = changes.pop("url", NOTICE.source.url)
    parts: dict[str, Any] = {"alarm": replace(ALARM, **alarm), "source": replace(NOTICE.source, url=url)}
    return replace(NOTICE, **parts | changes)


def over_now(owed: OwedNotice = NOTICE) -> OwedNotice:
    """Return the notice of the same alarm's end."""
    return replace(owed, id="n-ended", created=ENDED, alarm=replace(owed.alarm, ended=ENDED))


def owed_with(**changes: Any) -> Owed:
    """Return the sample alert with parts changed: `title=` of the revision, `url=` of the item, `event=`, and so on."""
    revision = {name: changes.pop(name) for name in tuple(changes) if hasattr(REVISION, name) and name != "item"}
    url = changes.pop("url", OWED.item.url)
    item = replace(OWED.item, url=url, revision=replace(REVISION, **revision))
    return replace(OWED, **{"item": item, **changes})


def corroborating(owed: Owed = OWED) -> Owed:
    """Return the alert as one more outlet's report of a known update."""
    report = replace(owed.report, role=ReportRole.CORROBORATION)
    return replace(owed, report=report, kind=AlertKind.CORROBORATION)


def over(channel: ChannelKind, owed: Owed = OWED) -> Owed:
    """Return the alert as owed to a subscription of that channel."""
    return replace(owed, subscription=replace(owed.subscription, channel=channel))


def delivery_of(message: Message, channel: ChannelKind = ChannelKind.EMAIL, delivery_id: str = OWED.id) -> Delivery:
    """Return the message as a claimed delivery."""
    return Delivery(
        id=delivery_id,
        subscription="desk-mail",
        subscriber="desk",
        channel=channel,
        message=message,
        created=CREATED,
        attempt=1,
        token="lease-1",
    )
