"""When a saved config is reloaded: `scheduler.looks`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.files import about_file
from scheduler.looks import LOOKS_ALIKE, Looks
from storywatch.errors import ConfigError
from storywatch.model import WatchConfig
from tests.support.samples import a_config


@dataclass
class Files:
    """Shows what each look is to see."""

    seen: list[object]

    def load(self) -> WatchConfig:
        """Read it."""
        return a_config()

    def stamp(self) -> object:
        """Return the next one, or fail with it."""
        found = self.seen.pop(0)
        if isinstance(found, ConfigError):
            raise found
        return found


async def looked(seen: Sequence[object]) -> list[bool]:
    """Return which looks ask for a reload, while the config of the stamp "old" is in force."""
    looks = Looks(Files(list(seen)), "old")
    return [await looks.changed() for _ in seen]


def reason(text: str) -> ConfigError:
    """Return why a folder can't be looked at."""
    return about_file(Path("watch"), text)


async def test_a_change_that_rests_is_reloaded_once() -> None:
    """The control."""
    expected = [False] * LOOKS_ALIKE + [True] + [False] * LOOKS_ALIKE
    assert await looked(["old", *["new"] * 2 * LOOKS_ALIKE]) == expected


async def test_a_save_that_goes_on_is_not_reloaded() -> None:
    """An editor writes one file after the other; the last one counts."""
    saves = [*["half"] * (LOOKS_ALIKE - 1), "more", *["all"] * LOOKS_ALIKE]
    assert await looked(saves) == [False] * (len(saves) - 1) + [True]


async def test_a_file_that_is_gone_for_three_seconds_is_no_change() -> None:
    """Two looks may fall into them; afterwards all is as it was."""
    assert not any(await looked(["old", "gone", "gone", *["old"] * 2 * LOOKS_ALIKE]))


async def test_what_can_not_be_looked_at_is_told_once_and_changes_nothing() -> None:
    """Each trouble when it begins; the same again after it was over."""
    full, closed = reason("no file descriptor is left"), reason("permission denied")
    with structlog.testing.capture_logs() as logs:
        assert not any(await looked([full, full, closed, "old", closed, *["old"] * LOOKS_ALIKE]))
    assert {(line["event"], line["log_level"]) for line in logs} == {("config_unreadable", "error")}
    told = [str(line["problems"]) for line in logs]
    assert ["descriptor" in one for one in told] == [True, False, False]


async def test_looks_that_fail_are_none_of_those_in_a_row() -> None:
    """Nobody knows what was there meanwhile."""
    half = ["half"] * (LOOKS_ALIKE - 1)
    assert not any(await looked([*half, reason("permission denied"), *half]))


async def test_what_did_not_come_into_force_is_asked_for_again() -> None:
    """When the database was in the way; the files rest by then."""
    looks = Looks(Files(["new"] * (LOOKS_ALIKE + 2)), "old")
    assert [await looks.changed() for _ in range(LOOKS_ALIKE)][-1]
    looks.forget()
    assert await looks.changed()
    assert not await looks.changed()
