"""A right watch config becomes the core's values, with the core's own defaults."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from config import load
from storywatch.calendar import next_release
from storywatch.model import (
    ChannelKind,
    Digest,
    MatchMode,
    Name,
    QuietHours,
    RevisionWish,
    Seed,
    Settings,
    Severity,
    Source,
    SourceKind,
    Subscription,
)
from tests.unit.config.conftest import SETTINGS, Load, Write


def test_settings_that_name_nothing_have_the_cores_defaults(write: Write) -> None:
    """The defaults are written once, in the core; only paths are completed here."""
    folder = write({"a.yaml": SETTINGS})
    settings = load(folder, {}).settings
    assert settings == Settings(
        contact="desk@newsroom.org", database=f"sqlite:///{folder}/storywatch.db", outbox=f"{folder}/outbox"
    )


def test_every_setting_arrives(loaded: Load) -> None:
    """All keys of the section, each with a value that is not its default."""
    settings = loaded(
        {
            "a.yaml": """
            settings:
              contact: https://newsroom.org/bot
              mail_from: Alerts <alerts@newsroom.org>
              outbox: /var/spool/out
              shutdown_timeout: 90s
              egress: {allow: ["hook.lan:8080", "[::1]:9000"]}
              polling: {every: 2h, max_bytes: 4096, timeout: 5s, obey_robots: false, concurrent_hosts: 3}
              smtp: {host: mail.lan, tls: implicit}
            """
        }
    ).settings
    assert settings.contact == "https://newsroom.org/bot"
    assert settings.mail_from == "Alerts <alerts@newsroom.org>"
    assert settings.outbox == "/var/spool/out"
    assert settings.shutdown_timeout == timedelta(seconds=90)
    assert settings.poll_every == timedelta(hours=2)
    assert (settings.max_bytes, settings.timeout) == (4096, timedelta(seconds=5))
    assert (settings.obey_robots, settings.concurrent_hosts) == (False, 3)
    assert settings.allow == ("hook.lan:8080", "[::1]:9000")


@pytest.mark.parametrize(
    ("written", "port"), [("tls: starttls", 587), ("tls: implicit", 465), ("tls: none", 25), ("port: 2525", 2525)]
)
def test_the_port_of_the_mail_server_follows_the_encryption(loaded: Load, written: str, port: int) -> None:
    """Configuring the server is no leave for the crawler to dial it."""
    settings = loaded({"a.yaml": f"{SETTINGS}  smtp: {{host: mail.lan, {written}}}\n"}).settings
    assert settings.smtp is not None
    assert settings.smtp.port == port
    assert settings.allow == ()


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("data/news.db", "sqlite:///{folder}/data/news.db"),
        ("/var/lib/news.db", "sqlite:////var/lib/news.db"),
        ("sqlite:///news.db", "sqlite:///{folder}/news.db"),
        ("sqlite:////var/lib/news.db", "sqlite:////var/lib/news.db"),
        ("sqlite+aiosqlite:///news.db", "sqlite:///{folder}/news.db"),
        ("postgresql://watch@db/news", "postgresql://watch@db/news"),
        ("postgres://watch@db/news", "postgresql://watch@db/news"),
        ("postgresql+asyncpg://watch@db/news", "postgresql://watch@db/news"),
    ],
)
def test_the_database_becomes_one_of_two_forms_of_url(write: Write, written: str, url: str) -> None:
    """Storage gets `sqlite:////absolute/file` or `postgresql://...`, whatever the operator wrote."""
    folder = write({"a.yaml": f"{SETTINGS}  database: {written}\n"})
    assert load(folder, {}).settings.database == url.format(folder=folder)


def test_a_relative_folder_becomes_absolute(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon may change its working directory; the watch config's paths must not follow."""
    folder = write({"a.yaml": SETTINGS})
    monkeypatch.chdir(folder.parent)
    assert load(Path("watch"), {}).settings.outbox == str(folder / "outbox")


