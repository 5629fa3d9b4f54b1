"""The channel to chats and phones: by Apprise, in a thread, behind the egress guard.

Apprise gives no answer but yes or no, and nothing that a receiver could deduplicate by: a message that was taken
without our knowing it shows twice.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from channels import chat
from channels.steps import Told, nobody
from channels.text import cut, plain
from network import Guard, Refused, judge_requests
from storywatch.apprise_urls import service_of, service_url
from storywatch.errors import DeliveryError
from storywatch.model import AnyNotice, Delivery, Message, Owed, OwedDigest, Subscriber

# From asking for a thread to the service's word.
DEADLINE = 30.0
# Threads of our own: who hangs here must not keep others from looking up names or writing files.
_THREADS = 16
_LONGEST_WORDS = 200
# What is shorter says nothing of a secret, and would black out half of a message.
_SHORTEST_SECRET = 4


class AppriseChannel:
    """Sends through Apprise. `deadline` in seconds. `told` hears what happens, step by step."""

    def __init__(self, guard: Guard, *, deadline: float = DEADLINE, told: Told = nobody) -> None:
        self._guard = guard
        self._deadline = deadline
        self._told = told
        self._refused: dict[int, str] = {}

    def compose(self, owed: Owed) -> Message:
        """Return the frozen message. Raises ComposeError."""
        return chat.compose(owed)

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Return the frozen message of what was gathered. Raises ComposeError."""
        return chat.compose_digest(owed)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Return the frozen message about an alarm. Raises ComposeError."""
        return chat.compose_notice(owed)

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Hand one message over. Raises DeliveryError, which names the service only: the rest of the URL is secret."""
        url = _checked(subscriber)
        service = service_of(url)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._deadline):
                words = await loop.run_in_executor(self._threads, self._notify, url, delivery.message.body)
        except TimeoutError:
            message = f"{service} gave no answer within {self._deadline:g} s"
            raise DeliveryError("apprise_timeout", message) from None
        if words is not None:
            raise _failure(service, words)
        self._told(f"{service} took the message")

    async def close(self) -> None:
        """Let go of the threads; one that hangs ends by its own time limits."""
        if "_threads" in self.__dict__:
            self._threads.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_THREADS, thread_name_prefix="apprise")

    def _notify(self, url: str, body: bytes) -> str | None:
        """Send, and return what went wrong, in words without secrets; None if the service took it."""
        try:
            import apprise  # noqa: PLC0415 - comes with an extra, and takes a second
        except ImportError:
            raise DeliveryError(
                "apprise_missing", "chats and phones need an extra: pip install 'storywatch[apprise]', then restart"
            ) from None
        judge_requests(self._guard, self._note_refusal)
        self._refused.pop(threading.get_ident(), None)
        asset = apprise.AppriseAsset(app_id="Storywatch", http_redirects=False, storage_mode="memory")
        title, text = chat.title_and_text(body)
        with _warnings() as said:
            plugin = apprise.Apprise.instantiate(url, asset=asset)
            if plugin is None:
                raise DeliveryError(
                    "apprise_url", f"Apprise can't use this URL of {service_of(url)}: see its documentation"
                )
            taken = _taken(plugin, title, text)
        refused = self._refused.pop(threading.get_ident(), None)
        if refused is not None and not taken:
            message = f"{service_of(url)} was not dialled: {refused}; settings.egress.allow can permit a host and port"
            raise DeliveryError("egress_refused", message)
        return None if taken else _without_secrets(" ".join(said), url)

    def _note_refusal(self, error: Refused) -> None:
        self._refused[threading.get_ident()] = plain(str(error))


def _taken(plugin: Any, title: str, text: str) -> bool:
    try:
        return bool(plugin.notify(body=text, title=title, body_format="text"))
    except Exception:  # noqa: BLE001 - the border of 150 plugins: whatever they raise, the message was not taken
        return False


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Gather what Apprise warns of in this thread meanwhile."""
    said: list[str] = []
    thread = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(record.getMessage())

    listener, log = Listener(logging.WARNING), logging.getLogger("apprise")
    # Also where the program itself logs less; and its words go to us alone, for they may name what is secret.
    log.setLevel(logging.WARNING)
    log.propagate = False
    log.addHandler(listener)
    try:
        yield said
    finally:
        log.removeHandler(listener)


def _without_secrets(words: str, url: str) -> str:
    """Return words for people, in which no part of the URL but the service stands."""
    told = plain(words)
    parts = {part for text in (url.partition("://")[2], unquote(url.partition("://")[2])) for part in _parts(text)}
    for part in sorted(parts, key=len, reverse=True):
        told = told.replace(part, "***")
    return cut(told, _LONGEST_WORDS)


def _parts(text: str) -> list[str]:
    for mark in "/:@?&=,":
        text = text.replace(mark, " ")
    return [part for part in text.split() if len(part) >= _SHORTEST_SECRET]


def _checked(subscriber: Subscriber) -> str:
    try:
        return service_url(subscriber.apprise_url or "")
    except ValueError as error:
        raise DeliveryError("apprise_url", f"subscriber {subscriber.id}: {error}") from None


def _failure(service: str, words: str) -> DeliveryError:
    return DeliveryError("apprise_failed", f"{service} did not take the message: {words or 'it gave no reason'}")
