"""Readers and their subscriptions as rows, and back."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import Row

from storage.alerts import delivery_row
from storywatch.model import (
    ChannelKind,
    DeliveryKind,
    Message,
    Pace,
    QuietHours,
    Reader,
    Wanted,
    Wish,
    address_key,
)


def reader_row(reader: Reader) -> dict[str, Any]:
    """Return a reader as a row."""
    return {
        "id": reader.id,
        "email": reader.email,
        "address": address_key(reader.email),
        "created": reader.created,
        "confirmed_at": reader.confirmed,
        "left_at": reader.left,
    }


def reader_of(row: Row[Any]) -> Reader:
    """Return the reader that a row holds."""
    return Reader(id=row.id, email=row.email, created=row.created, confirmed=row.confirmed_at, left=row.left_at)


def subscription_row(wanted: Wanted) -> dict[str, Any]:
    """Return the subscription of a reader as deliveries refer to it; it is active when it was agreed to."""
    return {"id": wanted.id, "subscriber": wanted.reader, "channel": ChannelKind.EMAIL.value, "active": False}


def wanted_row(wanted: Wanted) -> dict[str, Any]:
    """Return what a reader wants as a row."""
    return {
        "id": wanted.id,
        "reader": wanted.reader,
        "event": wanted.wish.event,
        "options": options_of(wanted.wish),
        "asked_at": wanted.asked,
        "agreed_at": wanted.agreed,
        "agreed_to": None,
        "left_at": wanted.left,
    }


def wanted_of(row: Row[Any]) -> Wanted:
    """Return what a reader wants, from its row."""
    return Wanted(
        id=row.id,
        reader=row.reader,
        wish=_wish(row.event, row.options),
        asked=row.asked_at,
        agreed=row.agreed_at,
        left=row.left_at,
    )


def options_of(wish: Wish) -> dict[str, Any]:
    """Return a wish without its event as JSON."""
    quiet = wish.quiet
    hours = [quiet.begin.isoformat("minutes"), quiet.end.isoformat("minutes")] if quiet else None
    return {"pace": wish.pace.value, "time_zone": wish.time_zone, "quiet": hours}


def _wish(event: str, options: Mapping[str, Any]) -> Wish:
    zone, hours = options["time_zone"], options["quiet"]
    begin, end = map(time.fromisoformat, hours) if hours else (None, None)
    quiet = QuietHours(begin=begin, end=end, time_zone=zone) if begin and end else None
    return Wish(event=event, pace=Pace(options["pace"]), quiet=quiet, time_zone=zone)


def confirmation_row(delivery: str, wanted: Wanted, message: Message) -> dict[str, Any]:
    """Return the delivery of the mail that asks whether a wish is meant."""
    return delivery_row(
        delivery,
        subscription=wanted.id,
        subscriber=wanted.reader,
        channel=ChannelKind.EMAIL,
        message=message,
        created=wanted.asked,
        kind=DeliveryKind.CONFIRMATION,
    )
