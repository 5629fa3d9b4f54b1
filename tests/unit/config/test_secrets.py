"""Secrets come from files or the environment, and are never shown."""

import base64
import re
from pathlib import Path

import pytest

from config import load
from config.secret import Secrets
from storywatch.errors import ConfigError
from storywatch.model import PageSettings, PushSettings
from tests.unit.config.conftest import SETTINGS, Load, Problems, Write

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SMTP = SETTINGS + "  smtp: {{host: mail.org, username: w, {}}}\n"
PUSH = SETTINGS + "  push: {{public_url: 'https://desk.newsroom.org/push', {}}}\n"
HOOK = SETTINGS + "subscribers:\n- id: a\n  name: A\n  webhook: {{{}}}\n"


def test_secrets_come_from_files_beside_the_watch_config(loaded: Load) -> None:
    """A relative path starts at the folder; the closing newline and a byte order mark don't count."""
    config = loaded(
        {
            "a.yaml": SMTP.format("password_file: secrets/smtp") + "  database_file: secrets/db\n",
            "b.yaml": "subscribers:\n- id: a\n  name: A\n"
            "  webhook: {url_file: secrets/url, secret_file: secrets/hook}\n",
            "secrets/smtp": "hunter2\n",
            "secrets/db": "postgresql://w:hunter2@db/w\n",
            "secrets/url": b"\xef\xbb\xbfhttps://hook.org/hunter2\n",
            "secrets/hook": SECRET + "\r\n",
        }
    )
    assert config.settings.smtp is not None
    assert config.settings.smtp.password == "hunter2"
    assert config.settings.database == "postgresql://w:hunter2@db/w"
    assert config.subscribers["a"].webhook_url == "https://hook.org/hunter2"
    assert config.subscribers["a"].webhook_secret == SECRET


def test_secrets_come_from_the_environment(loaded: Load) -> None:
    """The environment is an argument: nothing is read from the process by itself."""
    environ = {"DB": "postgres://w:hunter2@db/w", "MAIL": "hunter2", "HOOK": SECRET, "URL": "https://hook.org/hunter2"}
    config = loaded(
        {
            "a.yaml": SMTP.format("password_env: MAIL") + "  database_env: DB\n",
            "b.yaml": "subscribers:\n- id: a\n  name: A\n  webhook: {url_env: URL, secret_env: HOOK}\n",
        },
        environ,
    )
    assert config.settings.smtp is not None
    assert config.settings.smtp.password == "hunter2"
    assert config.settings.database == "postgresql://w:hunter2@db/w"
    assert config.subscribers["a"].webhook_secret == SECRET


def test_the_key_of_push_comes_from_a_file_or_the_environment(loaded: Load) -> None:
    """And everything else of push has a default."""
    in_file = loaded({"a.yaml": PUSH.format("key_file: push.key"), "push.key": "q" * 64 + "\n"}).settings.push
    in_environ = loaded({"a.yaml": PUSH.format("key_env: KEY")}, {"KEY": "q" * 64}).settings.push
    assert in_file == in_environ == PushSettings(public_url="https://desk.newsroom.org/push", key="q" * 64)
    assert in_file.listen == "127.0.0.1:8765"
    assert "qqq" not in repr(in_file)


def test_the_key_of_pages_comes_the_same_way(loaded: Load) -> None:
    """Nobody subscribes by an own hand unless the operator says so."""
    text = SETTINGS + "  bounces: bounces@newsroom.org\n  pages: {public_url: 'https://newsroom.org', key_env: KEY}\n"
    settings = loaded({"a.yaml": text}, {"KEY": "q" * 64}).settings
    assert settings.pages == PageSettings(public_url="https://newsroom.org", key="q" * 64)
    assert (settings.pages.listen, settings.pages.open_to_all) == ("127.0.0.1:8766", False)
    assert settings.bounces == "bounces@newsroom.org"
    assert "qqq" not in repr(settings)


def test_no_secret_stands_in_the_repr_of_a_watch_config(loaded: Load) -> None:
    """Values reach logs by their repr; secrets must not."""
    environ = {"DB": "postgresql://w:hunter2@db/w", "MAIL": "hunter2", "HOOK": SECRET, "URL": "https://h.org/hunter2"}
    text = SMTP.format("password_env: MAIL") + "  database_env: DB\n"
    hook = "subscribers:\n- id: a\n  name: A\n  webhook: {url_env: URL, secret_env: HOOK}\n"
    shown = repr(loaded({"a.yaml": text + hook}, environ))
    assert "desk@newsroom.org" in shown, "the negative control: what is no secret is shown"
    assert "hunter2" not in shown
    assert SECRET not in shown


def test_the_url_of_apprise_comes_from_a_file_or_the_environment(loaded: Load) -> None:
    """Most hold a token; it stands in no repr."""
    text = SETTINGS + "subscribers:\n- id: a\n  name: A\n  apprise: {{{}}}\n"
    in_file = loaded({"a.yaml": text.format("url_file: chat"), "chat": "slack://hunter2/b/c\n"})
    in_environ = loaded({"a.yaml": text.format("url_env: CHAT")}, {"CHAT": "slack://hunter2/b/c"})
    assert in_file.subscribers["a"].apprise_url == in_environ.subscribers["a"].apprise_url == "slack://hunter2/b/c"
    assert "hunter2" not in repr(in_file)


