"""`discover`: what an outlet offers, found by a few polite visits, as YAML to paste into the watch config."""

import asyncio
import json as json_module
import re
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from network import Guard
from spiders.crawler import running_crawler
from spiders.discovery import POLITE, Discovery, Finding, explore, load
from spiders.parsing import ParsePool
from storywatch.cli.clock import utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import JsonOption
from storywatch.cli.output import MISUSE, TROUBLE, err, fail, iso, print_json
from storywatch.cli.reading import fault_object
from storywatch.egress import EgressPolicy
from storywatch.model import Settings, SourceKind
from storywatch.urls import DEFAULT_PORTS, host_of

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Surely text to YAML, whatever it takes for numbers, dates and truth values.
_PLAIN = re.compile(r"[a-z](?=[^.:/-]*[.:/-])[A-Za-z0-9._~/?=&%+:-]*[A-Za-z0-9/]|[a-z]{2}(?<!no)(?<!on)")
_ADDRESS = re.compile(r"[\d.]+|localhost|\[.*\]")
_WORDS = {SourceKind.FEED: "feed", SourceKind.NEWS_SITEMAP: "sitemap", SourceKind.PAGE: "page"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A source as it would stand in the watch config."""

    id: str
    enabled: bool
    finding: Finding


def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page of the outlet: its front page or a section.")],
    *,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="HOST:PORT", help="A private target to allow; repeatable.")
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(envvar="STORYWATCH_CONTACT", help="Your address or page, for the outlet's logs."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Find an outlet's feeds, news sitemaps and listings, and print the YAML to paste."""
    configure()
    try:
        policy = EgressPolicy.allowing(allow or ())
    except ValueError as error:
        fail(f"--allow: {error}", code=MISUSE)
    settings = Settings(database="", contact=contact or f"postmaster@{socket.gethostname()}")
    now = utc_now()
    found = asyncio.run(_explore(url, settings, policy, now, is_own=_place(url) in (allow or ())))
    if json:
        print_json(discovery_object(found, now))
    elif proposals(found, now):
        typer.echo("\n".join(yaml_lines(found, now)))
    for each in found.failed:
        err.print(f"[bold red]failed[/bold red] {escape(f'{each.url}: {each.fault.message}')}")
    if not proposals(found, now):
        err.print("nothing that could be watched was found: look for the addresses on the outlet's pages yourself")
        raise typer.Exit(TROUBLE)


async def _explore(url: str, settings: Settings, policy: EgressPolicy, now: datetime, *, is_own: bool) -> Discovery:
    """Explore; a server of the operator's own needs no pauses."""
    bounds = replace(POLITE, pause=timedelta()) if is_own else POLITE
    parser = ParsePool()
    async with running_crawler(settings, Guard(policy), parser, utc_now) as crawler:
        return await explore(url, partial(load, crawler), parser, now, bounds=bounds, told=_tell)


def _tell(message: str) -> None:
    err.print(escape(message))


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or DEFAULT_PORTS.get(parts.scheme)}"
    except ValueError:
        return ""


# What is proposed ----------------------------------------------------------------------------------------------------


def proposals(found: Discovery, now: datetime) -> list[Proposal]:
    """Return the sources to declare. One whose newest item is old is off; so is a listing beside something better."""
    findings = [each for each in found.findings if _can_be_declared(each.url)]
    fresh = [each for each in findings if each.is_fresh(now)]
    taken: set[str] = set()
    return [
        Proposal(
            id=_free(f"{_outlet_id(found)}-{_WORDS[finding.kind]}", taken),
            enabled=finding in fresh and (finding.kind is not SourceKind.PAGE or finding is fresh[0]),
            finding=finding,
        )
        for finding in findings
    ]


def _can_be_declared(url: str) -> bool:
    """Tell whether the watch config would take an address; it takes none with a login."""
    return url.isascii() and url.isprintable() and len(url) <= 2048 and "@" not in urlsplit(url).netloc


def _outlet_id(found: Discovery) -> str:
    host = host_of(found.url).removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:40].rstrip("-") or "outlet"


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _hosts(found: Discovery) -> list[str]:
    """Return the host and its twin with or without www, the one that was visited first."""
    host = host_of(found.url)
    if not _HOST.fullmatch(host):
        return []
    if _ADDRESS.fullmatch(host):
        return [host]
    return [host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"]


def discovery_object(found: Discovery, now: datetime) -> dict[str, Any]:
    """Return what `discover --json` prints."""
    sources = [
        {
            "id": each.id,
            "enabled": each.enabled,
            **asdict(each.finding),
            "newest": iso(each.finding.newest),
        }
        for each in proposals(found, now)
    ]
    return {
        "url": found.url,
        "name": found.name or host_of(found.url),
        "hosts": _hosts(found),
        "language": found.language,
        "requests": found.requests,
        "sources": sources,
        "failed": [{"url": each.url, "error": fault_object(each.fault)} for each in found.failed],
        "yaml": "".join(f"{line}\n" for line in yaml_lines(found, now)) if sources else None,
    }


# YAML ----------------------------------------------------------------------------------------------------------------


def yaml_lines(found: Discovery, now: datetime) -> Iterator[str]:
    """Yield the `outlets` section to paste. Texts are quoted as JSON does it, which YAML reads alike."""
    yield f"# Found at {found.url} by {found.requests} visits."
    yield "outlets:"
    yield f"- id: {_quoted(_outlet_id(found))}"
    yield f"  name: {_quoted(found.name or host_of(found.url))}"
    if hosts := _hosts(found):
        yield f"  hosts: [{', '.join(map(_quoted, hosts))}]"
    if found.language and _LANGUAGE.fullmatch(found.language):
        yield f"  language: {_quoted(found.language)}"
    yield "  sources:"
    for each in proposals(found, now):
        yield from _source_lines(each, now)


def _source_lines(proposal: Proposal, now: datetime) -> Iterator[str]:
    finding = proposal.finding
    yield f"  # {_seen(finding, now)}"
    yield f"  - id: {_quoted(proposal.id)}"
    if finding.kind is not SourceKind.FEED:
        yield f"    kind: {finding.kind.value}"
    yield f"    url: {_quoted(finding.url)}"
    if finding.selector:
        yield f"    selector: {_quoted(finding.selector)}"
    if not proposal.enabled:
        yield "    enabled: false"


def _seen(finding: Finding, now: datetime) -> str:
    named = f"{finding.title!r}: " if finding.title else ""
    newest = f"the newest {_age(now - finding.newest)} old" if finding.newest else "without dates"
    repeats = "" if finding.conditional else "; sends no validators, so each poll loads it whole"
    return f"{named}{finding.format}, {finding.items} items, {newest}{repeats}"


def _age(age: timedelta) -> str:
    seconds = max(age.total_seconds(), 0)
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json_module.dumps(text, ensure_ascii=False)
