"""The receiver's judgement of signatures, against the reference implementation, and the names of the files."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from storywatch.cli.demo.receivers import TOLERANCE_SECONDS, file_name, is_genuine

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
BODY = '{"type":"update.reported"}'
NOW = datetime(2021, 8, 26, 16, 20, tzinfo=UTC)


def _headers(secret: str = SECRET, at: datetime = NOW, body: str = BODY) -> dict[str, str]:
    return {
        "webhook-id": "a1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("a1", at, body),
    }


def test_what_the_reference_implementation_signs_is_genuine() -> None:
    """Also beside signatures of other versions."""
    headers = _headers()
    assert is_genuine(headers, BODY.encode(), SECRET, NOW)
    headers["webhook-signature"] = f"v1a,abc= {headers['webhook-signature']}"
    assert is_genuine(headers, BODY.encode(), SECRET, NOW)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (_headers(), BODY + " "),
        (_headers(OTHER), BODY),
        ({**_headers(), "webhook-id": "a2"}, BODY),
        ({**_headers(), "webhook-timestamp": "1629994801"}, BODY),
        ({**_headers(), "webhook-timestamp": "soon"}, BODY),
        ({**_headers(), "webhook-signature": "v1,\N{SNOWMAN}"}, BODY),
        ({**_headers(), "webhook-signature": ""}, BODY),
        ({}, BODY),
    ],
)
def test_anything_else_is_not(headers: dict[str, str], body: str) -> None:
    """Other words, another secret, another id, another time, no signature."""
    assert not is_genuine(headers, body.encode(), SECRET, NOW)


@pytest.mark.parametrize("away", [1, -1])
def test_an_old_or_early_signature_is_refused(away: int) -> None:
    """By the story's clock."""
    edge = timedelta(seconds=TOLERANCE_SECONDS) * away
    assert is_genuine(_headers(at=NOW + edge), BODY.encode(), SECRET, NOW)
    assert not is_genuine(_headers(at=NOW + edge * 1.1), BODY.encode(), SECRET, NOW)


def test_file_names_sort_by_arrival_and_are_plain() -> None:
    """Whatever a headline holds."""
    assert file_name(3, "../../etc: 'Tanks' & guns!", "eml") == "03-etc-tanks-guns.eml"
    assert len(file_name(1, "word " * 100, "json")) < 80
