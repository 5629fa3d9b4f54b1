"""What is allowed but probably not meant becomes a warning, never an error."""

import pytest

from config import load_with_warnings
from tests.unit.config.conftest import SETTINGS, Write

EDITOR = "subscribers:\n- id: a\n  name: A\n  email: a@newsroom.org\n"


@pytest.mark.parametrize(
    "contact", ["you@example.org", "https://example.com/", "https://bot.example.net", "a@localhost"]
)
def test_a_placeholder_as_contact_is_told(write: Write, contact: str) -> None:
    """The starter's contact is nobody's."""
    (warning,) = load_with_warnings(write({"a.yaml": f"settings:\n  contact: {contact}\n"}), {}).warnings
    assert (warning.key, "placeholder" in warning.message) == ("settings.contact", True)


@pytest.mark.parametrize("contact", ["desk@newsroom.org", "https://example.newsroom.org/bot", "a@myexample.org"])
def test_a_real_contact_is_not(write: Write, contact: str) -> None:
    """The negative control."""
    assert load_with_warnings(write({"a.yaml": f"settings:\n  contact: {contact}\n"}), {}).warnings == ()


def test_mail_without_a_server_is_told_as_what_it_becomes(write: Write) -> None:
    """It is no error: the mail is written into the outbox."""
    text = SETTINGS + EDITOR + "  subscriptions: [{channel: email}]\n"
    (warning,) = load_with_warnings(write({"a.yaml": text}), {}).warnings
    assert warning.key == "subscribers[0].subscriptions[0].channel"
    assert "written into the outbox" in warning.message


def test_mail_with_a_server_is_not(write: Write) -> None:
    """The negative control."""
    text = SETTINGS + "  smtp: {host: mail.org}\n" + EDITOR + "  subscriptions: [{channel: email}]\n"
    assert load_with_warnings(write({"a.yaml": text}), {}).warnings == ()


def test_a_password_on_an_open_line_is_told(write: Write) -> None:
    """Without TLS anyone on the way reads it."""
    smtp = "  smtp: {host: mail.org, tls: none, username: w, password_env: P}\n"
    (warning,) = load_with_warnings(write({"a.yaml": SETTINGS + smtp}), {"P": "hunter2"}).warnings
    assert (warning.key, "without encryption" in warning.message) == ("settings.smtp.tls", True)


def test_a_subscriber_without_subscriptions_is_told(write: Write) -> None:
    """Somebody waits for alerts that never come."""
    (warning,) = load_with_warnings(write({"a.yaml": SETTINGS + EDITOR}), {}).warnings
    assert "no subscriptions" in warning.message


@pytest.mark.parametrize("key", ["least_outlets", "least_origins"])
def test_more_outlets_than_are_watched_are_told(write: Write, key: str) -> None:
    """Such a subscription is silent for ever. The negative control asks for as many as there are."""
    outlets = "outlets:\n- catalogue: bbc\n- catalogue: cnn\n"
    for least, told in ((3, True), (2, False)):
        text = SETTINGS + outlets + EDITOR + f"  subscriptions: [{{channel: file, {key}: {least}}}]\n"
        warnings = load_with_warnings(write({"a.yaml": text}), {}).warnings
        keys = [warning.key for warning in warnings if "only 2 outlets" in warning.message]
        assert keys == ([f"subscribers[0].subscriptions[0].{key}"] if told else [])


PUSH = SETTINGS + "  push: {{key_env: K, public_url: '{}', listen: '{}'}}\n"


@pytest.mark.parametrize(
    ("public_url", "listen", "key"),
    [
        ("http://desk.newsroom.org/push", "127.0.0.1:8765", "settings.push.public_url"),
        ("https://desk.newsroom.org/push", "0.0.0.0:8765", "settings.push.listen"),
        ("https://desk.newsroom.org/push", "[::]:8765", "settings.push.listen"),
        ("https://desk.newsroom.org/push", "desk.newsroom.org:8765", "settings.push.listen"),
    ],
)
def test_push_without_encryption_is_told(write: Write, public_url: str, listen: str, key: str) -> None:
    """On the way to the proxy, or past it."""
    text = PUSH.format(public_url, listen)
    (warning,) = load_with_warnings(write({"a.yaml": text}), {"K": "q" * 32}).warnings
    assert (warning.key, "without encryption" in warning.message) == (key, True)


@pytest.mark.parametrize("listen", ["127.0.0.1:8765", "127.0.0.2:80", "[::1]:8765", "localhost:8765"])
def test_push_behind_a_proxy_is_not(write: Write, listen: str) -> None:
    """The negative control."""
    text = PUSH.format("https://desk.newsroom.org/push", listen)
    assert load_with_warnings(write({"a.yaml": text}), {"K": "q" * 32}).warnings == ()


