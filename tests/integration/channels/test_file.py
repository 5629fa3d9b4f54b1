"""The file channel on a real disk."""
# ruff: noqa: ASYNC240 - a test may wait for its own temporary folder

import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from channels import payload
from channels.email import composer_for
from channels.file import FileChannel, file_name
from channels.whole import write_whole
from storywatch.errors import DeliveryError
from storywatch.model import ChannelKind, Delivery, Subscriber
from tests.unit.channels.samples import OWED, SETTINGS, delivery_of

COMPOSER = composer_for(SETTINGS)
MAIL = delivery_of(COMPOSER.compose(OWED))
FOR_FOLDER = replace(MAIL, channel=ChannelKind.FILE)


async def code_of(outbox: Path, delivery: Delivery = MAIL, subscriber: Subscriber = OWED.subscriber) -> str:
    """Send and return the fault's code; the fault is temporary and names the folder."""
    with pytest.raises(DeliveryError) as caught:
        await FileChannel(outbox, COMPOSER).send(delivery, subscriber)
    assert str(outbox) in caught.value.fault.message
    assert not caught.value.fault.permanent
    return caught.value.fault.code


async def test_a_mail_becomes_a_file_with_its_bytes(tmp_path: Path) -> None:
    """The folder is made; a second attempt gives the same file, and nothing else stays behind."""
    outbox = tmp_path / "deep" / "outbox"
    channel = FileChannel(outbox, COMPOSER)
    await channel.send(MAIL, OWED.subscriber)
    await channel.send(replace(MAIL, attempt=2), OWED.subscriber)
    await channel.close()
    assert [path.name for path in outbox.iterdir()] == [f"{OWED.id}.eml"]
    assert (outbox / f"{OWED.id}.eml").read_bytes() == MAIL.message.body
    assert message_from_bytes((outbox / f"{OWED.id}.eml").read_bytes())["To"] == "Foreign Desk <desk@news.example>"


async def test_json_is_named_json(tmp_path: Path) -> None:
    """By what the message says that it is."""
    delivery = delivery_of(payload.compose(OWED), ChannelKind.FILE)
    await FileChannel(tmp_path, COMPOSER).send(delivery, OWED.subscriber)
    assert (tmp_path / f"{OWED.id}.json").read_bytes() == delivery.message.body


async def test_only_file_subscriptions_go_to_the_subscribers_folder(tmp_path: Path) -> None:
    """A mail that found no server goes to the outbox all the same."""
    own = replace(OWED.subscriber, folder=str(tmp_path / "own"))
    channel = FileChannel(tmp_path / "outbox", COMPOSER)
    await channel.send(FOR_FOLDER, own)
    await channel.send(MAIL, own)
    await channel.send(replace(FOR_FOLDER, id="no-folder"), OWED.subscriber)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.eml")) == [
        f"outbox/{OWED.id}.eml",
        "outbox/no-folder.eml",
        f"own/{OWED.id}.eml",
    ]


@pytest.mark.parametrize("identity", ["../evil", "/etc/evil", "", ".", "a" * 300, "a\0b", "a/b"])
def test_an_identity_that_leaves_the_folder_is_refused(identity: str) -> None:
    """For good: it never changes."""
    with pytest.raises(DeliveryError) as caught:
        file_name(replace(MAIL, id=identity))
    assert (caught.value.fault.code, caught.value.fault.permanent) == ("file_name", True)


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let the system refuse to write files beyond `size` bytes, as a full disk does: in the middle of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


async def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    """Nor does it harm the file that an earlier attempt wrote."""
    with files_limited_to(1000):
        assert await code_of(tmp_path) == "file_unwritable"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / f"{OWED.id}.eml").write_bytes(b"earlier")
    with files_limited_to(1000):
        await code_of(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]


def test_a_plain_write_would_leave_a_half_file(tmp_path: Path) -> None:
    """The negative control: the limit bites as a full disk would."""
    with files_limited_to(1000), pytest.raises(OSError, match="too large"):
        (tmp_path / "half").write_bytes(b"x" * 5000)
    assert (tmp_path / "half").stat().st_size == 1000


async def test_a_folder_that_is_a_file_is_told_with_a_remedy(tmp_path: Path) -> None:
    """Temporary: the operator can mend it."""
    (tmp_path / "outbox").write_text("not a folder")
    assert await code_of(tmp_path / "outbox") == "file_unwritable"
    assert await code_of(tmp_path / "outbox" / "deeper") == "file_unwritable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_without_leave_is_told(tmp_path: Path) -> None:
    """With the system's words."""
    tmp_path.chmod(0o500)
    assert await code_of(tmp_path) == "file_unwritable"


def test_a_reader_never_meets_a_file_in_the_making(tmp_path: Path) -> None:
    """Who reads the earlier file keeps it whole while a new one takes its name."""
    target = tmp_path / "a.eml"
    write_whole(target, b"earlier")
    with target.open("rb") as reader:
        write_whole(target, b"later")
        assert reader.read() == b"earlier"
    assert target.read_bytes() == b"later"


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Who owned it stays its owner, whoever replaces it; the control is a file like any other."""
    secret, other = tmp_path / "secret", tmp_path / "a.eml"
    secret.write_bytes(b"old")
    secret.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(secret, 12345, 12346)
    before = secret.stat()
    write_whole(secret, b"new", private=True)
    write_whole(other, b"mail")
    after = secret.stat()
    assert (secret.read_bytes(), stat.S_IMODE(after.st_mode)) == (b"new", 0o600)
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    umask = os.umask(0o077)
    os.umask(umask)
    assert stat.S_IMODE(other.stat().st_mode) == 0o666 & ~umask


def test_two_writers_of_one_delivery_do_not_meet(tmp_path: Path) -> None:
    """After a lost lease two workers may write at once; each has a part file of its own."""
    target = tmp_path / "a.eml"
    (tmp_path / ".a.eml.0123.part").write_bytes(b"another worker's")
    write_whole(target, b"whole")
    assert target.read_bytes() == b"whole"
    assert (tmp_path / ".a.eml.0123.part").exists()
