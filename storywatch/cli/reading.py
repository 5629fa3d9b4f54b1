"""`fetch` and `parse`: one document through the real crawler and the real parser, without a database."""

import asyncio
import hashlib
import json as json_module
import socket
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from network import Guard
from spiders.crawler import running_crawler
from spiders.parsing import ParsePool
from storywatch.cli.compose import utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import JsonOption
from storywatch.cli.output import TROUBLE, fail, iso, out, print_json
from storywatch.egress import EgressPolicy
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, ParsedItem, Settings, SourceKind, Validators, Visit, VisitOutcome


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="What to visit.")],
    *,
    kind: Annotated[SourceKind | None, typer.Option(help="Read it as this kind; by default as what it is.")] = None,
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
        settings = Settings(database="", contact=contact or f"postmaster@{socket.getfqdn()}", allow=tuple(allow or ()))
        policy = EgressPolicy.allowing(settings.allow)
    except ValueError as error:
        fail(f"--allow: {error}", code=2)
    memory = _StateFile.of(state, url)
    visit = asyncio.run(_visit(url, kind, settings, policy, memory.read()))
    if visit.outcome is not VisitOutcome.FAILED:
        memory.write(visit.validators)
    answer = _answer(visit.outcome, visit.document, visit.fault, kind)
    _show({**answer, "status": visit.status, "url": visit.final_url}, visit.document, as_json=json)


async def _visit(
    url: str, kind: SourceKind | None, settings: Settings, policy: EgressPolicy, validators: Validators
) -> Visit:
    async with running_crawler(settings, Guard(policy), ParsePool(), utc_now) as crawler:
        return await crawler.fetch(url, kind, validators)


class _StateFile:
    """The validators of one address in the state folder, or nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @classmethod
    def of(cls, folder: Path | None, url: str) -> "_StateFile":
        if folder is None:
            return cls(None)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json")

    def read(self) -> Validators:
        """Return what was kept; a file that can't be read means a first visit."""
        try:
            kept = json_module.loads(self._path.read_text()) if self._path else {}
            return Validators(**kept)
        except (OSError, ValueError, TypeError):
            return Validators()

    def write(self, validators: Validators) -> None:
        """Keep validators: whole or not at all."""
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json_module.dumps(asdict(validators)))
            fresh.replace(self._path)


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", exists=True, dir_okay=False, help="What to read.")],
    *,
    url: Annotated[str | None, typer.Option(help="Where it came from: relative links resolve against it.")] = None,
    content_type: Annotated[str | None, typer.Option("--content-type", help="The Content-Type it came with.")] = None,
    json: JsonOption = False,
) -> None:
    """Parse documents on disk and show their items: one line a file, in the order given."""
    configure()
    failed = asyncio.run(_parse_all(files, url, content_type, as_json=json))
    if failed:
        raise typer.Exit(TROUBLE)


async def _parse_all(files: Sequence[Path], url: str | None, content_type: str | None, *, as_json: bool) -> int:
    pool = ParsePool()
    failed = 0
    for path in files:
        try:
            document = await pool.parse(path.read_bytes(), url=url, content_type=content_type, kind=None, now=utc_now())
            answer = _answer(VisitOutcome.OK, document, None, None)
        except VisitError as error:
            document, failed = None, failed + 1
            answer = _answer(VisitOutcome.FAILED, None, error.fault, None)
        if as_json:
            print_json(answer)
        else:
            _print_document(str(path), answer, document)
    return failed


def _answer(
    outcome: VisitOutcome, document: Document | None, fault: Fault | None, kind: SourceKind | None
) -> dict[str, Any]:
    found = document.kind if document else kind
    return {
        "outcome": outcome.value,
        "kind": found.value if found else None,
        "format": document.format if document else None,
        "items": [item_object(item) for item in document.items] if document else [],
        "error": fault_object(fault),
    }


def item_object(item: ParsedItem) -> dict[str, Any]:
    """Return an item as the contract of `parse` and `fetch` has it."""
    return {
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content": item.content,
        "published": iso(item.published),
        "updated": iso(item.updated),
        "author": item.author,
        "language": item.language,
    }


def fault_object(fault: Fault | None) -> dict[str, Any] | None:
    """Return a fault as every `--json` output has it; `retry_after` in seconds."""
    if fault is None:
        return None
    retry_after = fault.retry_after.total_seconds() if fault.retry_after else None
    return {"code": fault.code, "message": fault.message, "permanent": fault.permanent, "retry_after": retry_after}


def _show(answer: dict[str, Any], document: Document | None, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        _print_document(answer["url"] or "", answer, document)
    if answer["outcome"] == VisitOutcome.FAILED.value:
        raise typer.Exit(TROUBLE)


def _print_document(name: str, answer: dict[str, Any], document: Document | None) -> None:
    """Print a document for people: a headline and a line an item."""
    if answer["error"]:
        out.print(f"[bold red]failed[/bold red] {name}: {answer['error']['message']}")
        return
    count = len(answer["items"])
    out.print(f"[bold]{answer['outcome']}[/bold] {name}: {answer['format'] or 'not read again'}, {count} items")
    for item in document.items if document else ():
        when = item.published or item.updated
        out.print(f"  {when:%Y-%m-%d %H:%M} " if when else "  no date          ", end="")
        out.print(item.title or item.summary[:100] or item.url or "-", markup=False)
