"""Which URLs Apprise may be given."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager

from storywatch.apprise_urls import SERVICES, service_of, service_url

TOKEN = "xoxb-hunter2"
BY_ITSELF = {"socket", "ssl", "smtplib", "subprocess", "http.client", "urllib.request", "asyncio", "ctypes", "httpx"}


@pytest.mark.parametrize(
    "url", ["slack://a/b/c/#desk", "json://user:pw@127.0.0.1:8080/x?format=text", "ntfys://ntfy.example.org/desk"]
)
def test_a_service_that_is_reached_by_http_is_accepted(url: str) -> None:
    """As it stands; only the name of the service is shown to people."""
    assert service_url(url) == url
    assert service_of(url) == url.split(":", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "an Apprise URL such as"),
        (TOKEN, "an Apprise URL such as"),
        (f"slack://{TOKEN} json://b", "without spaces"),
        (f"slack://{TOKEN}\nX", "without spaces"),
        (f"json://h/{'x' * 3000}", "an Apprise URL such as"),
        (f"mailto://{TOKEN}@h", "use channel email"),
        *[(f"{scheme}://{TOKEN}", "reached by http") for scheme in ("dbus", "gnome", "windows", "syslog", "rsyslog")],
        *[
            (f"{scheme}://{TOKEN}", "reached by http")
            for scheme in ("mqtt", "irc", "xmpp", "ssh", "file", "https", "new")
        ],
        (f"json://h/{TOKEN}?redirect=yes", "redirect="),
        (f"json://h/{TOKEN}?a=b&Redirect=yes", "redirect="),
        (f"json://h/{TOKEN}?a=b%26%72edirect=yes", "redirect="),
        (f"json://h/{TOKEN}?redirect=no", "redirect="),
        (f"jsons://h/{TOKEN}?verify=no", "verify="),
    ],
)
def test_anything_else_is_refused_and_never_quoted(url: str, said: str) -> None:
    """What has sockets or programs of its own, what loosens the rules, and what is no URL."""
    with pytest.raises(ValueError, match=said) as caught:
        service_url(url)
    assert "hunter2" not in str(caught.value)


def test_each_service_of_the_list_speaks_through_requests_alone() -> None:
    """By what its module imports in the Apprise that is installed: so the guard around requests holds for it."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]  # it ships no types for it
    manager.load_modules()
    known = SERVICES & set(manager.schemas())
    assert len(known) > 200
    assert {name: wild for name in sorted(known) if (wild := _wild(manager[name].__module__))} == {}
    assert _wild(manager["mqtt"].__module__), "the negative control: one that has sockets of its own"
    assert _wild(manager["syslog"].__module__), "the same: one that never asks requests"


def _wild(module: str) -> set[str]:
    imported = _imported(Path(str(sys.modules[module].__file__)))
    return imported & BY_ITSELF if "requests" in imported else {"no requests"}


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
    return found
