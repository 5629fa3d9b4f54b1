"""`rotate-secret` and `public-key`: what a subscriber's webhook calls are signed with."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

import config as config_room
from channels.signing import public_key as public_of
from channels.whole import write_whole
from config import Loaded
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, JsonOption, read_loaded
from storywatch.cli.output import MISUSE, fail, iso, out, print_json
from storywatch.model import Subscriber
from storywatch.webhook_secrets import NEW_BYTES, PRIVATE, RotationTooSoon, SigningSecrets, new_secret

SubscriberArgument = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="Id of the subscriber.")]


def rotate_secret(
    subscriber: SubscriberArgument,
    config: ConfigOption = Path(),
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Rotate although the secret before still signs, such as after a leak.")
    ] = False,
    ed25519: Annotated[
        bool | None,
        typer.Option("--ed25519/--hmac", help="The kind of the new secret; by default that of the current one."),
    ] = None,
) -> None:
    """Write a new webhook secret into the subscriber's file. The old one still signs too, for a while."""
    loaded = read_loaded(config)
    chosen = _chosen(loaded, subscriber)
    place = _file_of(loaded, chosen)
    if ed25519 is None:
        ed25519 = (chosen.webhook_secret or "").startswith(PRIVATE)
    fresh = new_secret(secrets.token_bytes(NEW_BYTES), ed25519=ed25519)
    written = _rotated(place, fresh, utc_now(), loaded.config.settings.rotation_overlap, forced=force)
    _tell(written, place, also=[name for name, file in loaded.signing_files.items() if file == place])


def _rotated(place: Path, fresh: str, now: datetime, overlap: timedelta, *, forced: bool) -> SigningSecrets:
    try:
        return config_room.rotate_file(place, fresh, _written, now=now, overlap=overlap, forced=forced)
    except RotationTooSoon as error:
        fail(f"{error}; rotate after that, or now with --force, which keeps it as well")
    except OSError as error:
        fail(f"{place} can't be written: {error.strerror}; let this user write the file and its folder")
    except ValueError as error:
        fail(f"{place}: {error}")


def _written(place: Path, content: bytes) -> None:
    write_whole(place, content, private=True)


def _tell(written: SigningSecrets, place: Path, also: list[str]) -> None:
    public = public_of(written.current)
    shown = (
        f"The new public key, for the receiver: {public}"
        if public
        else f"The new secret, shown once: {written.current}"
    )
    out.print(shown, markup=False)
    out.print(f"It stands in {place}. A daemon that runs takes it up within seconds.", markup=False)
    out.print(f"The old one signs too until {iso(written.retired[0].until)}: change the receiver before.", markup=False)
    if len(also) > 1:
        out.print(f"The file is used by all of: {', '.join(also)}.", markup=False)


def public_key(subscriber: SubscriberArgument, config: ConfigOption = Path(), *, json: JsonOption = False) -> None:
    """Print the public keys that verify a subscriber's webhook calls."""
    chosen = _chosen(read_loaded(config), subscriber)
    keys = _public_keys(chosen, utc_now())
    if not keys:
        fail(
            f"subscriber {subscriber} signs with a shared secret (whsec_), which has no public part; "
            f"storywatch rotate-secret {subscriber} --ed25519 changes over to a key pair"
        )
    for key, until in keys:
        if json:
            print_json({"public_key": key, "until": until})
        else:
            out.print(key if until is None else f"{key} until {iso(until)}", markup=False)


def _public_keys(chosen: Subscriber, now: datetime) -> list[tuple[str, datetime | None]]:
    current: list[tuple[str, datetime | None]] = [(chosen.webhook_secret or "", None)]
    retired = [(one.secret, one.until) for one in chosen.webhook_retired if now < one.until]
    return [(key, until) for secret, until in (*current, *retired) if (key := public_of(secret))]


def _chosen(loaded: Loaded, name: str) -> Subscriber:
    chosen = loaded.config.subscribers.get(name)
    if chosen is None:
        fail(f"no such subscriber: {name}; known: {', '.join(loaded.config.subscribers) or 'none'}", code=MISUSE)
    if chosen.webhook_secret is None:
        fail(f"subscriber {name} has no webhook; add one under the key webhook", code=MISUSE)
    return chosen


def _file_of(loaded: Loaded, chosen: Subscriber) -> Path:
    place = loaded.signing_files.get(chosen.id)
    if place is None:
        fail(
            f"subscriber {chosen.id} has its secret in an environment variable, which holds one secret and can't be "
            "written from here; a rotation keeps the old one beside the new: put it into a file and name that in "
            "webhook.secret_file",
            code=MISUSE,
        )
    return place
