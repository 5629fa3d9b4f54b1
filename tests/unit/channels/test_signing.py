"""Signatures by Standard Webhooks 1.0.0."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from channels.signing import key_of, signed_headers
from tests.unit.channels.samples import SECRET


def test_the_known_vector_is_met() -> None:
    """Two other implementations agree on it."""
    now = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = signed_headers(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", now, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_reference_library_accepts_our_signature() -> None:
    """And refuses it for another body, id or key: the negative controls."""
    body = '{"headline":"Zo\u00eb"}'
    headers = signed_headers(SECRET, "alert-1", datetime.now(UTC), body.encode())
    assert Webhook(SECRET).verify(body, headers) == {"headline": "Zo\u00eb"}
    for secret, text, changes in (
        (SECRET, body + " ", {}),
        (SECRET, body, {"webhook-id": "alert-2"}),
        ("whsec_" + "QUFB" * 8, body, {}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(text, headers | changes)


def test_the_time_is_the_attempts_instant_in_any_zone() -> None:
    """A local time must not sign another instant."""
    now = datetime(2021, 8, 26, 17, 52, 0, 999_999, tzinfo=UTC)
    local = now.astimezone(timezone(timedelta(hours=4, minutes=30)))
    assert signed_headers(SECRET, "a", now, b"") == signed_headers(SECRET, "a", local, b"")


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!", "whsec_" + "QUFB" * 40],
)
def test_an_unusable_secret_is_refused_and_never_repeated(secret: str) -> None:
    """Too short, too long, without its prefix, not base64."""
    with pytest.raises(ValueError, match="webhook secret") as caught:
        key_of(secret)
    assert secret in {"", "whsec_"} or secret not in str(caught.value)
