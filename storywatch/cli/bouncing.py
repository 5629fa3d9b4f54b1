"""`bounce`: takes in mails that came back, from a mail server's pipe or a Maildir."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.returned import MOST_BYTES, read_report
from storage import Store, open_store
from storywatch.bounces import Outcome, bounce_of
from storywatch.cli.clock import utc_now
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, fail, one_line, out, print_json
from storywatch.cli.running import finished
from storywatch.model import WatchConfig

LATER = 75
"""Exit code EX_TEMPFAIL (sysexits.h): the mail server keeps the mail and tries again."""


def bounce(
    config: ConfigOption = Path(),
    *,
    maildir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Take all new mails of this Maildir instead."),
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="To whom the mail came, if the mail server says so.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take in mails that came back: one from standard input, or all new ones of a Maildir."""
    loaded = read_config(config)
    if loaded.settings.bounces is None:
        fail("settings.bounces is not set, so no mail of ours comes back; add it", code=MISUSE)
    if maildir is not None:
        finished(_take_maildir(loaded, maildir, as_json=json), code=LATER)
        return
    mail = sys.stdin.buffer.read(MOST_BYTES + 1)
    finished(_take_one(loaded, mail, recipient, as_json=json), code=LATER)


async def _take_one(config: WatchConfig, mail: bytes, recipient: str | None, *, as_json: bool) -> None:
    async with open_store(config.settings.database) as store:
        _print(await _taken(config, store, mail, recipient), "-", as_json=as_json)


async def _take_maildir(config: WatchConfig, folder: Path, *, as_json: bool) -> None:
    """Take the new mails and mark them as seen, each when it is counted."""
    async with open_store(config.settings.database) as store:
        for path in sorted((folder / "new").iterdir()):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    mail = file.read(MOST_BYTES + 1)
                _print(await _taken(config, store, mail, None), path.name, as_json=as_json)
                (folder / "cur").mkdir(exist_ok=True)
                path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")


async def _taken(config: WatchConfig, store: Store, mail: bytes, recipient: str | None) -> Mapping[str, Any]:
    """Take in one mail, whatever it is, and return what came of it."""
    try:
        report = read_report(mail, recipient)
    except ValueError:
        return {"outcome": Outcome.TOO_LARGE, "status": None, "delivery": None}
    if report is None:
        return {"outcome": Outcome.IGNORED, "status": None, "delivery": None}
    bounce = bounce_of(report, config.settings, utc_now())
    suppression = await store.bounces.take(bounce)
    outcome = Outcome.SUPPRESSED if suppression else Outcome.COUNTED if bounce.delivery else Outcome.UNPROVEN
    return {"outcome": outcome, "status": bounce.status, "delivery": bounce.delivery}


def _print(told: Mapping[str, Any], name: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"mail": name, **told})
        return
    words = (told["outcome"].value, told["status"], told["delivery"])
    out.print(one_line("  ".join(filter(None, (name, *words)))), markup=False)
