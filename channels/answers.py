"""What a webhook receiver's answer means for the delivery. Pure; `now` is the time of the answer, in UTC."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from storywatch.errors import DeliveryError

LONGEST_PAUSE = timedelta(hours=24)
_THROTTLES = {429, 502, 503, 504}


def judge(status: int, retry_after: str | None, where: str, now: datetime) -> None:
    """Return if the receiver took the call, else raise the DeliveryError that says what follows. `where`: for people.

    After Standard Webhooks: only 2xx is success, a redirect is a failure and is never followed, and 410 means that
    the receiver is gone for good.
    """
    if 200 <= status < 300:
        return
    if status == 410:
        raise DeliveryError("webhook_gone", f"{where} answered 410: it wants no more calls", permanent=True)
    if 300 <= status < 400:
        message = f"{where} answered {status}, a redirect, which is never followed: set the final address"
        raise DeliveryError("webhook_redirect", message)
    if status in _THROTTLES:
        pause = read_retry_after(retry_after, now)
        raise DeliveryError("webhook_throttled", f"{where} answered {status}", retry_after=pause)
    raise DeliveryError("webhook_status", f"{where} answered {status}")


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After, seconds or a date (RFC 9110, section 10.2.3), as 0 to 24 h from `now`; None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        # Digits without end would be too big for a number.
        return min(timedelta(seconds=int(text[:12])), LONGEST_PAUSE) if len(text) <= 12 else LONGEST_PAUSE
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:  # a date in -0000, which is UTC of an unknown place
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), LONGEST_PAUSE)