def test_outlets_and_sources_arrive(loaded: Load) -> None:
    """A source without a pause of its own takes that of the settings; facts for later stay out of the core."""
    config = loaded(
        {
            "a.yaml": SETTINGS + "  polling: {every: 7m}\n",
            "b.yaml": """
            outlets:
            - id: daily
              name: The Daily
              hosts: [www.daily.org, daily.org]
              strip_params: [ref, src_*]
              time_zone: Asia/Kabul
              language: fa
              fetch_pages: true
              live_url_patterns: ["*/live/*"]
              note: Kept as a fact.
              sources:
              - {id: world, url: "https://daily.org/feed", drop_urls: ["*/video/*"], verify: false}
              - id: map
                kind: news_sitemap
                url: http://daily.org/map.xml
                every: 1h
                stale_after: 2d
                empty_is_error: true
                enabled: false
                status: probe
            """,
        }
    )
    outlet = config.outlets["daily"]
    assert (outlet.hosts, outlet.strip_params) == (("www.daily.org", "daily.org"), ("ref", "src_*"))
    assert (outlet.time_zone, outlet.language) == ("Asia/Kabul", "fa")
    assert outlet.live_urls == ("*/live/*",)
    assert config.sources["world"] == Source(
        id="world",
        outlet="daily",
        kind=SourceKind.FEED,
        url="https://daily.org/feed",
        every=timedelta(minutes=7),
        drop_urls=("*/video/*",),
        verify=False,
    )
    assert config.sources["map"] == Source(
        id="map",
        outlet="daily",
        kind=SourceKind.NEWS_SITEMAP,
        url="http://daily.org/map.xml",
        every=timedelta(hours=1),
        stale_after=timedelta(days=2),
        empty_is_error=True,
        enabled=False,
    )


def test_events_arrive(loaded: Load) -> None:
    """Names as text or with spellings, dates bare or in quotes, a seed's time as its day."""
    event = loaded(
        {
            "a.yaml": SETTINGS,
            "b.yaml": """
            outlets: [{catalogue: nyt}]
            events:
            - id: flood
              title: " The flood "
              aliases: [Great flood]
              all: [[water, drown*], ["39"]]
              none: [swimming pool]
              query: >-
                ark OR
                "two by two"
              match: strict
              people: [Noah, {name: Naamah, aliases: [Na'amah]}]
              places: [Ararat]
              organisations: [{name: UN}]
              since: 2021-08-15
              until: "2022-01-01"
              languages: [en, pt-BR]
              outlets: [nyt]
              tags: [weather]
              seeds:
              - {text: It rains., id: a-1, url: "https://a.org/1", published: 2021-08-15}
              - {text: "It still\\nrains.", published: 2021-08-15T23:30:00-05:00}
            """,
        }
    ).events["flood"]
    assert event.title == "The flood"
    assert event.all_of == (("water", "drown*"), ("39",))
    assert event.none_of == ("swimming pool",)
    assert (event.query, event.match) == ('ark OR "two by two"', MatchMode.STRICT)
    assert event.people == (Name(spellings=("Noah",)), Name(spellings=("Naamah", "Na'amah")))
    assert event.places == (Name(spellings=("Ararat",)),)
    assert event.organisations == (Name(spellings=("UN",)),)
    assert (event.since, event.until) == (date(2021, 8, 15), date(2022, 1, 1))
    assert (event.languages, event.outlets, event.tags) == (("en", "pt-BR"), ("nyt",), ("weather",))
    assert event.seeds == (
        Seed(text="It rains.", id="a-1", url="https://a.org/1", published=date(2021, 8, 15)),
        Seed(text="It still\nrains.", published=date(2021, 8, 16)),
    )


def test_an_event_needs_a_title_and_an_id_only(loaded: Load) -> None:
    """And a key with nothing behind it counts as not given."""
    event = loaded({"a.yaml": SETTINGS + "events:\n- {id: a, title: A, all: , until: , seeds: }\n"}).events["a"]
    assert (event.all_of, event.until, event.seeds) == ((), None, ())
    assert (event.query, event.match) == (None, MatchMode.ASSISTED)


