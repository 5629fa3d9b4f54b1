"""Turns what the models read into the core's values. Defaults that the YAML leaves out are the core's own."""

from datetime import timedelta
from typing import Any

from config.check import Checked
from config.database import database_url
from config.schema import (
    EventSpec,
    LimitsSpec,
    NameSpec,
    OutletSpec,
    PagesSpec,
    PushSpec,
    SeedSpec,
    SettingsSpec,
    SmtpSpec,
    SourceSpec,
    SubscriberSpec,
)
from config.schema.checks import UnfitError, web_address
from config.secret import Secrets, signing_key, signing_secrets
from config.tree import Node
from storywatch.apprise_urls import service_url
from storywatch.model import (
    Event,
    Limits,
    MatchMode,
    Name,
    Outlet,
    PageRules,
    PageSettings,
    PushSettings,
    Seed,
    Settings,
    SmtpSettings,
    Source,
    SourceKind,
    Subscriber,
)
from storywatch.webhook_secrets import read_secrets

GAPS_ONLY_EVERY = timedelta(days=30)
"""A source that waits for gaps is visited so often all the same: else nobody would notice that it died."""

OWN_EVERY = timedelta(minutes=15)
"""An own server has no floors to hold a learned pause, and asks for none."""

_SMTP_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def to_settings(checked: Checked[SettingsSpec], secrets: Secrets) -> Settings:
    """Return the settings. What the folder, the files and the environment lack is noted in `secrets.problems`."""
    spec, polling = checked.spec, checked.spec.polling
    database, password, push_key, pages_key = settings_secrets(checked.node, secrets)
    smtp = to_smtp(spec.smtp, password) if spec.smtp else None
    return Settings(
        database=database or database_url(spec.database or "storywatch.db", secrets.folder),
        contact=spec.contact,
        smtp=smtp,
        outbox=str((secrets.folder / (spec.outbox or "outbox")).absolute()),
        allow=tuple(spec.egress.allow) if spec.egress else (),
        **_given(
            push=to_push(spec.push, push_key) if spec.push and push_key else None,
            pages=to_pages(spec.pages, pages_key) if spec.pages and pages_key else None,
            bounces=spec.bounces,
            mail_from=spec.mail_from,
            shutdown_timeout=spec.shutdown_timeout,
            rotation_overlap=spec.rotation_overlap,
            poll_every=polling and polling.every,
            budget=polling and polling.budget,
            per_host=polling and polling.per_host,
            max_bytes=polling and polling.max_bytes,
            timeout=polling and polling.timeout,
            obey_robots=polling and polling.obey_robots,
            recheck=polling and polling.recheck,
            concurrent_hosts=polling and polling.concurrent_hosts,
            limits=to_limits(spec.limits) if spec.limits else None,
        ),
    )


def to_limits(spec: LimitsSpec) -> Limits:
    """Return the limits that are given, and the defaults for the others."""
    return Limits(**_given(**spec.model_dump()))


def to_smtp(spec: SmtpSpec, password: str | None) -> SmtpSettings:
    """Return the mail server with its password."""
    return SmtpSettings(
        host=spec.host,
        port=spec.port or _SMTP_PORTS[spec.tls],
        tls=spec.tls,
        username=spec.username,
        password=password,
        **_given(pace=spec.pace),
    )


def to_push(spec: PushSpec, key: str) -> PushSettings:
    """Return where hubs reach us, with the key."""
    return PushSettings(public_url=spec.public_url, key=key, **_given(listen=spec.listen))


def to_pages(spec: PagesSpec, key: str) -> PageSettings:
    """Return the pages that subscribers meet, with the key."""
    return PageSettings(public_url=spec.public_url, key=key, **_given(listen=spec.listen, open_to_all=spec.open_to_all))


def settings_secrets(node: Node, secrets: Secrets) -> tuple[str | None, str | None, str | None, str | None]:
    """Return what the settings point at, as far as they do: database URL, mail password, keys of push and of pages."""

    def database(text: str) -> str:
        return database_url(text, secrets.folder)

    return (
        secrets.read(node, (), "database", database),
        secrets.read(node, ("smtp",), "password"),
        secrets.read(node, ("push",), "key", signing_key),
        secrets.read(node, ("pages",), "key", signing_key),
    )


