"""Callbacks and secrets: derived, unguessable, each for one subscription."""

from dataclasses import replace

import pytest

from storywatch import callbacks
from storywatch.model import PushSettings
from storywatch.push import PushStanding
from tests.unit.core.test_push import a_push

US = PushSettings(public_url="https://desk.example/push/", key="k" * 64)


def test_the_request_says_what_the_recommendation_asks_for() -> None:
    form = callbacks.request(US, a_push(PushStanding.PENDING))
    assert set(form) == {"hub.mode", "hub.topic", "hub.callback", "hub.lease_seconds", "hub.secret"}
    assert form["hub.callback"] == f"https://desk.example/push/{callbacks.token(US, '0' * 32, 'nyt-world')}"
    assert len(form["hub.secret"]) == 64
    assert set(callbacks.request(US, a_push(PushStanding.ENDING))) == {"hub.mode", "hub.topic", "hub.callback"}


def test_no_two_subscriptions_share_anything() -> None:
    """Nor do callback and secret, nor two keys."""
    states = [a_push(), a_push(id="1" * 32), a_push(source="cnn-world")]
    settings = [US, replace(US, key="z" * 64)]
    secrets = {callbacks.secret(one, state) for one in settings for state in states}
    tokens = {callbacks.token(one, state.id, state.source)[32:] for one in settings for state in states}
    assert len(secrets | tokens) == 12


def test_the_address_does_not_change_the_secret_but_the_mark() -> None:
    moved = replace(US, public_url="https://other.example/")
    assert callbacks.secret(moved, a_push()) == callbacks.secret(US, a_push())
    assert callbacks.made_for(moved) != callbacks.made_for(US)
    assert callbacks.made_for(replace(US, key="z" * 64)) != callbacks.made_for(US)
    assert callbacks.made_for(replace(US, listen="127.0.0.1:1")) == callbacks.made_for(US)


def test_a_token_is_known_again() -> None:
    ours = callbacks.token(US, "0" * 32, "nyt-world")
    assert callbacks.id_in(ours) == "0" * 32
    assert callbacks.is_ours(US, ours, a_push())
    assert not callbacks.is_ours(US, ours, a_push(source="other"))
    assert not callbacks.is_ours(US, ours[:-1] + "g", a_push())


@pytest.mark.parametrize("token", ["", "0" * 95, "0" * 97, "é" * 96, "/" * 96, "0" * 95 + "\n"])
def test_what_was_never_a_token_names_nothing(token: str) -> None:
    assert callbacks.id_in(token) is None


def test_the_key_is_not_shown() -> None:
    assert "kkk" not in repr(US)
