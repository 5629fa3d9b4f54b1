"""`fetch`: one visit through the real crawler, without a database."""

import asyncio
import socket
from datetime import timedelta
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
from storywatch.cli.visit_memory import VisitMemory
from storywatch.egress import EgressPolicy
from storywatch.model import Settings, Source, SourceKind, Validators, Visit, VisitOutcome


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="What to visit.")],
    *,
    kind: Annotated[SourceKind | None, typer.Option(help="Read it as this kind; by default as what it is.")] = None,
    items: ItemsOption = None,
    region: RegionOption = None,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="HOST:PORT", help="A private target to allow; repeatable.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep validators and asked pauses here between calls.")
    ] = None,
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
    kind, page = page_rules(kind, items, region)
    memory = VisitMemory.of(state)
    source = Source(id="fetch", outlet="", kind=kind or SourceKind.FEED, url=url, every=timedelta(), page=page)
    asked = Asked(kind=kind, page=page)
    visit = memory.wait(source, utc_now()) or asyncio.run(_visit(url, asked, settings, policy, memory.validators(url)))
    memory.keep(source, visit, utc_now())
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