def test_pages_without_encryption_are_told(write: Write) -> None:
    """Mail programs offer one click to https alone."""
    text = PUSH.format("http://desk.newsroom.org", "127.0.0.1:8766").replace("push:", "pages:")
    (warning,) = load_with_warnings(write({"a.yaml": text}), {"K": "q" * 32}).warnings
    assert (warning.key, "one click" in warning.message) == ("settings.pages.public_url", True)


DAM = "events:\n- id: dam\n  title: Dam\n  all:\n  - [Kherson]\n  - [dam, flood]  # HERE\n"


@pytest.mark.parametrize(
    ("more", "key", "line", "words"),
    [
        ("  none: [flood]\n", "events[0].all[1][1]", 8, "forbids flood"),
        ("  query: dam outlet:nty\n", "events[0].query", 9, "no outlet has the id 'nty'"),
        ("- {id: b, title: B}\n", "events[1]", 9, "the title is all there is"),
    ],
)
def test_what_the_linter_doubts_is_told_at_its_line(write: Write, more: str, key: str, line: int, words: str) -> None:
    """With the key of the member that it is about."""
    (warning,) = load_with_warnings(write({"a.yaml": SETTINGS + DAM + more}), {}).warnings
    assert (warning.key, warning.line, words in warning.message) == (key, line, True)


def test_a_sound_event_is_not_doubted(write: Write) -> None:
    """The negative control."""
    assert load_with_warnings(write({"a.yaml": SETTINGS + DAM}), {}).warnings == ()


def test_corroborations_that_the_severity_leaves_out_are_told(write: Write) -> None:
    """They are allowed, for a further outlet may add something; mostly it does not."""
    text = SETTINGS + EDITOR + "  subscriptions: [{channel: file, corroborations: true, least_severity: high}]\n"
    [warning] = load_with_warnings(write({"a.yaml": text}), {}).warnings
    assert warning.key == "subscribers[0].subscriptions[0].corroborations"
    assert "least_severity" in warning.message


BUDGET = """settings:
  contact: desk@news.org
  polling: {{budget: {budget}{every}}}
outlets:
- {{id: a, name: A, sources: [{{id: one, url: 'https://a.org', every: 15m}}, {{id: two, url: 'https://a.org/2'}}]}}
"""


@pytest.mark.parametrize(
    ("budget", "every", "warned"),
    [
        (97, "", None),
        (96, "", "fixed pauses alone take 96 polls a day"),
        (9600, ", every: 1h", "has no effect: every source has a fixed pause"),
    ],
)
def test_a_budget_that_leaves_nothing_to_pace(write: Write, budget: int, every: str, warned: str | None) -> None:
    warnings = load_with_warnings(write({"a.yaml": BUDGET.format(budget=budget, every=every)}), {}).warnings
    assert [warning.key for warning in warnings] == (["settings.polling.budget"] if warned else [])
    assert all(warned and warned in warning.message for warning in warnings)


CAPS = """settings:
  contact: desk@news.org
  polling: {{{polling}}}
outlets:
- id: a
  name: A
  budget: {budget}
  sources:
  - {{id: one, url: 'https://a.org'}}
  - {{id: two, url: 'https://a.org/2'}}
  - {{id: three, url: 'https://b.a.org/', every: 1h}}
  - {{id: own, url: 'https://a.org/own', own: true}}
"""


@pytest.mark.parametrize(
    ("polling", "budget", "warned"),
    [
        ("budget: 122, per_host: 2", 2, {}),
        ("budget: 121", 2, {"settings.polling.budget": "1 polls a day are less than one for each of 2 paced sources"}),
        ("budget: 120", 2, {"settings.polling.budget": "fixed pauses alone take 120 polls a day"}),
        ("per_host: 1", 2, {"settings.polling.per_host": "a.org: 1 polls a day are less than one for each of 2"}),
        ("per_host: 2", 1, {"outlets[0].budget": "1 polls a day are less than one for each of 2"}),
        ("per_host: 1, every: 1h", 1, {}),
    ],
)
def test_a_budget_below_a_poll_a_day_for_each_paced_source(
    write: Write, polling: str, budget: int, warned: dict[str, str]
) -> None:
    """It can't be kept: each of them is polled once a day, whatever that costs."""
    warnings = load_with_warnings(write({"a.yaml": CAPS.format(polling=polling, budget=budget)}), {}).warnings
    assert [warning.key for warning in warnings] == list(warned)
    assert all(words in warning.message for warning, words in zip(warnings, warned.values(), strict=True))
