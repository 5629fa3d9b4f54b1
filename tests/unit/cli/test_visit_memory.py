"""What `fetch --state` remembers between two calls: `storywatch.cli.visit_memory`."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import pytest
import typer

from storywatch.cli.visit_memory import VisitMemory
from storywatch.errors import Fault
from storywatch.model import SourceKind, Validators, Visit, VisitOutcome
from tests.support.samples import NOW, a_source

HOUR = timedelta(hours=1)
SOURCE = a_source()
KNOWN = Validators(etag='W/"1"', last_modified="then", body_hash="ab", asked_as="me")
OK = Visit(outcome=VisitOutcome.UNCHANGED, validators=KNOWN)


def failed(code: str = "throttled", retry_after: timedelta | None = HOUR) -> Visit:
    """Return a visit that failed."""
    return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code=code, message=code, retry_after=retry_after))


def test_without_a_folder_nothing_is_remembered() -> None:
    """Each call is a first visit."""
    memory = VisitMemory.of(None)
    memory.keep(SOURCE, replace(OK, retry_after=HOUR), NOW)
    assert memory.validators(SOURCE.url) == Validators()
    assert memory.wait(SOURCE, NOW) is None


def test_validators_are_kept_for_their_address(tmp_path: Path) -> None:
    """Byte for byte, in a folder that is made if it is absent."""
    VisitMemory.of(tmp_path / "new" / "folder").keep(SOURCE, OK, NOW)
    memory = VisitMemory.of(tmp_path / "new" / "folder")
    assert memory.validators(SOURCE.url) == KNOWN
    assert memory.validators(SOURCE.url + "?other") == Validators()


def test_a_failure_keeps_what_is_known(tmp_path: Path) -> None:
    """It says nothing of the document."""
    memory = VisitMemory.of(tmp_path)
    memory.keep(SOURCE, OK, NOW)
    memory.keep(SOURCE, failed("timeout", None), NOW)
    assert memory.validators(SOURCE.url) == KNOWN


@pytest.mark.parametrize(
    ("visit", "address", "neighbour"),
    [
        (failed(), True, True),
        (failed("unavailable"), True, True),
        (failed("throttled", None), True, True),
        (failed("unavailable", None), False, False),
        (replace(OK, retry_after=HOUR), True, False),
        (OK, False, False),
    ],
)
def test_who_must_wait(visit: Visit, address: bool, neighbour: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table
    """The whole host after a failure that asks for it, the address alone after a document that does."""
    VisitMemory.of(tmp_path).keep(SOURCE, visit, NOW)
    memory = VisitMemory.of(tmp_path)
    other = a_source("second")
    soon, late = NOW + timedelta(minutes=10), NOW + HOUR
    assert (memory.wait(SOURCE, soon) is not None, memory.wait(other, soon) is not None) == (address, neighbour)
    assert memory.wait(a_source(outlet="cnn"), soon) is None
    assert memory.wait(SOURCE, late) is memory.wait(other, late) is None


def test_the_wait_is_told_with_its_end(tmp_path: Path) -> None:
    """As a failed visit that cost the server nothing; it is no news to remember."""
    memory = VisitMemory.of(tmp_path)
    memory.keep(SOURCE, failed(), NOW)
    waiting = memory.wait(SOURCE, NOW + HOUR / 2)
    assert waiting is not None
    assert waiting.fault is not None
    assert (waiting.fault.code, waiting.fault.retry_after) == ("held", HOUR / 2)
    assert f"{NOW + HOUR:%H:%M:%S}Z" in waiting.fault.message
    memory.keep(SOURCE, waiting, NOW + HOUR / 2)
    assert memory.wait(SOURCE, NOW + HOUR) is None


def test_a_crawl_delay_holds_pages_only(tmp_path: Path) -> None:
    """Of the same host."""
    page = a_source("page", kind=SourceKind.PAGE)
    memory = VisitMemory.of(tmp_path)
    memory.keep(page, replace(OK, crawl_delay=HOUR), NOW)
    assert memory.wait(page, NOW + HOUR / 2) is not None
    assert memory.wait(SOURCE, NOW + HOUR / 2) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"', '{"etag": 1, "held_until": 2}', "\x00\xff"])
def test_a_file_that_was_spoiled_means_a_first_visit(content: str, tmp_path: Path) -> None:
    """And the next one mends it."""
    memory = VisitMemory.of(tmp_path)
    memory.keep(SOURCE, OK, NOW)
    for path in tmp_path.iterdir():
        path.write_bytes(content.encode("latin-1"))
    assert memory.validators(SOURCE.url) == Validators()
    assert memory.wait(SOURCE, NOW) is None
    memory.keep(SOURCE, OK, NOW)
    assert memory.validators(SOURCE.url) == KNOWN


@pytest.mark.parametrize("moment", ["soon", "2021-08-26T19:00:00", "9999-99-99", ""])
def test_a_moment_that_can_not_be_meant_holds_nobody(moment: str, tmp_path: Path) -> None:
    """Without a zone it could be any."""
    memory = VisitMemory.of(tmp_path)
    memory.keep(SOURCE, failed(), NOW)
    for path in tmp_path.iterdir():
        path.write_text(f'{{"until": "{moment}", "held_until": "{moment}", "pages_after": "{moment}"}}', "utf-8")
    assert memory.wait(SOURCE, NOW) is None


def test_a_folder_that_can_not_be_made_ends_the_command(tmp_path: Path) -> None:
    """With the reason."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises((typer.Exit, click.exceptions.Exit)):
        VisitMemory.of(tmp_path / "file" / "folder")
