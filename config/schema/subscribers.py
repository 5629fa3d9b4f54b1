"""The `subscribers` section: who is told, by which channel, of which events."""

from typing import Literal

from pydantic import Field

from config.schema.base import Strict
from config.schema.fields import AppriseUrl, Email, Id, Line, Variable, WebAddress


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
