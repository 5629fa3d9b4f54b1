"""What is owed, for tests: one report of the seed story, with any part replaced."""

from typing import Any

from storywatch.model import Match, Owed, Report, ReportRole, Update
from tests.support.samples import DESK, DESK_MAIL, KABUL, NOW, NYT, an_item


def an_owed(alert: str = "a1", **changes: Any) -> Owed:
    """Return the first report of an update, owed to the desk."""
    item = changes.pop("item", None) or an_item()
    event = changes.get("event", KABUL)
    update = changes.pop("update", None) or Update(
        id="u1", event=event.id, item=item.id, headline=item.revision.title, created=NOW
    )
    values: dict[str, Any] = {
        "created": NOW,
        "subscription": DESK_MAIL,
        "subscriber": DESK,
        "event": event,
        "report": Report(
            update=update.id, event=event.id, item=item.id, outlet=item.outlet, role=ReportRole.FIRST, seen=NOW
        ),
        "match": Match(event=event.id, item=item.id, revision=1, accepted=True, score=0.9),
        "outlet": NYT,
        "sequence": 1,
    }
    return Owed(id=alert, update=update, item=item, **(values | changes))