def subscriber_secrets(node: Node, secrets: Secrets) -> tuple[str | None, str | None]:
    """Return the webhook's address and the lines of its secret that a subscriber points at, as far as it does."""
    url = secrets.read(node, ("webhook",), "url", _address)
    return url, secrets.read(node, ("webhook",), "secret", signing_secrets, several=True)


def apprise_secret(node: Node, secrets: Secrets) -> str | None:
    """Return the Apprise URL that a subscriber points at, as far as it does."""
    return secrets.read(node, ("apprise",), "url", service_url)


def to_outlet(spec: OutletSpec) -> Outlet:
    """Return the outlet without its sources."""
    return Outlet(
        id=spec.id,
        name=spec.name,
        hosts=tuple(spec.hosts),
        strip_params=tuple(spec.strip_params),
        language=spec.language,
        live_urls=tuple(spec.live_url_patterns),
        budget=spec.budget,
        **_given(time_zone=spec.time_zone),
    )


def to_sources(spec: OutletSpec, settings: Settings) -> list[Source]:
    """Return the outlet's sources."""
    return [
        Source(
            id=source.id,
            outlet=spec.id,
            kind=SourceKind(source.kind),
            url=source.url,
            every=_fixed_pause(source, settings),
            stale_after=source.stale_after,
            empty_is_error=source.empty_is_error,
            enabled=source.enabled,
            page=to_page(source),
            drop_urls=tuple(source.drop_urls),
            verify=source.verify,
            gaps_only=source.gaps_only,
            own=source.own,
        )
        for source in spec.sources
    ]


def _fixed_pause(source: SourceSpec, settings: Settings) -> timedelta | None:
    """Return the pause that a source keeps whatever its rhythm is; None for one that is paced."""
    if source.gaps_only:
        return GAPS_ONLY_EVERY
    return source.every or settings.poll_every or (OWN_EVERY if source.own else None)


def to_page(source: SourceSpec) -> PageRules:
    """Return where the items of a page stand."""
    return PageRules(
        items=source.selector,
        title=source.title_selector,
        link=source.link_selector,
        summary=source.summary_selector,
        time=source.time_selector,
        region=source.region,
    )


def to_event(spec: EventSpec) -> Event:
    """Return the event."""
    return Event(
        id=spec.id,
        title=spec.title,
        aliases=tuple(spec.aliases),
        all_of=tuple(map(tuple, spec.all_of)),
        none_of=tuple(spec.none_of),
        query=spec.query,
        match=MatchMode(spec.match),
        people=tuple(map(_to_name, spec.people)),
        places=tuple(map(_to_name, spec.places)),
        organisations=tuple(map(_to_name, spec.organisations)),
        since=spec.since,
        until=spec.until,
        languages=tuple(spec.languages),
        outlets=tuple(spec.outlets),
        tags=tuple(spec.tags),
        seeds=tuple(map(_to_seed, spec.seeds)),
    )


def _to_name(spec: NameSpec) -> Name:
    return Name(spellings=(spec.name, *spec.aliases))


def _to_seed(spec: SeedSpec) -> Seed:
    return Seed(text=spec.text, id=spec.id, url=spec.url, published=spec.published)


def to_subscriber(checked: Checked[SubscriberSpec], secrets: Secrets) -> Subscriber:
    """Return the subscriber with the webhook's secret."""
    spec = checked.spec
    url, lines = subscriber_secrets(checked.node, secrets)
    signing = read_secrets(lines) if lines else None
    return Subscriber(
        id=spec.id,
        name=spec.name,
        email=spec.email,
        webhook_url=url or (spec.webhook.url if spec.webhook else None),
        webhook_secret=signing.current if signing else None,
        webhook_retired=signing.retired if signing else (),
        apprise_url=apprise_secret(checked.node, secrets) or (spec.apprise.url if spec.apprise else None),
        folder=str((secrets.folder / spec.folder).absolute()) if spec.folder else None,
    )


def _address(text: str) -> str:
    try:
        return web_address(text)
    except UnfitError as error:
        raise ValueError(f"expected {error.expected} in what is named here") from None


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
