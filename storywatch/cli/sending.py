"""`send`: proves a subscriber's channel by a test message, through the very channel that alerts go by."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import channels
from channels.proof import proof
from network import Guard
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, read_config
from storywatch.cli.output import MISUSE, fail, one_line, out
from storywatch.cli.running import finished
from storywatch.egress import EgressPolicy
from storywatch.errors import ComposeError, DeliveryError, Fault, StorywatchError
from storywatch.model import ChannelKind, Delivery, DeliveryKind, Subscriber, Subscription, WatchConfig
from storywatch.ports import Channel

_REMEDIES = {
    "address_unusable": "correct the address in the watch config",
    "apprise_failed": "check the URL by the service's page in Apprise's documentation, and the token at the service",
    "apprise_timeout": "try again; see whether this machine reaches the service",
    "smtp_broken": "check smtp.host, smtp.port and smtp.tls",
    "smtp_deferred": "wait; the server says why",
    "smtp_policy": "let the mail server relay for this machine, or correct smtp.host; the server says why",
    "smtp_refused": "correct the subscriber's email; the server says why",
    "smtp_timeout": "check smtp.host and smtp.port, and the firewall",
    "smtp_unreachable": "check smtp.host and smtp.port, and the firewall",
    "webhook_broken": "look at the receiver's log",
    "webhook_gone": "bring the receiver back, or remove the subscription",
    "webhook_status": "look at the receiver's log; 401 mostly means that it has another secret",
    "webhook_throttled": "try again later",
    "webhook_timeout": "let the receiver answer first and work afterwards",
    "webhook_tls": "renew the receiver's certificate",
    "webhook_unreachable": "check that the receiver runs, and its address",
}
"""What to do where the fault's message doesn't say it itself."""


def send(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="Id of the subscriber.")],
    config: ConfigOption = Path(),
    *,
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message; what is owed is sent by run and poll.")
    ] = False,
    channel: Annotated[
        ChannelKind | None, typer.Option("--channel", help="Only by this channel; by default by each that is used.")
    ] = None,
) -> None:
    """Send a test message to a subscriber now, and say step by step how it goes."""
    if not test:
        fail("say --test: this command sends test messages only; what is owed is sent by run and poll", code=MISUSE)
    loaded = read_config(config)
    chosen = loaded.subscribers.get(subscriber)
    if chosen is None:
        fail(f"no such subscriber: {subscriber}; known: {', '.join(loaded.subscribers) or 'none'}", code=MISUSE)
    ways = _ways(loaded, chosen, channel)
    faults = finished(_send_all(loaded, chosen, ways))
    if faults:
        fail(f"{len(faults)} of {len(ways)} test messages did not arrive; docs/reference/errors.md has the codes")


def _ways(config: WatchConfig, chosen: Subscriber, channel: ChannelKind | None) -> Sequence[Subscription]:
    """Return one subscription a channel: of those in the config, or of the channel that was named."""
    own: dict[ChannelKind, Subscription] = {}
    for one in config.subscriptions.values():
        if one.subscriber == chosen.id:
            own.setdefault(one.channel, one)
    if channel is not None:
        return [own.get(channel) or Subscription(id=f"{chosen.id}-test", subscriber=chosen.id, channel=channel)]
    if not own:
        fail(f"subscriber {chosen.id} has no subscriptions; name a channel by --channel", code=MISUSE)
    return list(own.values())


async def _send_all(config: WatchConfig, chosen: Subscriber, ways: Sequence[Subscription]) -> list[Fault]:
    guard = Guard(EgressPolicy.allowing(config.settings.allow), told=_say)
    try:
        by_kind = channels.build(config.settings, guard, utc_now, _say)
        composer = channels.composer_for(config.settings)
    except StorywatchError as error:
        fail(str(error))
    try:
        tried = [await _try(by_kind[way.channel], composer, chosen, way) for way in ways]
    finally:
        for one in set(by_kind.values()):
            await one.close()
    return [fault for fault in tried if fault is not None]


async def _try(
    channel: Channel, composer: channels.EmailComposer, chosen: Subscriber, way: Subscription
) -> Fault | None:
    out.print(f"{way.channel.value}:", markup=False)
    if way.channel is ChannelKind.EMAIL and isinstance(channel, channels.FileChannel):
        _say("no mail server is set (settings.smtp): the mail becomes a file in settings.outbox")
    name, now = f"test-{secrets.token_hex(8)}", utc_now()
    try:
        message = proof(chosen, way, composer, name=name, now=now)
        _say(f"test message {name} for {message.address}, {len(message.body)} bytes")
        delivery = Delivery(
            id=name,
            subscription=way.id,
            subscriber=chosen.id,
            channel=way.channel,
            message=message,
            created=now,
            attempt=1,
            token="",
            kind=DeliveryKind.TEST,
        )
        await channel.send(delivery, chosen)
    except (ComposeError, DeliveryError) as error:
        _say(f"FAILED ({error.fault.code}): {error.fault.message}")
        if error.fault.code in _REMEDIES:
            _say(f"what to do: {_REMEDIES[error.fault.code]}")
        return error.fault
    _say("it was taken")
    return None


def _say(step: str) -> None:
    out.print(f"  {one_line(step)}", markup=False)
