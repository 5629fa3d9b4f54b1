"""`parse`: documents on disk through the real parser, and what `fetch` and `parse` answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from spiders.parsing import ParseLimits, ParsePool
from storywatch.cli.clock import utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import ItemsOption, JsonOption, RegionOption, page_rules
from storywatch.cli.output import TROUBLE, iso, out, print_json
from storywatch.errors import Fault, VisitError
from storywatch.model import Document, ParsedItem, SourceKind, VisitOutcome


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="What to read.")],
    *,
    url: Annotated[str | None, typer.Option(help="Where it came from: relative links resolve against it.")] = None,
    content_type: Annotated[str | None, typer.Option("--content-type", help="The Content-Type it came with.")] = None,
    kind: Annotated[SourceKind | None, typer.Option(help="Read it as this kind; by default as what it is.")] = None,
    items: ItemsOption = None,
    region: RegionOption = None,
    json: JsonOption = False,
) -> None:
    """Parse documents on disk and show their items: one line a file, in the order given."""
    configure()
    kind, page = page_rules(kind, items, region)
    pool = ParsePool(ParseLimits(keep_empty=True))
    read = partial(pool.parse, url=url, content_type=content_type, kind=kind, page=page)
    failed = asyncio.run(_parse_all(files, read, as_json=json))
    if failed:
        raise typer.Exit(TROUBLE)


async def _parse_all(files: Sequence[Path], read: Callable[..., Awaitable[Document]], *, as_json: bool) -> int:
    failed = 0
    for path in files:
        try:
            document = await read(path.read_bytes(), now=utc_now())
            answer = answer_object(VisitOutcome.OK, document, None, None)
        except VisitError as error:
            document, failed = None, failed + 1
            answer = answer_object(VisitOutcome.FAILED, None, error.fault, None)
        if as_json:
            print_json(answer)
        else:
            print_document(str(path), answer, document)
    return failed


def answer_object(
    outcome: VisitOutcome, document: Document | None, fault: Fault | None, kind: SourceKind | None
) -> dict[str, Any]:
    """Return the object that `fetch` and `parse` print, as their contract has it."""
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
        "time_origin": item.time_origin.value,
        "time_correction": item.time_correction.value if item.time_correction else None,
        "author": item.author,
        "language": item.language,
    }


def fault_object(fault: Fault | None) -> dict[str, Any] | None:
    """Return a fault as every `--json` output has it; `retry_after` in seconds."""
    if fault is None:
        return None
    retry_after = fault.retry_after.total_seconds() if fault.retry_after else None
    return {"code": fault.code, "message": fault.message, "permanent": fault.permanent, "retry_after": retry_after}


def print_document(name: str, answer: dict[str, Any], document: Document | None) -> None:
    """Print a document for people: a headline and a line an item."""
    if answer["error"]:
        out.print("[bold red]failed[/bold red] " + escape(f"{name}: {answer['error']['message']}"))
        return
    count = len(answer["items"])
    read = f"{answer['format']}, {count} items" if document else "not changed since the last visit"
    out.print(f"[bold]{answer['outcome']}[/bold] " + escape(f"{name}: {read}"))
    for item in document.items if document else ():
        when = item.published or item.updated
        out.print(f"  {when:%Y-%m-%d %H:%M} " if when else "  no date          ", end="")
        out.print(item.title or item.summary[:100] or item.url or "-", markup=False)
