"""What the core asks of the other rooms. They implement these protocols; the core never imports them."""

from storywatch.ports.delivering import (
    EndpointRecord,
    GatheredAlert,
    Gatherings,
    JudgeEndpoint,
    Outbox,
    Parcel,
    ReleaseRecord,
    ReleaseTransaction,
    Waiting,
)
from storywatch.ports.effects import (
    Channel,
    Clock,
    Dice,
    Fetcher,
    Handle,
    NewQueue,
    WorkQueue,
)
from storywatch.ports.learning import (
    Archive,
    Feedbacks,
    ImportRecord,
    Imports,
    ImportTransaction,
    Memories,
    Seeds,
)
from storywatch.ports.people import (
    Bounces,
    People,
)
from storywatch.ports.polling import (
    Claim,
    LookTransaction,
    Paces,
    PollRecord,
    PollTransaction,
    Rechecks,
    Sources,
    TellingTransaction,
)
from storywatch.ports.pushing import (
    Hubs,
    Pushes,
    PushReader,
)

__all__ = [
    "Archive",
    "Bounces",
    "Channel",
    "Claim",
    "Clock",
    "Dice",
    "EndpointRecord",
    "Feedbacks",
    "Fetcher",
    "GatheredAlert",
    "Gatherings",
    "Handle",
    "Hubs",
    "ImportRecord",
    "ImportTransaction",
    "Imports",
    "JudgeEndpoint",
    "LookTransaction",
    "Memories",
    "NewQueue",
    "Outbox",
    "Paces",
    "Parcel",
    "People",
    "PollRecord",
    "PollTransaction",
    "PushReader",
    "Pushes",
    "Rechecks",
    "ReleaseRecord",
    "ReleaseTransaction",
    "Seeds",
    "Sources",
    "TellingTransaction",
    "Waiting",
    "WorkQueue",
]
