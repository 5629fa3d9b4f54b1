"""`probe`: visits sources and says what works. No database is opened and nothing is stored."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from network import Guard
from spiders.asking import Asked
from spiders.crawler import Crawler, running_crawler
from spiders.parsing import ParsePool, limits_of
from storywatch.cli.clock import utc_now
from storywatch.cli.log import configure
from storywatch.cli.options import ConfigOption, JsonOption, read_config
from storywatch.cli.output import MISUSE, TROUBLE, err, fail, out, print_json, progress_bar, shown
from storywatch.cli.reading import fault_object
from storywatch.egress import EgressPolicy
from storywatch.errors import Fault
from storywatch.model import Outlet, Source, SourceKind, Validators, Visit, VisitOutcome, WatchConfig
from storywatch.pacing import HostHold, SourceState, after, host_hold, must_wait
from storywatch.ports import Clock
from storywatch.sites import site_of
from storywatch.urls import host_of
from storywatch.verification import (
    AnswerFacts,
    DocumentFacts,
    Robots,
    TextDepth,
    Verdict,
    Verification,
    in_words,
    verify,
)

PATIENCE = timedelta(seconds=60)
"""The longest pause of a host's that is waited for here; a source behind a longer one is not visited."""

STYLES = {Verdict.WORKS: "bold green", Verdict.WARNINGS: "bold yellow", Verdict.FAILS: "bold red"}


def probe(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Ids or addresses; by default all sources that are enabled."),
    ] = None,
    config: ConfigOption = Path(),
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also the sources that are off.")] = False,
    kind: Annotated[
        SourceKind | None, typer.Option(help="Read addresses as this kind; by default as what they are.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Visit sources without storing anything, and say what works and what to do about the rest."""
    configure(level=logging.ERROR)
    loaded = read_config(config)
    wanted = _wanted(loaded, sources or (), kind, everything=everything)
    if not wanted:
        err.print("No sources are enabled; --all probes those that are off too.")
    failed = 0
    for target, judged in zip(wanted, asyncio.run(_probe_all(loaded, wanted)), strict=True):
        failed += judged.verdict is Verdict.FAILS
        if json:
            print_json(probe_object(target, judged))
        else:
            _print(target, judged)
    if failed:
        raise typer.Exit(TROUBLE)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is probed. `kind` is None for what is read as what it is; `declared`: the watch config has it."""

    source: Source
    outlet: Outlet
    kind: SourceKind | None
    declared: bool


def _wanted(config: WatchConfig, names: Sequence[str], kind: SourceKind | None, *, everything: bool) -> list[Target]:
    addresses = [name for name in names if _is_address(name)]
    unknown = [name for name in names if name not in config.sources and name not in addresses]
    if unknown:
        fail(f"no such source: {', '.join(unknown)}; `storywatch check` reads the config that names them", code=MISUSE)
    if kind and not addresses:
        fail("--kind is for addresses; a source says its own kind", code=MISUSE)
    if names:
        return [
            _declared(config, config.sources[name]) if name in config.sources else _at_address(config, name, kind)
            for name in dict.fromkeys(names)
        ]
    return [_declared(config, source) for source in config.sources.values() if source.enabled or everything]


def _is_address(name: str) -> bool:
    return "://" in name


def _declared(config: WatchConfig, source: Source) -> Target:
    return Target(source=source, outlet=config.outlets[source.outlet], kind=source.kind, declared=True)


def _at_address(config: WatchConfig, url: str, kind: SourceKind | None) -> Target:
    """Return an address as the source that it would be, of the outlet whose host it is on."""
    outlet = next(
        (outlet for outlet in config.outlets.values() if site_of(host_of(url)) in map(site_of, outlet.hosts)),
        Outlet(id="", name=""),
    )
    every = config.settings.poll_every
    source = Source(id=url, outlet=outlet.id, kind=kind or SourceKind.FEED, url=url, every=every, enabled=False)
    return Target(source=source, outlet=outlet, kind=kind, declared=False)


async def _probe_all(config: WatchConfig, wanted: Sequence[Target], clock: Clock = utc_now) -> list[Verification]:
    """Probe hosts side by side, the sources of one host one after the other. Answers in the order of `wanted`."""
    settings = config.settings
    by_host: dict[str, list[int]] = defaultdict(list)
    for number, target in enumerate(wanted):
        by_host[host_of(target.source.url)].append(number)
    room = asyncio.Semaphore(settings.concurrent_hosts)
    judged: dict[int, Verification] = {}
    guard = Guard(EgressPolicy.allowing(settings.allow))
    parser = ParsePool(limits_of(settings))
    async with running_crawler(settings, guard, parser, clock) as crawler:
        with progress_bar() as progress:
            bar = progress.add_task("probing", total=len(wanted))

            async def probe_host(numbers: Sequence[int]) -> None:
                host = _Host(crawler=crawler, clock=clock)
                async with room:
                    for number in numbers:
                        judged[number] = await host.probe(wanted[number])
                        progress.advance(bar)

            await asyncio.gather(*map(probe_host, by_host.values()))
    return [judged[number] for number in range(len(wanted))]


@dataclass(kw_only=True)
class _Host:
    """One host, whose sources are visited one after the other, with the pauses that it asks for."""

    crawler: Crawler
    clock: Clock
    holds: list[HostHold] = field(default_factory=list)

    async def probe(self, target: Target) -> Verification:
        """Visit a source, and once more with the validators that it sent, which costs it a line if they work."""
        first = await self._visit(target, Validators())
        sent = replace(first.validators, elements=b"", parts=())
        can_ask = bool(sent.etag or sent.last_modified) and not first.retry_after
        again = await self._visit(target, sent) if can_ask else None
        if again is not None and again.fault and again.fault.code == "held":
            again = None
        source = replace(target.source, kind=first.document.kind) if first.document else target.source
        asked = self.crawler.settings.obey_robots
        judged = verify(first, source, target.outlet, self.clock(), again=again, robots_asked=asked)
        if target.declared:
            return judged
        usable = judged.verdict is not Verdict.FAILS
        return replace(judged, advice=f"add it to the watch config, with kind: {source.kind.value}" if usable else None)

    async def _visit(self, target: Target, validators: Validators) -> Visit:
        source = target.source
        pause = self._pause(source)
        if pause > PATIENCE:
            message = f"not visited: the outlet asked for a pause of {in_words(pause)}"
            return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code="held", message=message, retry_after=pause))
        await asyncio.sleep(pause.total_seconds())
        asked = Asked(kind=target.kind, outlet=target.outlet, page=source.page, own=source.own)
        visit = await self.crawler.fetch(source.url, target.kind, validators, asked)
        self._remember(source, visit)
        return visit

    def _pause(self, source: Source) -> timedelta:
        now = self.clock()
        state = SourceState(source=source.id, next_poll_at=now)
        moments = (must_wait(state, source, hold, now) for hold in self.holds)
        return max((moment - now for moment in moments if moment), default=timedelta())

    def _remember(self, source: Source, visit: Visit) -> None:
        now = self.clock()
        before = SourceState(source=source.id, next_poll_at=now)
        after_visit = after(visit, before, source, brought_news=False, now=now, dice=0.0)
        hold = host_hold(visit, after_visit, source, now)
        if hold is not None:
            self.holds.append(hold)


# JSON ----------------------------------------------------------------------------------------------------------------


def probe_object(target: Target, judged: Verification) -> dict[str, Any]:
    """Return the object that `probe` prints for a source."""
    outcome = VisitOutcome.FAILED if judged.fault else VisitOutcome.OK
    return {
        "source": target.source.id,
        "outlet": target.outlet.id or None,
        "url": target.source.url,
        "enabled": target.source.enabled,
        "verdict": judged.verdict.value,
        "outcome": outcome.value,
        "problems": [asdict(one) for one in judged.problems],
        "warnings": [asdict(one) for one in judged.warnings],
        "advice": judged.advice,
        "answer": asdict(judged.answer),
        "document": asdict(judged.document) if judged.document else None,
        "error": fault_object(judged.fault),
    }


# For people ----------------------------------------------------------------------------------------------------------


def _print(target: Target, judged: Verification) -> None:
    told = ", ".join(_headline(judged.document)) if judged.document else "no document"
    out.print(f"{judged.source}: ", end="", style="bold", markup=False)
    out.print(judged.verdict.value, end="", style=STYLES[judged.verdict])
    out.print(f" ({told})", markup=False)
    seen = (_document_line(judged.document), ", ".join(_answer_words(judged.answer)), _led_to(target, judged.answer))
    for line in filter(None, seen):
        out.print(f"  {line}", style="dim", markup=False)
    for word, findings in (("problem", judged.problems), ("warning", judged.warnings)):
        for one in findings:
            out.print(f"  {word}: {one.message}", markup=False)
            out.print(f"    {one.remedy}", markup=False)
    if judged.advice:
        out.print(f"  next: {judged.advice}", markup=False)


def _headline(document: DocumentFacts) -> Iterator[str]:
    yield document.format
    yield f"{document.items} items"
    if document.newest_age is not None:
        yield f"the newest {in_words(document.newest_age)} old"


DEPTHS = {TextDepth.FULL: "full text", TextDepth.EXCERPTS: "excerpts", TextDepth.TITLES: "titles only"}


def _document_line(document: DocumentFacts | None) -> str:
    if document is None or not document.items:
        return ""
    lacks = (
        (document.without_id, "without id"),
        (document.without_link, "without link"),
        (document.without_date, "without date"),
    )
    span = [f"from {shown(document.oldest)} to {shown(document.newest)}"] if document.newest else []
    depth = f"{DEPTHS[document.text]} ({document.text_chars} characters)" if document.text_chars else "titles only"
    return ", ".join([*span, depth, *(f"{count} {what}" for count, what in lacks if count)])


ROBOTS = {
    Robots.ALLOWED: "robots.txt allows it",
    Robots.FORBIDDEN: "robots.txt forbids it",
    Robots.UNREACHABLE: "robots.txt can't be read",
    Robots.NOT_ASKED: "robots.txt was not asked",
    Robots.UNKNOWN: "",
}


def _answer_words(answer: AnswerFacts) -> Iterator[str]:
    validators = " and ".join(
        name for name, sent in (("ETag", answer.etag), ("Last-Modified", answer.last_modified)) if sent
    )
    if validators:
        yield validators + ("" if answer.validators_work is None else f" {_honoured(answer.validators_work)}")
    if answer.fresh_for:
        yield f"fresh for {in_words(answer.fresh_for)}"
    if answer.hub:
        yield f"pushes by {host_of(answer.hub)}"
    if ROBOTS[answer.robots]:
        yield ROBOTS[answer.robots]
    if answer.crawl_delay:
        yield f"with a pause of {in_words(answer.crawl_delay)}"


def _honoured(validators_work: bool) -> str:  # noqa: FBT001 - private, one caller
    return "honoured" if validators_work else "ignored"


def _led_to(target: Target, answer: AnswerFacts) -> str:
    redirected = answer.final_url not in (None, target.source.url)
    return f"redirected to {answer.final_url}" if redirected else ""
