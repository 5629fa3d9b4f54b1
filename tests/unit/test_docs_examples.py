"""What the pages show works: links lead somewhere, configs load, commands exist, the worked example comes out so."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.main
import yaml

import config
from config.shipped import starter_files
from storywatch.cli import configuring
from storywatch.cli.app import app
from storywatch.cli.replaying import replay
from storywatch.errors import ConfigError
from tests.support.pages import DOCS, ROOT, Block, anchors, blocks, links, pages

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in pages()}
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SECRET = "whsec_" + "A" * 32


def shown(language: str) -> list[tuple[str, Block]]:
    """Return the code blocks of one language, each with its place for the test's name."""
    return [
        (f"{page}:{block.line}", block)
        for page, text in PAGES.items()
        for block in blocks(text)
        if block.language == language
    ]


# Links ---------------------------------------------------------------------------------------------------------------


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Yield the relative links that lead to no page or no heading."""
    for target in links(text):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        led = (page.parent / file).resolve() if file else page
        if not led.is_file() or (anchor and anchor not in anchors(led.read_text("utf-8"))):
            yield target


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    assert not list(broken_links(ROOT / page, PAGES[page]))


def test_a_broken_link_and_a_broken_anchor_are_noticed() -> None:
    text = "[a](no-such-page.md) [b](index.md#no-such-heading) [c](index.md) [d](https://example.org)"
    assert list(broken_links(DOCS / "here.md", text)) == ["no-such-page.md", "index.md#no-such-heading"]


def test_the_index_leads_to_every_page() -> None:
    """Single decisions are listed on their own page."""
    led = {(DOCS / target.partition("#")[0]).resolve() for target in links(PAGES["docs/index.md"])}
    wanted = {path for path in DOCS.rglob("*.md") if not re.match(r"\d{4}-", path.name)}
    assert {path.relative_to(DOCS).as_posix() for path in wanted - led} == {"index.md"}


# Watch configs -------------------------------------------------------------------------------------------------------


def lay_out(text: str, folder: Path) -> None:
    """Write a watch config around an example: what it refers to, and its secrets. It stands in a file of its own."""
    sections = yaml.safe_load(text)
    for name in {"settings", "events"} - sections.keys():
        (folder / f"{name}.yaml").write_text(starter_files()[f"{name}.yaml"], "utf-8")
    (folder / "example.yaml").write_text(text, "utf-8")
    for place in re.findall(r"\w+_file: (\S+)", text):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text("postgresql://u:p@h/n" if "database" in place else SECRET, "ascii")


@pytest.mark.parametrize(("place", "block"), shown("yaml"), ids=lambda value: value if isinstance(value, str) else "")
def test_every_watch_config_that_is_shown_loads(place: str, block: Block, tmp_path: Path) -> None:
    """The examples are whole files; what is left out is another section, never a part of one."""
    lay_out(block.text, tmp_path)
    config.load(tmp_path, {})


def test_a_wrong_example_is_noticed(tmp_path: Path) -> None:
    lay_out("outlets:\n- id: paper\n  name: Paper\n  sorces: []\n", tmp_path)
    with pytest.raises(ConfigError, match="did you mean 'sources'"):
        config.load(tmp_path, {})


# Commands ------------------------------------------------------------------------------------------------------------


def unknown_words(line: str) -> list[str]:
    """Return the commands and options of ours that a shell line uses and that don't exist."""
    wrong = []
    for call in re.findall(r"(?:^|[|;&] *|bin/)storywatch ([^|;>&]*)", line):
        command, *words = shlex.split(call)
        options = {name for one in COMMANDS[command].params for name in one.opts} if command in COMMANDS else set()
        known = {"--version"} | COMMANDS.keys()
        wrong += [command] if command not in known else []
        wrong += [word for word in words if word.startswith("--") and word not in options]
    return wrong


def shell_lines() -> list[str]:
    """Return the lines of the pages' sessions that are typed, and of the blocks without a language in the README."""
    sessions = (
        line[2:] for _, block in shown("console") for line in block.text.splitlines() if line[:2] in ("$ ", "# ")
    )
    typed = (line.partition("  #")[0] for _, block in shown("") for line in block.text.splitlines())
    return [*sessions, *typed]


