"""The callback and the secret of each subscription to a hub, derived from the key: no database holds them. Pure.

A callback is a capability: the id names the row, the rest proves that we made it. Both have 32 bytes that nobody can
guess without the key (WebSub, sections 5.1 and 8.2).
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

from storywatch.model import PushSettings
from storywatch.push import LEASE_WISHED, HubMode, PushState

ID_CHARS = 32
TOKEN_CHARS = ID_CHARS + 64


def made_for(settings: PushSettings) -> str:
    """Return what tells one key and public address from another, and neither of them."""
    return _derived(settings, "settings", settings.public_url)[:16]


def token(settings: PushSettings, state_id: str, source: str) -> str:
    """Return the last part of the callback."""
    return state_id + _derived(settings, "callback", source, state_id)


def id_in(presented: str) -> str | None:
    """Return the id that a callback's last part names; None if we never made such a one."""
    fits = len(presented) == TOKEN_CHARS and presented.isascii() and presented.isalnum()
    return presented[:ID_CHARS] if fits else None


def is_ours(settings: PushSettings, presented: str, state: PushState) -> bool:
    """Tell whether a callback's last part is the one of this subscription."""
    return hmac.compare_digest(presented, token(settings, state.id, state.source))


def secret(settings: PushSettings, state: PushState) -> str:
    """Return what the hub signs with: 64 characters, of 32 bytes."""
    return _derived(settings, "secret", state.source, state.id)


def request(settings: PushSettings, state: PushState) -> Mapping[str, str]:
    """Return the form that asks the hub (section 5.1)."""
    asked = {
        "hub.mode": state.mode.value,
        "hub.topic": state.topic,
        "hub.callback": f"{settings.public_url.rstrip('/')}/{token(settings, state.id, state.source)}",
    }
    if state.mode is HubMode.UNSUBSCRIBE:
        return asked
    return {**asked, "hub.lease_seconds": str(_seconds(LEASE_WISHED)), "hub.secret": secret(settings, state)}


def _seconds(pause: timedelta) -> int:
    return int(pause.total_seconds())


def _derived(settings: PushSettings, purpose: str, *parts: str) -> str:
    said = "\0".join(("storywatch", purpose, *parts))
    return hmac.new(settings.key.encode(), said.encode(), hashlib.sha256).hexdigest()
