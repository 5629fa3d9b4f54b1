"""Signatures by Standard Webhooks 1.0.0."""

import base64
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from channels.signing import public_key, signature, signed_headers
from tests.unit.channels.samples import SECRET


def test_the_known_vector_is_met() -> None:
    """Two other implementations agree on it."""
    now = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = signed_headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", now, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_reference_library_accepts_our_signature() -> None:
    """And refuses it for another body, id or key: the negative controls."""
    body = '{"headline":"Zo\u00eb"}'
    headers = signed_headers([SECRET], "alert-1", datetime.now(UTC), body.encode())
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
    assert signed_headers([SECRET], "a", now, b"") == signed_headers([SECRET], "a", local, b"")


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsk_",
        "whsk_QUFB",
        "whpk_" + "QUFB" * 8,
        "whsec_c2hvcnQ=",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_!!!!",
        "whsec_" + "QUFB" * 40,
    ],
)
def test_an_unusable_secret_is_refused_and_never_repeated(secret: str) -> None:
    """Too short, too long, without its prefix, not base64."""
    with pytest.raises(ValueError, match="webhook secret") as caught:
        signature(secret, b"")
    assert secret in {"", "whsec_", "whsk_"} or secret not in str(caught.value)


SHARED = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="


def openssl_verifies(public: str, headers: dict[str, str], body: bytes, folder: Path) -> bool:
    """Verify the first v1a signature by OpenSSL's own program, from the key's raw bytes (RFC 8410)."""
    raw = base64.b64decode(public.removeprefix("whpk_"))
    (folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + raw)
    (folder / "signed").write_bytes(f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body)
    given = next(one for one in headers["webhook-signature"].split() if one.startswith("v1a,"))
    (folder / "signature").write_bytes(base64.b64decode(given.removeprefix("v1a,")))
    command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed -sigfile signature"
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False, timeout=60).returncode == 0


def test_the_known_vector_of_ed25519_is_met() -> None:
    """The public key pair and signature that other libraries of Standard Webhooks test themselves with."""
    now = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = signed_headers([PRIVATE], "msg_p5jXN8AQM9LWM0D4loKWxJek", now, b'{"test": 2432232314}')
    expected = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
    assert headers["webhook-signature"] == expected
    assert public_key(PRIVATE) == PUBLIC
    assert public_key(SECRET) is None, "a shared secret has no public part"


def test_a_key_is_its_seed_with_or_without_the_public_key_behind_it() -> None:
    """Both spellings are in use."""
    seed = base64.b64encode(base64.b64decode(PRIVATE.removeprefix("whsk_"))[:32]).decode()
    assert signature("whsk_" + seed, b"x") == signature(PRIVATE, b"x")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_another_program_verifies_ed25519(tmp_path: Path) -> None:
    """And refuses another body, another key and another id: the negative controls."""
    headers = signed_headers([PRIVATE], "alert-1", datetime.now(UTC), b"body")
    other = public_key("whsk_" + base64.b64encode(bytes(32)).decode())
    assert openssl_verifies(PUBLIC, headers, b"body", tmp_path)
    assert not openssl_verifies(PUBLIC, headers, b"bodY", tmp_path)
    assert not openssl_verifies(PUBLIC, headers | {"webhook-id": "alert-2"}, b"body", tmp_path)
    assert not openssl_verifies(str(other), headers, b"body", tmp_path)


def test_during_a_rotation_every_receiver_can_verify(tmp_path: Path) -> None:
    """One that has the new key, one that has the old secret; one that has neither can not."""
    headers = signed_headers([PRIVATE, SECRET, SHARED], "alert-1", datetime.now(UTC), b"{}")
    assert [one.partition(",")[0] for one in headers["webhook-signature"].split(" ")] == ["v1a", "v1", "v1"]
    assert Webhook(SECRET).verify("{}", headers) == Webhook(SHARED).verify("{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QUFB" * 8).verify("{}", headers)
    if shutil.which("openssl"):
        assert openssl_verifies(PUBLIC, headers, b"{}", tmp_path)
