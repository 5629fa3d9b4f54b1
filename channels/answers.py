"""What a webhook receiver's answer means for the delivery. Pure; `now` is the time of the answer, in UTC."""

from datetime import datetime, timedelta

from storywatch.errors import DeliveryError
from storywatch.http_dates import retry_after

LONGEST_PAUSE = timedelta(hours=24)
_THROTTLES = {429, 502, 503, 504}


def judge(status: int, asked: str | None, where: str, now: datetime) -> None:
    """Return if the receiver took the call, else raise the DeliveryError that says what follows.

    `asked` is the value of Retry-After, `where` is for people.

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
        pause = read_retry_after(asked, now)
        raise DeliveryError("webhook_throttled", f"{where} answered {status}", retry_after=pause)
    raise DeliveryError("webhook_status", f"{where} answered {status}")


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After as 0 to 24 h from `now`; None if unreadable."""
    pause = retry_after(value, now)
    return None if pause is None else min(pause, LONGEST_PAUSE)