def test_every_command_that_is_shown_exists() -> None:
    lines = shell_lines()
    assert sum("storywatch " in line for line in lines) > 30
    assert not [word for line in lines for word in unknown_words(line)]


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert unknown_words("sudo -u x /opt/bin/storywatch poll a --confg w | jq; storywatch pol") == ["--confg", "pol"]


def test_the_units_of_the_service_run_a_command_that_exists() -> None:
    starts = [line for _, block in shown("ini") for line in block.text.splitlines() if line.startswith("ExecStart=")]
    assert starts
    assert not [word for line in starts for word in unknown_words(line.removeprefix("ExecStart="))]


# The tutorial --------------------------------------------------------------------------------------------------------

WATCH = Path("my-watch")
CHECK = "storywatch check --config my-watch"
MISTAKES = [
    ("settings.yaml", "timeout: 20s", "timeout: 20"),
    ("subscribers.yaml", "events: [kabul-airport-attack]", "events: [kabul-airport]"),
    ("subscribers.yaml", "channel: file", "channel: fiel"),
]


def outputs(command: str) -> list[str]:
    """Return what the tutorial shows of a command, each time it is typed alone."""
    sessions = [
        block.text.partition("\n") for block in blocks(PAGES["docs/tutorial.md"]) if block.language == "console"
    ]
    return [output.rstrip() for line, _, output in sessions if line == f"$ {command}"]


def write_instead(name: str, right: str, wrong: str) -> None:
    text = (WATCH / name).read_text("utf-8")
    assert text.count(f"{right}\n") == 1
    (WATCH / name).write_text(text.replace(f"{right}\n", f"{wrong}\n"), "utf-8")


def test_the_tutorial_shows_what_the_starter_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is written, with the contact put right, and with the three mistakes."""
    monkeypatch.chdir(tmp_path)
    configuring.init(WATCH)
    assert outputs("storywatch init my-watch") == [capsys.readouterr().out.rstrip()]
    sound, broken = outputs(CHECK)
    write_instead("settings.yaml", "contact: you@example.org", "contact: desk@ourpaper.org")
    configuring.check(WATCH)
    assert capsys.readouterr().out.rstrip() == sound
    for mistake in MISTAKES:
        write_instead(*mistake)
    with pytest.raises(typer.Exit):
        configuring.check(WATCH)
    assert capsys.readouterr().err.rstrip() == broken


def test_the_tutorial_says_which_mistakes_to_make() -> None:
    assert not [wrong for _, _, wrong in MISTAKES if f"`{wrong}`" not in PAGES["docs/tutorial.md"]]


# The worked example --------------------------------------------------------------------------------------------------


def test_the_worked_example_of_the_facets_comes_out_as_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {block.language: block.text for block in reversed(list(blocks(PAGES["docs/how-to/write-facets.md"])))}
    (tmp_path / "dam.yaml").write_text(found["yaml"], "utf-8")
    (tmp_path / "dam.jsonl").write_text(found["json"], "utf-8")
    replay(tmp_path / "dam.jsonl", events=tmp_path / "dam.yaml")
    said = capsys.readouterr()
    _, *output = found["console"].splitlines()
    assert [*said.out.splitlines(), said.err.strip()] == output


def test_the_mistake_that_is_shown_is_told_so(tmp_path: Path) -> None:
    (shown_problem,) = (
        block.text for _, block in shown("") if block.text.count("^") == 1 and "never closed" in block.text
    )
    first, query, _ = shown_problem.splitlines()
    (tmp_path / "events.yaml").write_text(f"events:\n- id: a\n  title: A\n  query: {query.strip()}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load_events(tmp_path / "events.yaml")
    (problem,) = caught.value.problems
    assert f"my-watch/events.yaml:{problem.line}: {problem.key}: {problem.message}" == shown_problem.rstrip()
    assert first.startswith("my-watch/events.yaml:4")


@pytest.mark.parametrize(("place", "block"), shown("json"), ids=lambda value: value if isinstance(value, str) else "")
def test_every_json_that_is_shown_is_json(place: str, block: Block) -> None:
    for line in block.text.splitlines():
        assert isinstance(json.loads(line), dict), place


def test_no_page_names_a_folder_of_the_machine_that_it_was_written_on() -> None:
    assert not [page for page, text in PAGES.items() if re.search(r"/(?:tmp|work|root|home)/\w", text)]