def test_an_earlier_signing_secret_stands_below_the_current_one(loaded: Load) -> None:
    """With its end; a receiver may still have it."""
    old = "whsec_" + "QUFB" * 11
    files = {"a.yaml": HOOK.format("url: 'https://h.org', secret_file: hook")}
    config = loaded({**files, "hook": f"{SECRET}\n{old} until 2027-11-29T18:00:00Z\n"})
    (retired,) = config.subscribers["a"].webhook_retired
    assert (retired.secret, retired.until.isoformat()) == (old, "2027-11-29T18:00:00+00:00")
    assert old not in repr(config)


ABSENT = {
    "bad apprise": (SETTINGS + "subscribers:\n- {id: a, name: A, apprise: {url_env: BAD}}\n", "url_env", "by http"),
    "broken line": (HOOK.format("url: 'https://h.org', secret_file: lines"), "secret_file", "line 2: expected an earl"),
    "no such file": (SMTP.format("password_file: hunter2"), "password_file", "does not exist"),
    "folder": (SMTP.format("password_file: ."), "password_file", "does not exist"),
    "empty file": (SMTP.format("password_file: empty"), "password_file", "one line of text"),
    "two lines": (SMTP.format("password_file: two"), "password_file", "one line of text"),
    "binary": (SMTP.format("password_file: binary"), "password_file", "one line of text"),
    "large": (SMTP.format("password_file: large"), "password_file", "one line of text"),
    "long name": (SMTP.format(f"password_file: {'x' * 400}"), "password_file", "can't be read|does not exist"),
    "no variable": (SMTP.format("password_env: hunter2"), "password_env", "is not set"),
    "empty variable": (SMTP.format("password_env: EMPTY"), "password_env", "is not set, or empty"),
    "bad database": (SETTINGS + "  database_env: BAD\n", "database_env", "sqlite:///FILE or postgresql://"),
    "short key": (HOOK.format("url: 'https://h.org', secret_env: SHORT"), "secret_env", "openssl rand -base64 32"),
    "long key": (HOOK.format("url: 'https://h.org', secret_env: LONG"), "secret_env", "24 to 64 random bytes"),
    "no prefix": (HOOK.format("url: 'https://h.org', secret_env: BARE"), "secret_env", "whsec_"),
    "no base64": (HOOK.format("url: 'https://h.org', secret_env: BAD"), "secret_env", "whsec_"),
    "no push key": (PUSH.format("key_env: hunter2"), "key_env", "is not set"),
    "short push key": (PUSH.format("key_env: BARE_SHORT"), "key_env", "openssl rand -hex 32"),
    "bad address": (HOOK.format("url_env: BAD, secret_env: GOOD"), "url_env", "https://"),
}


@pytest.mark.parametrize(("text", "key", "said"), ABSENT.values(), ids=ABSENT)
def test_a_secret_that_can_not_be_had_is_told_but_not_shown(problems: Problems, text: str, key: str, said: str) -> None:
    """Not even the name of the file or variable is shown: operators put secrets into the wrong key."""
    environ = {
        "EMPTY": " ",
        "GOOD": SECRET,
        "BAD": "mysql://hunter2",
        "BARE": base64.b64encode(bytes(32)).decode(),
        "BARE_SHORT": "q" * 31,
        "SHORT": "whsec_" + base64.b64encode(bytes(23)).decode(),
        "LONG": "whsec_" + base64.b64encode(bytes(65)).decode(),
    }
    files = {
        "empty": "\n",
        "lines": f"{SECRET}\nhunter2 until then\n",
        "two": "hunter2\nhunter2\n",
        "binary": b"\xff\xfehunter2",
        "large": "x" * 20_000,
    }
    (problem,) = problems({"a.yaml": text, **files}, environ)
    assert problem.key.endswith(key)
    assert re.search(said, problem.message), problem.message
    shown = str(problem).replace(problem.file, "")
    assert [value for value in ("hunter2", *environ.values()) if value.strip() and value in shown] == []


def test_secrets_that_fail_are_told_beside_other_mistakes(problems: Problems) -> None:
    """A missing password file shows although the same section has a misspelt key."""
    found = problems({"a.yaml": SMTP.format("password_file: none") + "  outbocks: x\n"})
    assert [one.key for one in found] == ["settings.smtp.password_file", "settings.outbocks"]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://w:hunter2@db/w",
        "postgres://w:hun:ter2@db/w",
        "postgresql+asyncpg://w:hunter2@[::1]:5432/w",
        "postgresql://w@db/w?password=hunter2",
        "postgresql://w:hunter2@[db/w",
    ],
)
def test_a_password_in_the_database_url_is_refused_unshown(problems: Problems, text: str) -> None:
    """Also where the URL is not well formed."""
    (problem,) = problems({"a.yaml": f"{SETTINGS}  database: '{text}'\n"})
    assert "database_file" in problem.message
    assert "hun" not in problem.message


def test_a_secret_file_that_vanishes_between_check_and_use_is_an_error(write: Write, tmp_path: Path) -> None:
    """What is gone is noted each time that it is read."""
    folder = write({"a.yaml": SMTP.format("password_file: smtp"), "smtp": "hunter2"})
    assert load(folder, {}).settings.smtp is not None
    (folder / "smtp").unlink()
    with pytest.raises(ConfigError, match="does not exist"):
        load(folder, {})


def test_the_repr_of_the_reader_shows_no_environment(tmp_path: Path) -> None:
    """The environment holds other programs' secrets too."""
    assert "hunter2" not in repr(Secrets(folder=tmp_path, environ={"TOKEN": "hunter2"}))
