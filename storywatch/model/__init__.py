"""The values that travel through Storywatch: frozen, keyword-only, with aware UTC times.

Each step wraps the values it got and edits none. The words are the glossary's (docs/explanation/glossary.md).
"""

from storywatch.model.alarms import Alarm, AlarmKind
from storywatch.model.declared import (
    ChannelKind,
    Event,
    FileFormat,
    MatchMode,
    Name,
    Outlet,
    PageRules,
    Seed,
    Source,
    SourceKind,
    Subscriber,
    Subscription,
)
from storywatch.model.known import Contribution, Item, Match, Reason, Report, ReportRole, Revision, Update
from storywatch.model.learned import Feedback, FetchedSeed, SearchTerm, Snapshot
from storywatch.model.owed import Alert, Delivery, DeliveryState, Message, Notice, Owed, OwedNotice, Settlement
from storywatch.model.settings import Limits, PushSettings, Settings, SmtpSettings, WatchConfig
from storywatch.model.times import as_utc
from storywatch.model.visits import (
    Document,
    ParsedItem,
    PartValidators,
    PushOffer,
    SetAside,
    SitemapPart,
    TimeCorrection,
    TimeOrigin,
    Validators,
    Visit,
    VisitOutcome,
    Wishes,
)

__all__ = [
    "Alarm",
    "AlarmKind",
    "Alert",
    "ChannelKind",
    "Contribution",
    "Delivery",
    "DeliveryState",
    "Document",
    "Event",
    "Feedback",
    "FetchedSeed",
    "FileFormat",
    "Item",
    "Limits",
    "Match",
    "MatchMode",
    "Message",
    "Name",
    "Notice",
    "Outlet",
    "Owed",
    "OwedNotice",
    "PageRules",
    "ParsedItem",
    "PartValidators",
    "PushOffer",
    "PushSettings",
    "Reason",
    "Report",
    "ReportRole",
    "Revision",
    "SearchTerm",
    "Seed",
    "SetAside",
    "Settings",
    "Settlement",
    "SitemapPart",
    "SmtpSettings",
    "Snapshot",
    "Source",
    "SourceKind",
    "Subscriber",
    "Subscription",
    "TimeCorrection",
    "TimeOrigin",
    "Update",
    "Validators",
    "Visit",
    "VisitOutcome",
    "WatchConfig",
    "Wishes",
    "as_utc",
]
