"""`fetch`: one visit through the real crawler, without a database."""

import asyncio
import hashlib
import json as json_module
import socket
from pathlib import Path
from typing import Annotated

import typer

from network import Guard
from spiders.asking import Asked
from spiders.crawler import running_crawler
from spiders.parsing import ParsePool
from storywatch.cli.clock import utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import ItemsOption, JsonOption, RegionOption, page_rules
from storywatch.cli.output import MISUSE, TROUBLE, fail, print_json
from storywatch.cli.reading import answer_object, print_document
from storywatch.egress import EgressPolicy
from storywatch.model import Settings, SourceKind, Validators, Visit, VisitOutcome

KEPT = ("etag", "last_modified", "body_hash")


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="What to visit.")],
    *,
    kind: Annotated[SourceKind | None, typer.Option(help="Read it as this kind; by default as what it is.")] = None,
    items: ItemsOption = None,
    region: RegionOption = None,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="HOST:PORT", help="A private target to allow; repeatable.")
    ] = None,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep validators here between calls.")] = None,
    contact: Annotated[
        str | None,
        typer.Option(envvar="STORYWATCH_CONTACT", help="Your address or page, for the outlet's logs."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Visit one address once, politely, and show what it brings. Nothing is stored."""
    configure()
    try:
        policy = EgressPolicy.allowing(allow or ())
    except ValueError as error:
        fail(f"--allow: {error}", code=MISUSE)
    settings = Settings(database="", contact=contact or f"postmaster@{socket.gethostname()}")
    memory = _StateFile.of(state, url)
    kind, page = page_rules(kind, items, region)
    visit = asyncio.run(_visit(url, Asked(kind=kind, page=page), settings, policy, memory.read()))
    if visit.outcome is not VisitOutcome.FAILED:
        memory.write(visit.validators)
    _show(url, visit, kind, as_json=json)


def _show(url: str, visit: Visit, kind: SourceKind | None, *, as_json: bool) -> None:
    answer = answer_object(visit.outcome, visit.document, visit.fault, kind)
    if as_json:
        print_json({**answer, "status": visit.status, "url": visit.final_url})
    else:
        print_document(visit.final_url or url, answer, visit.document)
    if visit.outcome is VisitOutcome.FAILED:
        raise typer.Exit(TROUBLE)


async def _visit(url: str, asked: Asked, settings: Settings, policy: EgressPolicy, validators: Validators) -> Visit:
    async with running_crawler(settings, Guard(policy), ParsePool(), utc_now) as crawler:
        return await crawler.fetch(url, asked.kind, validators, asked)


class _StateFile:
    """The validators of one address in the state folder, or nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @classmethod
    def of(cls, folder: Path | None, url: str) -> "_StateFile":
        if folder is None:
            return cls(None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"--state: {error}", code=MISUSE)
        return cls(folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json")

    def read(self) -> Validators:
        """Return what was kept; a file that can't be read means a first visit."""
        try:
            kept = json_module.loads(self._path.read_text("utf-8")) if self._path else {}
            return Validators(
                etag=kept.get("etag"), last_modified=kept.get("last_modified"), body_hash=kept.get("body_hash")
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return Validators()

    def write(self, validators: Validators) -> None:
        """Keep validators: whole or not at all."""
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            try:
                fresh.write_text(json_module.dumps({name: getattr(validators, name) for name in KEPT}), "utf-8")
                fresh.replace(self._path)
            except OSError as error:
                fail(f"--state: {error}")
