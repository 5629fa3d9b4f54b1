"""The `subscribers` section: who is told, by which channel, of which events."""

from typing import Literal

from pydantic import Field

from config.schema.base import Strict
from config.schema.fields import AppriseUrl, Email, Few, Id, Language, Line, TimeZone, Variable, WebAddress
from config.schema.wishes import DigestSpec, QuietHoursSpec


class WebhookSpec(Strict):
    """Where alerts are posted, signed by Standard Webhooks 1.0.0."""

    url: WebAddress | None = Field(None, description="Address that takes the alerts.")
    url_file: Line | None = Field(None, description="File that holds the address, when the address itself is a secret.")
    url_env: Variable | None = Field(None, description="Environment variable that holds the address.")
    secret_file: Line | None = Field(
        None,
        description=(
            "File that holds the signing secret: whsec_ and base64 of 24 to 64 random bytes, or whsk_ and an ed25519 "
            "key. storywatch rotate-secret writes a new one and keeps the old one below it for a while."
        ),
    )
    secret_env: Variable | None = Field(None, description="Environment variable that holds the signing secret.")


class AppriseSpec(Strict):
    """A chat, a phone or another service, in the form of Apprise. Its URL mostly holds a token, and is a secret."""

    url: AppriseUrl | None = Field(
        None,
        description=(
            "URL of the service, only where whoever reads the YAML may know it, such as ntfys://ntfy.example.org/desk."
        ),
    )
    url_file: Line | None = Field(None, description="File that holds the URL: where it has a token or password.")
    url_env: Variable | None = Field(None, description="Environment variable that holds the URL.")


class SubscriptionSpec(Strict):
    """Which events, and how. Without events and tags: every event; with alarms: none."""

    id: Id | None = Field(None, description="Id of the subscription; by default made of subscriber and channel.")
    channel: Literal["email", "webhook", "file", "apprise"] = Field(description="How: email, webhook, file or apprise.")
    format: Literal["eml", "json"] = Field(
        "eml", description="For channel file: eml writes mails, json writes what a webhook would get."
    )
    events: list[Id] = Field(default_factory=list, description="Ids of the events.")
    tags: list[Id] = Field(default_factory=list, description="Also every event that has one of these tags.")
    corroborations: bool = Field(default=False, description="Also tell of further outlets that report a known update.")
    alarms: bool = Field(
        default=False,
        description=(
            "Tell of alarms about sources, such as one that goes stale, and of nothing else: "
            "when an alarm is raised and when it ends."
        ),
    )
    revisions: Literal["none", "corrections", "all"] = Field(
        "corrections",
        description=(
            "Which changes of reports that it was told of: corrections are corrections, retractions, pages that "
            "vanish or come back, and edits that change figures, statements or a 'not'; all are also other edits."
        ),
    )
    least_severity: Literal["low", "normal", "high"] = Field(
        "low", description="Nothing that is less urgent: low are small edits, normal a new development."
    )
    least_outlets: Few = Field(1, description="An update is told when so many outlets report it.")
    least_origins: Few = Field(
        1, description="An update is told when so many independent origins report it; copies of an agency are one."
    )
    outlets: list[Id] = Field(default_factory=list, description="Only reports of these outlets; empty for all.")
    languages: list[Language] = Field(
        default_factory=list, description="Only reports in these languages, as far as one is given; empty for all."
    )
    digest: DigestSpec | None = Field(
        None, description="Gather and send at these times: daily, weekly, or keys; by default at once."
    )
    quiet_hours: QuietHoursSpec | None = Field(None, description="Gather in these hours, and send when they end.")
    most_a_day: Few | None = Field(
        None, description="Most messages on one day; what comes then is gathered, and sent on the next."
    )
    time_zone: TimeZone = Field("UTC", description="IANA name of the time zone of digest, quiet_hours and most_a_day.")


class SubscriberSpec(Strict):
    """A person or a desk."""

    id: Id = Field(description="Id of the subscriber.")
    name: Line = Field(description="Name of the subscriber.")
    email: Email | None = Field(None, description="Address for channel email.")
    webhook: WebhookSpec | None = Field(None, description="Target of channel webhook.")
    apprise: AppriseSpec | None = Field(None, description="Target of channel apprise.")
    folder: Line | None = Field(
        None, description="Folder for channel file, relative to the watch config; default settings.outbox."
    )
    subscriptions: list[SubscriptionSpec] = Field(default_factory=list, description="What the subscriber wants.")
