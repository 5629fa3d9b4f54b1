"""The lines of a signing secret's file, and what a rotation makes of them."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storywatch.model import RetiredSecret
from storywatch.webhook_secrets import (
    MOST_RETIRED,
    RotationTooSoon,
    SigningSecrets,
    new_secret,
    read_secrets,
    rotated,
    written,
)

NOW = datetime(2026, 11, 28, 18, 0, 0, 500_000, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, MIDDLE, NEW = (new_secret(bytes([n]) * 32, ed25519=n == 3) for n in (1, 2, 3))


def test_a_lone_secret_is_a_file_as_ever() -> None:
    """With or without its line end, of either scheme."""
    assert read_secrets(OLD + "\n") == SigningSecrets(current=OLD)
    assert read_secrets(NEW) == SigningSecrets(current=NEW)


def test_what_is_written_is_read_back() -> None:
    """The current one first, each earlier one with its end."""
    secrets = rotated(SigningSecrets(current=OLD), NEW, now=NOW, overlap=DAY)
    assert written(secrets) == f"{NEW}\n{OLD} until 2026-11-29T18:00:00Z\n"
    assert read_secrets(written(secrets)) == secrets


def test_an_earlier_secret_signs_until_its_end_and_not_a_moment_longer() -> None:
    """The current one always does."""
    secrets = rotated(SigningSecrets(current=OLD), NEW, now=NOW, overlap=DAY)
    end = secrets.retired[0].until
    assert secrets.at(NOW) == secrets.at(end - timedelta(seconds=1)) == (NEW, OLD)
    assert secrets.at(end) == (NEW,)


def test_a_second_rotation_within_the_window_is_refused() -> None:
    """A receiver may still have the one before; after the window, it falls away."""
    once = rotated(SigningSecrets(current=OLD), MIDDLE, now=NOW, overlap=DAY)
    with pytest.raises(RotationTooSoon, match="2026-11-29T18:00:00Z"):
        rotated(once, NEW, now=NOW + DAY / 2, overlap=DAY)
    later = rotated(once, NEW, now=NOW + DAY, overlap=DAY)
    assert [later.current, *(one.secret for one in later.retired)] == [NEW, MIDDLE]


def test_force_keeps_all_that_still_sign() -> None:
    """Each until its own end, and never more than receivers can be asked to try."""
    once = rotated(SigningSecrets(current=OLD), MIDDLE, now=NOW, overlap=DAY)
    twice = rotated(once, NEW, now=NOW + DAY / 2, overlap=DAY, forced=True)
    assert twice.at(NOW + DAY / 2) == (NEW, MIDDLE, OLD)
    assert twice.at(NOW + DAY) == (NEW, MIDDLE)
    for _ in range(9):
        twice = rotated(twice, NEW, now=NOW, overlap=DAY, forced=True)
    assert len(twice.retired) == MOST_RETIRED
    assert read_secrets(written(twice)) == twice


SHORT = "whsec_" + base64.b64encode(bytes(23)).decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a secret of whsec_"),
        (SHORT, "expected a secret of whsec_"),
        ("whpk_" + "QUFB" * 11, "expected a secret of whsec_"),
        (f"{NEW}\n{OLD}", "line 2: expected an earlier secret and its end"),
        (f"{NEW}\n\n{OLD} until 2027-11-29T18:00:00Z", "line 2: expected an earlier secret and its end"),
        (f"{NEW}\n{OLD} until tomorrow", "line 2: expected an earlier secret"),
        (f"{NEW}\n{OLD} until 2027-11-29T18:00:00", "line 2: expected an earlier secret"),
        (f"{NEW}\n{OLD} until 2027-11-29T18:00:00+04:30", "line 2: expected an earlier secret"),
        (f"{NEW}\n{OLD} until 2026-02-30T18:00:00Z", "line 2: expected an earlier secret"),
        (f"{NEW}\n{SHORT} until 2027-11-29T18:00:00Z", "line 2: expected a secret of whsec_"),
        (f"{OLD} until 2027-11-29T18:00:00Z\n{NEW}", "expected a secret of whsec_"),
        (f"{NEW}\n" + f"{OLD} until 2027-11-29T18:00:00Z\n" * 5, "at most 4 earlier secrets, found 5"),
    ],
)
def test_a_file_that_can_not_be_read_says_where_and_quotes_nothing(text: str, said: str) -> None:
    """A secret must not reach a terminal or a log."""
    with pytest.raises(ValueError, match=said) as caught:
        read_secrets(text)
    assert not [word for word in text.split() if word in str(caught.value) and word != "until"]


def test_no_secret_stands_in_a_repr() -> None:
    """Values reach logs by their repr."""
    secrets = rotated(SigningSecrets(current=OLD), NEW, now=NOW, overlap=DAY)
    assert "2026" in repr(secrets), "the negative control: what is no secret is shown"
    assert not [secret for secret in (OLD, NEW) if secret in repr(secrets)]
    assert OLD not in repr(replace(secrets.retired[0]))
    assert RetiredSecret(secret=OLD, until=NOW).secret == OLD
