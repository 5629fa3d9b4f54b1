"""What rules an item out whatever it says: the event's dates, outlets and languages."""

from storywatch.matching.language.judged import Subject
from storywatch.model import Event


def veto_of(event: Event, subject: Subject) -> str | None:
    """Return why the item can't belong to the event by when and where it was published, or None."""
    day = subject.day
    if day and event.since and day < event.since:
        return f"published {day}, before the event's `since` {event.since}"
    if day and event.until and day > event.until:
        return f"published {day}, after the event's `until` {event.until}"
    if event.outlets and subject.outlet is not None and subject.outlet not in event.outlets:
        return f"outlet {subject.outlet} is not among the event's `outlets`"
    if event.languages and subject.language and subject.language not in event.languages:
        return f"language {subject.language} is not among the event's `languages`"
    return None
