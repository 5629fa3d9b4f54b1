"""The webhook channel: signed JSON by POST, through the egress guard, one connection a call."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp

from channels import payload
from channels.answers import judge
from channels.links import endpoint
from channels.signing import signed_headers
from channels.steps import Told, encryption, nobody
from channels.text import cut, plain
from network import Guard, refusal_in
from storywatch.errors import DeliveryError
from storywatch.model import AnyNotice, Delivery, Message, Owed, OwedDigest, Subscriber
from storywatch.webhook_secrets import SigningSecrets

# From the look-up of the name to the last byte of the answer that is read.
DEADLINE = 20.0
MAX_ANSWER = 64 * 1024


class WebhookChannel:
    """Calls receivers by Standard Webhooks 1.0.0. `clock` gives the UTC time that each attempt is signed with.

    `told` hears what happens, step by step.
    """

    def __init__(
        self,
        guard: Guard,
        clock: Callable[[], datetime],
        *,
        user_agent: str,
        deadline: float = DEADLINE,
        told: Told = nobody,
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._user_agent = user_agent
        self._deadline = deadline
        self._told = told
        self._session: aiohttp.ClientSession | None = None

    def compose(self, owed: Owed) -> Message:
        """Return the frozen JSON body. Raises ComposeError."""
        return payload.compose(owed)

    def compose_notice(self, owed: AnyNotice) -> Message:
        """Return the frozen JSON body about an alarm. Raises ComposeError."""
        return payload.compose_notice(owed)

    def compose_digest(self, owed: OwedDigest) -> Message:
        """Return the frozen JSON body of what was gathered. Raises ComposeError."""
        return payload.compose_digest(owed)

    async def send(self, delivery: Delivery, subscriber: Subscriber) -> None:
        """Call once. Raises DeliveryError, which names the receiver by scheme and host only: the rest may be secret."""
        url, where = _target(subscriber)
        headers = self._headers(delivery, subscriber)
        self._told(f"calling {where} with the headers {', '.join(headers)}")
        self._told(f"signed by {_schemes(headers)}")
        try:
            async with asyncio.timeout(self._deadline):
                status, retry_after = await self._call(url, headers, delivery.message.body)
        except TimeoutError:
            message = f"{where} gave no whole answer within {self._deadline:g} s"
            raise DeliveryError("webhook_timeout", message) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Without its context: aiohttp's errors may repeat the whole address.
            raise _unreachable(error, where) from None
        judge(status, retry_after, where, self._clock())

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _headers(self, delivery: Delivery, subscriber: Subscriber) -> dict[str, str]:
        now = self._clock()
        secrets = SigningSecrets(current=subscriber.webhook_secret or "", retired=subscriber.webhook_retired)
        try:
            signed = signed_headers(secrets.at(now), delivery.id, now, delivery.message.body)
        except ValueError as error:
            raise DeliveryError("webhook_secret", f"subscriber {subscriber.id}: {error}") from None
        return {"Content-Type": delivery.message.content_type, **signed}

    async def _call(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, str | None]:
        request = self._opened().post(url, data=body, headers=headers, allow_redirects=False)
        async with request as answer:
            transport = answer.connection.transport if answer.connection else None
            if transport is not None:  # an answer without a body has let go of it already
                self._told(encryption(transport.get_extra_info("ssl_object"), answer.url.host or ""))
            elif answer.url.scheme == "https":
                self._told(f"encrypted; the certificate is good for {answer.url.host}")
            await _read_some(answer)
            self._told(f"the receiver answered {answer.status}")
            return answer.status, answer.headers.get("Retry-After")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Every call dials anew, so every call is judged anew, and none is lost to a connection gone stale.
                connector=self._guard.connector(force_close=True, use_dns_cache=False, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent},
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


def _target(subscriber: Subscriber) -> tuple[str, str]:
    try:
        return subscriber.webhook_url or "", endpoint(subscriber.webhook_url or "")
    except ValueError as error:
        raise DeliveryError("webhook_address", f"subscriber {subscriber.id}: {error}") from None


def _schemes(headers: dict[str, str]) -> str:
    """Return which schemes signed, one a signature, such as `v1a, v1` during a rotation."""
    return ", ".join(one.partition(",")[0] for one in headers["webhook-signature"].split())


async def _read_some(answer: aiohttp.ClientResponse) -> None:
    """Read what a decent receiver answers, so that it can finish; what comes after the limit is cut off."""
    left = MAX_ANSWER
    while left > 0 and (chunk := await answer.content.read(left)):
        left -= len(chunk)


def _unreachable(error: Exception, where: str) -> DeliveryError:
    refused = refusal_in(error)
    if refused is not None:
        message = f"{where} was not dialled: {plain(str(refused))}; settings.egress.allow can permit a host and port"
        return DeliveryError("egress_refused", message)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return DeliveryError("webhook_tls", f"{where} shows no valid certificate")
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return DeliveryError("webhook_tls", f"{where} gives no secure connection: does it speak TLS at this port?")
    if isinstance(error, aiohttp.InvalidURL):
        return DeliveryError("webhook_address", f"{where} is no address that can be called")
    if isinstance(error, aiohttp.ClientConnectorError):
        return DeliveryError("webhook_unreachable", f"{where} can't be reached: {_os_words(error.os_error)}")
    return DeliveryError("webhook_broken", f"{where} broke the exchange off ({type(error).__name__})")


def _os_words(error: OSError) -> str:
    return cut(plain(error.strerror or type(error).__name__), 100)