def test_subscribers_and_subscriptions_arrive(loaded: Load, tmp_path: Path) -> None:
    """Subscriptions without an id are called by subscriber and channel, the later ones numbered."""
    config = loaded(
        {
            "a.yaml": SETTINGS,
            "b.yaml": """
            events: [{id: flood, title: Flood, tags: [weather]}]
            subscribers:
            - id: desk
              name: Desk
              email: desk@newsroom.org
              folder: out/desk
              webhook: {url: "https://hook.org/in", secret_file: key}
              subscriptions:
              - {channel: email, events: [flood], corroborations: true}
              - {channel: webhook, tags: [weather]}
              - {channel: email}
              - {channel: file, id: night, alarms: true, events: [], corroborations: false}
              - {channel: email}
            """,
            "key": "whsec_" + "QUJD" * 10,
        }
    )
    desk = config.subscribers["desk"]
    assert (desk.email, desk.webhook_url) == ("desk@newsroom.org", "https://hook.org/in")
    assert desk.folder == str(tmp_path / "watch/out/desk")
    assert list(config.subscriptions) == ["desk-email", "desk-webhook", "desk-email-2", "night", "desk-email-3"]
    first, second, third = list(config.subscriptions.values())[:3]
    assert (first.events, first.tags, first.corroborations) == (("flood",), (), True)
    assert (second.channel, second.tags, second.subscriber) == (ChannelKind.WEBHOOK, ("weather",), "desk")
    assert (third.events, third.tags, third.corroborations, third.alarms) == ((), (), False, False)
    assert config.subscriptions["night"].alarms


WISHES = """
outlets:
- {id: nyt, name: NYT}
- {id: cnn, name: CNN}
subscribers:
- id: desk
  name: Desk
  subscriptions:
  - channel: file
    revisions: all
    least_severity: normal
    least_outlets: 2
    least_origins: 2
    outlets: [nyt, cnn]
    languages: [en, fa]
    digest: {at: "19:30", days: [mon, thu], break_through: high}
    quiet_hours: {from: "22:00", to: "07:00", break_through: none}
    most_a_day: 5
    time_zone: Asia/Kabul
"""


def test_every_wish_of_a_subscription_arrives(loaded: Load) -> None:
    """Each with a value that is not its default, all times in the subscription's zone."""
    found = loaded({"a.yaml": SETTINGS, "b.yaml": WISHES}).subscriptions["desk-file"]
    assert found == Subscription(
        id="desk-file",
        subscriber="desk",
        channel=ChannelKind.FILE,
        revisions=RevisionWish.ALL,
        least_severity=Severity.NORMAL,
        least_outlets=2,
        least_origins=2,
        outlets=("nyt", "cnn"),
        languages=("en", "fa"),
        digest=Digest(cron="30 19 * * mon,thu", time_zone="Asia/Kabul", break_through=Severity.HIGH),
        quiet=QuietHours(begin=time(22), end=time(7), time_zone="Asia/Kabul", break_through=None),
        most_a_day=5,
        time_zone="Asia/Kabul",
    )


def test_a_subscription_that_wishes_nothing_has_the_cores_defaults(loaded: Load) -> None:
    text = "subscribers: [{id: desk, name: Desk, subscriptions: [{channel: file}]}]\n"
    found = loaded({"a.yaml": SETTINGS, "b.yaml": text}).subscriptions["desk-file"]
    assert found == Subscription(id="desk-file", subscriber="desk", channel=ChannelKind.FILE)


@pytest.mark.parametrize(
    ("written", "cron", "first"),
    [
        ("daily", "0 7 * * *", "2021-08-27 07:00"),
        ("weekly", "0 7 * * mon", "2021-08-30 07:00"),
        ('{at: "07:30"}', "30 7 * * *", "2021-08-27 07:30"),
        ("{days: [sat]}", "0 7 * * sat", "2021-08-28 07:00"),
        ('{cron: "5  6,18 * * 1-5"}', "5 6,18 * * 1-5", "2021-08-27 06:05"),
    ],
)
def test_the_times_of_a_digest_are_a_cron_line(loaded: Load, written: str, cron: str, first: str) -> None:
    """And the line comes when it says."""
    text = f"subscribers: [{{id: desk, name: Desk, subscriptions: [{{channel: file, digest: {written}}}]}}]\n"
    digest = loaded({"a.yaml": SETTINGS, "b.yaml": text}).subscriptions["desk-file"].digest
    assert digest == Digest(cron=cron)
    thursday = datetime(2021, 8, 26, 19, tzinfo=UTC)
    assert next_release(digest, thursday) == datetime.fromisoformat(first).replace(tzinfo=UTC)
