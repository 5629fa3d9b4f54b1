"""The command line. Exit codes: 0 ok, 1 found trouble, 2 misuse.

A command's module is imported when the command is used: all of them together take a second.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from storywatch import __version__

COMMANDS = {
    "init": ("configuring", "Write a commented starter config."),
    "check": ("configuring", "Check the watch config and print every problem with its file, line and remedy."),
    "opml": ("opml", "Take feeds over from a feed reader's OPML, or hand the watched ones to it."),
    "run": (
        "watching",
        "Watch until stopped: SIGTERM or Ctrl-C ends it gracefully, SIGHUP or a saved file reloads the config.",
    ),
    "poll": ("watching", "Poll sources once through the whole pipeline, send what is owed, and exit."),
    "backfill": ("learning", "Match the stored items against events, so that each has a history. Nobody is alerted."),
    "fetch": ("fetching", "Visit one address once, politely, and show what it brings. Nothing is stored."),
    "discover": ("discovering", "Find an outlet's feeds, news sitemaps and listings, and print the YAML to paste."),
    "probe": (
        "probing",
        "Visit sources without storing anything, and say what works and what to do about the rest.",
    ),
    "parse": ("reading", "Parse documents on disk and show their items: one line a file, in the order given."),
    "seed": (
        "seeding",
        "Fetch known articles of an event as examples of it, and say what it is understood to be about.",
    ),
    "feedback": (
        "answering",
        "Say whether an item belongs to an event, which later decisions learn from; or list what was said.",
    ),
    "explain": (
        "explaining",
        "Explain why an item belongs to an event or not: what was found, the score and its parts, what is lacking.",
    ),
    "backtest": (
        "backtesting",
        "Show what the events would alert of the stored items, what they narrowly miss, and whether your answers hold.",
    ),
    "replay": ("replaying", "Show what a stream of items would have alerted, and why."),
    "status": ("status", "Show what is watched, what is due and what failed."),
    "sources": (
        "source_list",
        "List the sources: how each is paced, when it was polled and is polled next, what it brings, why it fails.",
    ),
    "explain-poll": (
        "explaining_polls",
        "Explain when a source is polled next and why then: its rhythm, what a poll costs and gains, what holds it.",
    ),
    "alarms": ("listing", "List the alarms about sources, open ones first, and what you can do about each."),
    "items": ("listing", "List the stored items, newest first."),
    "events": ("listing", "List the tracked events with what each has gathered."),
    "updates": ("listing", "List the updates, newest first."),
    "ledger": (
        "ledgers",
        "Show the figures and statements of an event: who gives which since when, what it was before, who disagrees.",
    ),
    "merge": (
        "curating",
        "Merge an update into another one of the same event that tells the same. Nobody is alerted.",
    ),
    "split": ("curating", "Split reports off an update into one of their own. Nobody is alerted."),
    "mark": (
        "curating",
        "Mark an update as important, disputed or hidden, as the timeline shows it; none takes the mark away.",
    ),
    "timeline": (
        "timelines",
        "Write an event's running story: dated, numbered updates with the outlets that report each.",
    ),
    "latency": (
        "latency",
        "List how long each update took to be seen, matched and delivered, by subscription, newest first.",
    ),
    "simulate-polling": (
        "simulating",
        "Simulate how soon polls would see your sources' items: by our policy, by others' and at best.",
    ),
    "subscriptions": (
        "subscriptions",
        "List the subscriptions: what each gets and when, its next digest, and how many alerts are gathered for it.",
    ),
    "alerts": ("listing", "List the alerts and how each stands."),
    "deliveries": (
        "delivering",
        "List the deliveries; send failed ones again (replay), or switch an endpoint on again (enable).",
    ),
    "send": ("sending", "Send a test message to a subscriber now, and say step by step how it goes."),
    "rotate-secret": (
        "signing",
        "Write a new webhook secret into the subscriber's file. The old one still signs too, for a while.",
    ),
    "public-key": ("signing", "Print the public keys that verify a subscriber's webhook calls."),
    "readers": ("people", "List the readers, who subscribed by an own hand; or remove one."),
    "suppressions": (
        "people",
        "List the mail addresses that nothing is sent to, because they bounce or complain; add or lift one.",
    ),
    "bounce": ("bouncing", "Take in mails that came back: one from standard input, or all new ones of a Maildir."),
    "demo": (
        "showing",
        "Play the sample story: local servers as outlets, the real daemon, real mails and webhook calls. No network.",
    ),
}
"""Each command's module and the first line of its help, which is its docstring's; a test compares them."""


@cache
def _loaded(name: str) -> Any:
    """Import a command and return it as the group's library has it."""
    module, _ = COMMANDS[name]
    alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    alone.command(name)(getattr(import_module(f"storywatch.cli.{module}"), name.replace("-", "_")))
    return typer.main.get_command(alone)


class _Late(Mapping[str, Any]):
    """The commands by name, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        return _loaded(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(TyperGroup):
    """The commands, and a list of them that needs none of their modules."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = _Late()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        listing = copy(self)
        listing.commands = {name: TyperCommand(name, help=told) for name, (_, told) in COMMANDS.items()}
        TyperGroup.format_help(listing, ctx, formatter)


app = typer.Typer(
    name="storywatch",
    cls=_Group,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Follow running news stories: poll the outlets, match their items to your events, alert on what is new.",
    epilog="Exit codes: 0 ok, 1 found trouble, 2 misuse.",
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's callback
    if asked:
        typer.echo(f"storywatch {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass
