"""The reference says what is there, and all of it: each of its lists is held against the code, both ways.

`test_docs_examples` holds the examples.
"""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, String, Text

import config
from channels import chat, digests, payload
from channels.signing import signed_headers
from config import FeedList, Imported
from config.shipped import catalogue_outlet
from dashboard.timeline.document import document
from spiders import answers, failures
from spiders.discovery import Discovery, Failed, Finding
from storage import tables
from storage.queries import Queries, Rows
from storage.replays import Enabled
from storage.tables import UtcTime
from storywatch import digesting
from storywatch.answering import Answered
from storywatch.backtesting import Judged, Outcome
from storywatch.cli.answering import answer_object
from storywatch.cli.app import app
from storywatch.cli.backtest_report import EventReport, Report, event_object
from storywatch.cli.configuring import check, init
from storywatch.cli.delivering import replay_object
from storywatch.cli.discovering import discovery_object
from storywatch.cli.explain_report import Told
from storywatch.cli.explaining import explanation_object
from storywatch.cli.explaining_polls import poll_object
from storywatch.cli.latency import latency_row
from storywatch.cli.learning import import_object as backfilled_object
from storywatch.cli.ledgers import figure_object, statement_object
from storywatch.cli.opml import import_object
from storywatch.cli.probing import Target, probe_object
from storywatch.cli.reading import answer_object as fetched_object
from storywatch.cli.reading import fault_object, item_object
from storywatch.cli.seeding import Sown, seed_row, sown_object
from storywatch.cli.simulation_report import Simulated, simulation_object
from storywatch.cli.source_list import source_object
from storywatch.cli.status import Status, status_object
from storywatch.cli.subscriptions import subscription_row
from storywatch.cli.watching import _poll_object
from storywatch.dispatch import RETRY_DELAYS
from storywatch.errors import Fault
from storywatch.explaining import explain
from storywatch.explaining_polls import Foreseen, Stand, explained
from storywatch.health import Health
from storywatch.importing import Imported as Past
from storywatch.latency import Passage
from storywatch.matching import Matcher
from storywatch.model import (
    AlarmKind,
    ChangeKind,
    ChannelKind,
    DeliveryState,
    Feedback,
    FetchedSeed,
    Figure,
    FigureKind,
    KnownFigure,
    KnownStatement,
    Match,
    Outlet,
    ParsedItem,
    ReportRole,
    Severity,
    SourceKind,
    Stance,
    Statement,
    VisitOutcome,
)
from storywatch.pacing import SourceState
from storywatch.pacing.allowance import Allowance
from storywatch.pacing.bucket import Bucket
from storywatch.pacing.learned import Learned
from storywatch.pacing.pace import Pace
from storywatch.pacing.simulation import Figures
from storywatch.pacing.simulation.comparing import BOUND, UNIFORM, Comparison
from storywatch.pacing.simulation.comparing import Told as ToldPolicy
from storywatch.pacing.simulation.history import Window
from storywatch.replay import Decision
from storywatch.suggesting import Suggestion
from storywatch.timeline import Timeline, ToldChange, ToldReport, ToldUpdate
from storywatch.updates.ledger import entries
from storywatch.verification import Check, verify
from storywatch.watch import PollOutcome, PollResult
from tests.support import code_facts
from tests.support.pages import DOCS, Row, name_in, names
from tests.support.pages import tables as tables_of
from tests.support.samples import DESK_MAIL, KABUL, NOW, a_source, an_item, brought

REFERENCE = DOCS / "reference"


def section(page: str, title: str) -> list[Row]:
    """Return the rows of one section of a page of the reference."""
    return tables_of((REFERENCE / page).read_text("utf-8")).get(title, [])


def differences(documented: Iterable[str], real: Iterable[str]) -> list[str]:
    """Say what is missing, what is no longer there, and what stands twice."""
    stands, listed = set(real), list(documented)
    return [
        *(f"undocumented: {name}" for name in sorted(stands - set(listed))),
        *(f"documented, but not there: {name}" for name in sorted(set(listed) - stands)),
        *(f"documented twice: {name}" for name in sorted({name for name in listed if listed.count(name) > 1})),
    ]


# Commands ------------------------------------------------------------------------------------------------------------

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def default_cell(parameter: Any) -> str:
    """Write a parameter's default, and the variable that stands in for it, as the page does."""
    value = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    shown = "required" if parameter.required else "none" if value is None else "off" if value is False else f"`{value}`"
    return f"{shown}, `{parameter.envvar}`" if parameter.envvar else shown


def parameters(command: str) -> list[str]:
    """Return what the page must say of a command's arguments and options: name and default."""
    told = []
    for one in COMMANDS[command].params:
        argument = one.metavar or (one.name.upper() if one.required else f"[{one.name.upper()}]")
        told.append(f"{one.opts[0] if one.param_type_name == 'option' else argument}: {default_cell(one)}")
    return told


def documented_parameters(rows: Iterable[Row]) -> list[str]:
    """Return the same from the page; an option's value behind its name is for people."""
    told = []
    for row in rows:
        name = name_in(row[0])
        told.append(f"{name.partition(' ')[0] if name.startswith('--') else name}: {row[1]}")
    return told


def test_every_command_has_a_section() -> None:
    titles = re.findall(r"^## storywatch ([\w-]+)$", (REFERENCE / "cli.md").read_text("utf-8"), re.MULTILINE)
    assert not differences(titles, COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_and_option_is_documented_with_its_default(command: str) -> None:
    assert not differences(documented_parameters(section("cli.md", f"storywatch {command}")), parameters(command))


def test_every_environment_variable_is_documented() -> None:
    real = {name for path, tree in code_facts.modules() for name in code_facts.environment_variables(path, tree)}
    assert not differences(names(section("cli.md", "Environment")), real)


class ColumnNames(Queries):
    """Answers each question with the names of its columns, without a database."""

    def __init__(self) -> None:
        pass

    async def _rows(self, query: Any) -> Rows:
        return [dict.fromkeys(query.selected_columns.keys())]


def status_fields() -> Iterable[str]:
    """Return the fields of the status that are no counts."""
    health = Health(last_commit_at=None, oldest_due_at=None, endpoints_disabled=0, deliveries_held=0, deliveries_died=0)
    return status_object(Status(counts={}, health=health, alarms=(), endpoints=(), optouts=(), trouble=()))


async def listed_fields() -> dict[str, Iterable[str]]:
    """Return the fields of the lists' rows."""
    queries = ColumnNames()
    return {
        "status": {**await queries.status(NOW), **dict.fromkeys(status_fields()), "latency": None},
        "sources": source_object((await queries.sources())[0], Foreseen(polls=0, polls_a_day=0.0, items_a_day=None)),
        "alarms": (await queries.alarms(1))[0],
        "items": (await queries.items(1))[0],
        "events": (await queries.events())[0],
        "updates": (await queries.updates(1))[0],
        "alerts": (await queries.alerts(1))[0],
        "deliveries": (await queries.deliveries(1))[0],
        "readers": (await queries.readers(1))[0],
        "suppressions": (await queries.suppressions(1))[0],
        "deliveries replay": replay_object({}, 0),
        "deliveries enable": Enabled.__dataclass_fields__,
    }


def discover_fields() -> list[str]:
    """Return the fields of what `discover` found, where it found and missed something."""
    finding = Finding(
        url="https://o.example/f", kind=SourceKind.FEED, format="rss20", items=1, newest=None, conditional=True
    )
    failed = Failed(url="https://o.example/g", fault=Fault(code="c", message="m"))
    told = discovery_object(Discovery(url="https://o.example/", findings=[finding], failed=[failed]), NOW)
    lists = [f"{name}[].{key}" for name in ("sources", "failed") for key in told[name][0]]
    return [*(set(told) - {"sources", "failed"}), *lists]


def other_fields() -> dict[str, Iterable[str]]:
    """Return the fields of the other commands' objects."""
    items = [f"items[].{name}" for name in item_object(ParsedItem())]
    parsed = [*(set(fetched_object(VisitOutcome.OK, None, None, None)) - {"items"}), *items]
    polled = _poll_object(PollResult(source="s", outcome=PollOutcome.NEW))
    passage = Passage(
        update="u", event="e", source="s", channel="email", published=None, seen=NOW, matched=None, delivered=None
    )
    return {
        "parse": parsed,
        "fetch": [*parsed, "status", "url"],
        "discover": discover_fields(),
        "poll": [*(f"polls[].{name}" for name in polled), "busy", "deliveries"],
        "replay": Decision.__dataclass_fields__,
        "probe": probed_fields(),
        "seed": [*sown_object(Sown(url="u", seed=None), KABUL), "names", "words"],
        "seed list": seed_row(FetchedSeed(event="e", url="u", title="", text="", published=None, fetched=NOW)),
        "backtest": backtest_fields(),
        "feedback": feedback_fields(),
        "explain": explained_fields(),
        "explain-poll": polled_fields(),
        "backfill": backfilled_object(Past(event="e", items=0, matches=0, updates=0)),
        "subscriptions": subscription_row(DESK_MAIL, None, NOW),
        "latency": latency_row(passage),
        "ledger": ledger_fields(),
        "timeline": timeline_fields(),
        "simulate-polling": simulated_fields(),
        "opml": import_object(FeedList(feeds=(), left_out=()), Imported(outlets=(), known=())),
    }


def simulated_fields() -> Iterable[str]:
    """Return the fields of a simulation."""
    figures = Figures(items=1, mean=1.0, p95=1.0, polls=96.0)
    told = [ToldPolicy(policy=policy, spent=96.0, all=figures, matched=figures) for policy in (UNIFORM, BOUND)]
    comparison = Comparison(window=Window(begin=0, since=0, until=1), polls=96.0, told=told)
    return with_parts(simulation_object(Simulated(comparison=comparison, sources=1, budget=96.0)))


def ledger_fields() -> Iterable[str]:
    """Return the fields of a figure and of a statement."""
    figure = Figure(kind=FigureKind.KILLED, value=13, high=13)
    known = KnownFigure(figure=figure, item="i1", outlet="nyt", since=NOW)
    statement = Statement(stance=Stance.DENIES, speaker="", quote="")
    said = statement_object(KnownStatement(statement=statement, item="i1", outlet="nyt", since=NOW))
    return {*with_parts(figure_object(entries([known])[0])), *said}


def timeline_fields() -> Iterator[str]:
    """Return the fields of a timeline, those of its updates with a path."""
    report = ToldReport(
        item="i1",
        outlet="nyt",
        outlet_name="NYT",
        role=ReportRole.FIRST,
        origin="",
        title="",
        summary="",
        author=None,
        url=None,
        published=None,
        modified=None,
        first_seen=NOW,
    )
    change = ToldChange(item="i1", outlet_name="NYT", kind=ChangeKind.EDIT, seen=NOW, difference="", quote="")
    update = ToldUpdate(
        id="u1",
        number=1,
        headline="",
        lead=(),
        severity=Severity.NORMAL,
        mark=None,
        reports=(report,),
        changes=(change,),
    )
    told = document(Timeline(event="kabul", title="Kabul", updates=(update,)))
    yield from ("schema_version", "event.id", "event.title", "last_at")
    yield from (f"updates[].{name}" for name in with_parts({**told["updates"][0], "outlets": ()}))


def with_parts(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of an object, those of its parts with a path."""
    for name, value in told.items():
        part = value[0] if isinstance(value, list | tuple) and value else value
        between = "." if part is value else "[]."
        yield from (f"{name}{between}{inner}" for inner in part) if isinstance(part, Mapping) else [name]


def feedback_fields() -> Iterable[str]:
    """Return the fields of an answer that was given."""
    given = Feedback(event="kabul", item="i1", belongs=True, given=NOW)
    verdict = Match(event="kabul", item="i1", revision=1, accepted=True, score=1.0)
    return with_parts(answer_object(Answered(feedback=given, verdict=verdict, before=None), an_item()))


def explained_fields() -> Iterable[str]:
    """Return the fields of an explanation that has everything."""
    explanation = explain(Matcher([KABUL]), an_item(), KABUL.id)
    given = Feedback(event="kabul", item="i1", belongs=True, given=NOW)
    told = Told(now=NOW, explanation=explanation, stored=explanation.verdict, decided=NOW, answer=given)
    return with_parts(explanation_object(told))


def polled_fields() -> Iterable[str]:
    """Return the fields of a source whose poll is explained, with a floor."""
    state = SourceState(source="s", next_poll_at=NOW, last_poll_at=NOW)
    allowed = Allowance(total=96.0, paced=96.0)
    stand = Stand(state=state, learned=Learned(), pace=Pace.first(), allowed=allowed, bucket=Bucket(), active=True)
    return with_parts(poll_object(explained(stand, a_source(every=None), NOW)))


def backtest_fields() -> Iterator[str]:
    """Return the fields of an event that was tested: what `near`, `gone` and `cases` have is said in words."""
    match = Match(event="kabul", item="i1", revision=1, accepted=True, score=1.0)
    judged = Judged(item=an_item(), match=match)
    outcome = Outcome(event=KABUL, taken=[judged])
    suggestion = Suggestion(text="t", name=True, taken=3, of_taken=3, others=0, of_others=9, examples=())
    event = EventReport(outcome=outcome, compared=None, suggestions=[suggestion], understood=((), ()))
    report = Report(since=NOW, until=NOW, items=1, compares=False, events=[event], dropped=[])
    yield from with_parts(event_object(event, report))


def probed_fields() -> Iterable[str]:
    """Return the fields of a source that was probed, those of its parts with a path."""
    outlet = Outlet(id="o", name="O")
    source = a_source()
    probed = probe_object(
        Target(source=source, outlet=outlet, kind=None, declared=True), verify(brought(), source, outlet, NOW)
    )
    for name, value in probed.items():
        parts = value[0] if name == "problems" else probed["problems"][0] if name == "warnings" else value
        between = "[]." if isinstance(value, list) else "."
        yield from (f"{name}{between}{part}" for part in parts) if isinstance(parts, dict) else [name]


def test_every_finding_of_a_probe_is_documented() -> None:
    assert not differences(names(section("cli.md", "Findings of probe")), Check)


async def test_every_field_of_the_json_output_is_documented() -> None:
    real = {**await listed_fields(), **other_fields()}
    for command, fields in real.items():
        assert not differences(names(section("cli.md", f"JSON of {command}")), fields), command


def test_every_field_of_the_check_is_documented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(tmp_path / "watch")
    capsys.readouterr()
    check(tmp_path / "watch", json=True)
    assert not differences(names(section("cli.md", "JSON of check")), json.loads(capsys.readouterr().out))


def test_every_field_of_a_fault_is_documented_where_faults_are_shown() -> None:
    for command in ("poll", "fetch"):
        rows = section("cli.md", f"JSON of {command}")
        told = next(row[1] for row in rows if name_in(row[0]).endswith("error"))
        for field in fault_object(Fault(code="c", message="m")) or {}:
            assert f"`{field}`" in told


# Watch config --------------------------------------------------------------------------------------------------------

SECTIONS = {
    "settings": "SettingsSpec",
    "settings.smtp": "SmtpSpec",
    "settings.egress": "EgressSpec",
    "settings.polling": "PollingSpec",
    "settings.limits": "LimitsSpec",
    "settings.push": "PushSpec",
    "settings.pages": "PagesSpec",
    "outlets": "OutletSpec",
    "outlets[].sources": "SourceSpec",
    "events": "EventSpec",
    "names": "NameSpec",
    "events[].seeds": "SeedSpec",
    "subscribers": "SubscriberSpec",
    "subscribers[].webhook": "WebhookSpec",
    "subscribers[].apprise": "AppriseSpec",
    "subscribers[].subscriptions": "SubscriptionSpec",
    "subscribers[].subscriptions[].digest": "DigestSpec",
    "subscribers[].subscriptions[].quiet_hours": "QuietHoursSpec",
}
DEFINITIONS: dict[str, dict[str, Any]] = config.json_schema()["$defs"]


def type_cell(schema: Mapping[str, Any]) -> str:
    """Word a key's type as the page does."""
    wanted = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    if "enum" in wanted:
        *first, last = (f"`{value}`" for value in wanted["enum"])
        return f"{', '.join(first)} or {last}"
    if "$ref" in wanted:
        return "names" if wanted["$ref"].endswith("NameSpec") else "keys"
    if wanted["type"] == "array":
        return "list of " + type_cell(wanted["items"]).replace("list of", "lists of")
    if wanted.get("pattern", "").endswith("[smhd]$"):
        return "duration"
    if wanted.get("format") == "date":
        return "date"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words[wanted["type"]]


def key_rows(definition: Mapping[str, Any]) -> list[Row]:
    """Return key, type and the begin of the meaning for each key of a section, from the schema."""
    shape = next((one for one in definition.get("anyOf", ()) if "properties" in one), definition)
    rows: list[Row] = []
    for key, schema in shape["properties"].items():
        kind = type_cell(schema) + (", required" if key in shape.get("required", ()) else "")
        default = f" Default: `{json.dumps(schema['default'])}`.".replace('"', "") if "default" in schema else ""
        rows.append((f"`{key}`", kind, schema["description"] + default))
    return rows


def test_every_part_of_the_schema_has_a_section() -> None:
    assert not differences(SECTIONS.values(), DEFINITIONS)


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_documented_with_type_and_meaning(title: str) -> None:
    """A meaning may say more than the schema's description, behind it."""
    real = key_rows(DEFINITIONS[SECTIONS[title]])
    documented = section("config.md", title)
    assert not differences(names(documented), names(real))
    for told, stands in zip(documented, real, strict=True):
        assert told[:2] == stands[:2]
        assert told[2].startswith(stands[2])


# Errors --------------------------------------------------------------------------------------------------------------

DYNAMIC = {
    "spiders/answers.py": "its tables and `_by_class`",
    "spiders/failures.py": "its table",
    "spiders/parsing/limits.py": "passes its own `parse_limit` on",
    "spiders/parsing/pool.py": "passes a worker's fault on",
    "spiders/sitemaps.py": "passes the fault of a sitemap on",
    "storage/pushes.py": "reads a stored fault",
    "storage/states.py": "reads a stored fault",
    "storywatch/errors.py": "makes the value of an error",
}
"""Where a fault's code is no literal, and where it comes from instead."""


FAMILY_OF = {
    "storywatch/audience.py": "deliveries",
    "storywatch/dispatch.py": "deliveries",
    "storywatch/gathering.py": "composing",
    "storywatch/push.py": "hubs",
    "storywatch/releasing.py": "composing",
}
"""What a fault is about that a module makes."""


def real_codes() -> dict[str, code_facts.Codes]:
    """Return all codes that the code can produce by family, each with the permanences that it comes with."""
    found: dict[str, code_facts.Codes] = defaultdict(lambda: defaultdict(set))
    for path, tree in code_facts.modules():
        family = FAMILY_OF.get(path, "visits")
        for kind, code, permanent in code_facts.fault_codes(tree, family):
            if code is None:
                assert path in DYNAMIC, f"{path} makes a fault whose code this test can't read"
            else:
                found[kind][code].add(bool(permanent))
    _add_tables(found["visits"])
    return found


def _add_tables(codes: code_facts.Codes) -> None:
    for code, _ in answers.PERMANENT.values():
        codes[code] |= {True}
    by_class = code_facts.returned_codes(code_facts.source("spiders/answers.py"), "_by_class")
    for code in (*(code for code, _ in answers.TEMPORARY.values()), *by_class):
        codes[code] |= {False}
    for code, permanent in failures.CODES.values():
        codes[code] |= {permanent}


@pytest.mark.parametrize("title", ["Visits", "Deliveries", "Composing", "Hubs"])
def test_every_fault_code_is_documented_with_its_permanence(title: str) -> None:
    words = {(True,): "yes", (False,): "no", (False, True): "depends"}
    real = {f"{code}: {words[tuple(sorted(kinds))]}" for code, kinds in real_codes()[title.lower()].items()}
    assert not differences((f"{name_in(row[0])}: {row[1]}" for row in section("errors.md", title)), real)


# Database, logs, outlets ---------------------------------------------------------------------------------------------

TYPES: dict[type, str] = {
    UtcTime: "time",
    Boolean: "true or false",
    Integer: "whole number",
    Float: "number",
    JSON: "JSON",
    LargeBinary: "bytes",
    Text: "text",
    String: "text",
}


def column_cell(column: Column[Any]) -> str:
    """Write a column's name and type as the page does."""
    kind = next(word for type_, word in TYPES.items() if isinstance(column.type, type_))
    return f"{column.name}: {kind}{' or null' if column.nullable else ''}"


def test_every_column_is_documented_with_its_type() -> None:
    documented = tables_of((REFERENCE / "database.md").read_text("utf-8"))
    assert not differences(documented, tables.metadata.tables)
    for name, table in tables.metadata.tables.items():
        told = (f"{name_in(row[0])}: {row[1]}" for row in documented[name])
        assert not differences(told, map(column_cell, table.columns)), name


def test_every_log_line_is_documented_with_its_fields() -> None:
    real: dict[str, set[str]] = defaultdict(set)
    for _, tree in code_facts.modules():
        for event, fields in code_facts.log_lines(tree).items():
            real[event] |= fields
    documented = tables_of((REFERENCE / "logs.md").read_text("utf-8"))
    assert not differences(documented, real)
    for event, fields in real.items():
        assert not differences(names(documented[event]), fields), event


def source_row(source: Mapping[str, Any]) -> Row:
    """Return what the page says of a source of the catalogue."""
    state = "on" if source.get("enabled", True) else "off"
    return (f"`{source['id']}`", source.get("kind", "feed"), state, source["status"], source["note"].strip())


def test_every_outlet_of_the_catalogue_is_documented() -> None:
    page = (REFERENCE / "outlets.md").read_text("utf-8")
    assert not differences(re.findall(r"^## (.+)$", page, re.MULTILINE), config.catalogue_ids())
    for outlet in config.catalogue_ids():
        plain: Any = catalogue_outlet(outlet).plain()
        assert section("outlets.md", outlet) == [source_row(source) for source in plain["sources"]]
        assert f"## {outlet}\n\n{plain['name']}." in page
        assert plain.get("note", "").strip() in page


# Webhook, glossary ---------------------------------------------------------------------------------------------------


def leaves(schema: Mapping[str, Any], path: str) -> list[str]:
    """Return the paths of all values that a schema describes."""
    if "properties" in schema:
        below = schema["properties"].items()
        return [leaf for name, child in below for leaf in leaves(child, f"{path}.{name}".removeprefix("."))]
    return leaves(schema["items"], f"{path}[]") if "items" in schema else [path]


@pytest.mark.parametrize(
    ("title", "schema"),
    [
        ("Payload", "webhook-payload"),
        ("Payload of a digest", "webhook-digest"),
        ("Payload of a notice", "webhook-notice"),
        ("Payload about an endpoint", "webhook-endpoint"),
    ],
)
def test_every_field_of_the_payload_is_documented(title: str, schema: str) -> None:
    fields = leaves(json.loads((files("channels") / f"{schema}.schema.json").read_text("utf-8")), "")
    assert not differences(names(section("webhook.md", title)), fields)
    assert f"{payload.MAX_BYTES:,} bytes" in (REFERENCE / "webhook.md").read_text("utf-8")


def test_every_header_of_a_call_is_documented() -> None:
    signed = signed_headers(["whsec_" + "A" * 32], "a1", NOW, b"")
    assert not differences(names(section("webhook.md", "Headers")), {*signed, "Content-Type", "User-Agent"})


def written(pause: timedelta) -> str:
    """Write a pause with its largest whole unit."""
    seconds = int(pause.total_seconds())
    unit, name = next((unit, name) for unit, name in ((3600, "h"), (60, "min"), (1, "s")) if seconds % unit == 0)
    return f"{seconds // unit} {name}"


def test_the_pauses_between_attempts_are_documented() -> None:
    real = [(str(number), written(pause)) for number, pause in enumerate(RETRY_DELAYS, 1)]
    assert section("webhook.md", "Retries") == [*real, (str(len(real) + 1), "dead")]


def test_the_glossary_knows_the_words_that_people_see() -> None:
    told = (DOCS / "explanation" / "glossary.md").read_text("utf-8")
    for words in (SourceKind, ChannelKind, VisitOutcome, PollOutcome, ReportRole, DeliveryState, AlarmKind):
        assert not [word for word in words if f"`{word}`" not in told], words


# Negative controls ---------------------------------------------------------------------------------------------------


def test_a_list_that_lags_behind_is_noticed() -> None:
    """A page with one row too few, one too many and one twice."""
    page = "## poll\n\n| field | meaning |\n|---|---|\n| `kept` | x |\n| `gone` | x |\n| `kept` | x |\n"
    assert differences(names(tables_of(page)["poll"]), {"kept", "fresh"}) == [
        "undocumented: fresh",
        "documented, but not there: gone",
        "documented twice: kept",
    ]


def test_a_code_a_log_line_and_a_variable_are_found_however_they_are_written() -> None:
    tree = ast.parse("""
def work(fault):
    level = log.warning if fault else log.info
    level("worked", ms=1, **({"code": fault} if fault else {}))
    log.exception("broke", key=environ.get("HOME"), other=os.environ["STORYWATCH_X"])
    raise DeliveryError("lost", "…", permanent=True) from VisitError(code, "…")
    return Fault(code="late", message="…")
""")
    assert code_facts.log_lines(tree) == {"worked": {"ms", "code"}, "broke": {"key", "other"}}
    assert set(code_facts.fault_codes(tree, "visits")) == {
        ("deliveries", "lost", True),
        ("visits", None, False),
        ("visits", "late", False),
    }
    assert code_facts.environment_variables("x.py", tree) == {"HOME", "STORYWATCH_X"}


def test_an_option_without_its_row_is_noticed() -> None:
    rows = section("cli.md", "storywatch poll")
    assert differences(documented_parameters(rows[1:]), parameters("poll")) == ["undocumented: SOURCE: none"]


def test_the_page_of_wishes_says_how_much_a_digest_shows() -> None:
    """Of each channel, and of updates at all."""
    page = " ".join((REFERENCE.parent / "how-to" / "choose-what-you-get.md").read_text("utf-8").split())
    for said in (
        f"a mail shows {digests.MOST_PARTS} alerts",
        f"a chat {chat.MOST_PARTS}",
        f"a webhook call {payload.MOST_PARTS}",
        f"none of more than {digesting.MOST_PARTS} updates",
    ):
        assert said in page
