"""The shape of the watch config, as pydantic models. What holds between several keys stands in `config.rules`."""

from config.schema.base import Strict
from config.schema.checks import UnfitError, UnreadError
from config.schema.document import SECTIONS, WatchFile, json_schema
from config.schema.events import EventSpec, NameSpec, SeedSpec
from config.schema.outlets import OutletSpec, SourceSpec
from config.schema.settings import EgressSpec, LimitsSpec, PagesSpec, PollingSpec, PushSpec, SettingsSpec, SmtpSpec
from config.schema.subscribers import SubscriberSpec, SubscriptionSpec, WebhookSpec
from config.schema.wishes import DigestSpec, QuietHoursSpec

__all__ = [
    "SECTIONS",
    "DigestSpec",
    "EgressSpec",
    "EventSpec",
    "LimitsSpec",
    "NameSpec",
    "OutletSpec",
    "PagesSpec",
    "PollingSpec",
    "PushSpec",
    "QuietHoursSpec",
    "SeedSpec",
    "SettingsSpec",
    "SmtpSpec",
    "SourceSpec",
    "Strict",
    "SubscriberSpec",
    "SubscriptionSpec",
    "UnfitError",
    "UnreadError",
    "WatchFile",
    "WebhookSpec",
    "json_schema",
]
