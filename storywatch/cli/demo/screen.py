"""Tells the play in the terminal: lines that are printed once and never move, with colour only where a person looks."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from channels.text import utc_day, utc_time
from storywatch.cli.demo.receivers import Call
from storywatch.cli.demo.script import Article, Edit
from storywatch.cli.demo.stage import Stage
from storywatch.cli.demo.summary import Summary

WIDEST = 96
"""Columns: longer lines are hard to read."""

MOST_REASONS = 4
MOST_COMPLAINTS = 10
SILENCE_DAYS = 30


class Screen:
    """Writes to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: datetime | None = None

    def title(self, event: str, outlets: Iterable[str]) -> None:
        """Say what is going to happen."""
        self._print("")
        self._print(Text(event, style="bold"))
        self._print(
            Text(
                f"Twenty months of a running story in less than a minute. Local servers play {', '.join(outlets)}. The"
                " polls, the mails and the webhook calls are real; the texts were written for this play."
            )
        )

    def day(self, at: datetime) -> None:
        """Begin a day of the story, unless it is the one that runs."""
        last, self._last = self._last, at
        if last is not None and last.date() == at.date():
            return
        silence = (at - last).days if last else 0
        text = Text(utc_day(at), style="bold cyan")
        text.append(f"  after {silence} days of silence" if silence > SILENCE_DAYS else "", style="dim not bold")
        self._print("")
        self._print(Rule(text, align="left", style="dim cyan"))

    def opening(self, *, items: int) -> None:
        """Say that the daemon watches."""
        self._aside(f"The daemon watches. {items} items in seven sources, none of them about the story.")

    def update(self, call: Call) -> None:
        """Tell a new update: what, where, what is new, why it matched, who heard of it."""
        data = call.data
        facts = {"why": why(data["matched"]), "sent": "mail to the editor, webhook call to the foreign desk"}
        self._print("")
        self._row(str(data["sequence"]), Group(*_news(data), _facts(facts)), style="bold green")

    def confirmation(self, article: Article, outlet: str) -> None:
        """Tell that another outlet reports a known update."""
        text = Text(f"{outlet} reports update {article.tells} in much the same words: ", style="green")
        text.append("no new update, the editor gets a mail that it is confirmed.", style="default")
        self._print("")
        self._row("+", text, style="green")

    def edit(self, article: Article, edit: Edit, outlet: str) -> None:
        """Tell that an outlet changed an article."""
        text = Text(f"{outlet} changed its report of update {article.tells} without notice: ", style="yellow")
        text.append("a second revision, and both are told what changed.", style="default")
        self._print("")
        self._row("~", Group(text, _facts({"was": article.title, "now": edit.title})), style="yellow")

    def look_alike(self, article: Article, outlet: str) -> None:
        """Tell what was stored and rightly not alerted."""
        self._aside(f"{outlet}: {article.title}. Stored, not alerted: {article.look_alike}.")

    def summary(self, summary: Summary, stage: Stage) -> None:
        """Say what it came to and where to look; or what went wrong."""
        self._print("")
        self._print(Rule(style="dim cyan"))
        self._print(_verdict(summary))
        self._print(_facts(_counts(summary), gap=2))
        self._print("")
        self._print(Text("Where to look", style="bold"))
        self._print(_facts(_places(stage), gap=2))
        self._print(f"storywatch updates --config {stage.folder}")
        self._print(Text("  also items, events, alerts, deliveries, sources: what the database knows", style="dim"))
        if summary.problems:
            self._troubles(summary)

    def _troubles(self, summary: Summary) -> None:
        """List what went wrong, and then what the daemon said last."""
        self._print("")
        for problem in summary.problems:
            self._row("!", Text(problem), style="bold red")
        for complaint in summary.complaints[-MOST_COMPLAINTS:]:
            self._row("·", Text(complaint, style="dim"), style="dim")

    def _aside(self, text: str) -> None:
        self._print("")
        self._row("·", Text(text, style="dim"), style="dim")

    def _row(self, mark: str, body: RenderableType, *, style: str) -> None:
        row = Table.grid(padding=(0, 2))
        row.add_column(width=3, justify="right", style=style)
        row.add_column()
        row.add_row(mark, body)
        self._print(row)

    def _print(self, what: RenderableType) -> None:
        self._console.print(what, width=min(self._console.width, WIDEST))


def _news(data: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield what is new, then who reports it: as the mail leads, so does the screen."""
    told = data["news"]
    when = f"{data['outlet']['name']}, {utc_time(datetime.fromisoformat(data['published']))}"
    if not told["lead"] or data["headline"] in told["lead"]:
        yield Text(data["headline"], style="bold")
        yield from (Text(line) for line in told["lead"] if line != data["headline"])
        yield from _figures(told)
        yield Text(when, style="cyan")
    else:
        yield from (Text(line, style="bold") for line in told["lead"])
        yield from _figures(told)
        yield Text(f"{when}: {data['headline']}", style="cyan")
    if data["summary"] and not told["lead"]:
        yield Text(data["summary"])


def _figures(told: Mapping[str, Any]) -> Iterator[Text]:
    """Yield the figures that are counted; of others the text repeats the lead."""
    counted = (figure["text"] for figure in told["figures"] if figure["kind"] not in {"money", "other"})
    yield from (Text(text, style="yellow") for text in dict.fromkeys(counted))


def why(matched: Iterable[Mapping[str, str]]) -> str:
    """Word the reasons that say most: the longest words that were found, and what they stand for."""
    found = {reason["found"]: reason for reason in matched}
    whole = [text for text in found if not any(text != other and text in other for other in found)]
    telling = sorted(whole, key=len, reverse=True)[:MOST_REASONS]
    return ", ".join(_reason(found[text]) for text in telling)


def _reason(reason: Mapping[str, str]) -> str:
    asked, found = reason["asked"], reason["found"]
    stands_for_more = "*" not in asked and asked.casefold() != found.casefold()
    return f"{asked} (as \u201c{found}\u201d)" if stands_for_more else found


def _facts(facts: Mapping[str, str], *, gap: int = 1) -> Table:
    table = Table.grid(padding=(0, gap))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, text in facts.items():
        table.add_row(name, Text(text))
    return table


def _verdict(summary: Summary) -> Text:
    if summary.problems:
        return Text("The play went wrong; what did is below.", style="bold red")
    told = f"{summary.updates} updates in {summary.seconds:.0f} seconds, each told to each subscriber exactly once."
    return Text(told, style="bold green")


def _counts(summary: Summary) -> dict[str, str]:
    conditional = (
        f"{summary.unchanged} unchanged, of which {summary.not_modified} answered 304 to a conditional request"
    )
    mails, calls = _many(summary.mails, "mail"), _many(summary.calls, "webhook call")
    return {
        "polls": f"{summary.polls}: {conditional}",
        "items": f"{summary.items} stored, {summary.matched} matched, {summary.revisions} revised",
        "updates": f"{summary.updates}, and {summary.matched - summary.updates} confirmations by other outlets",
        "alerts": (
            f"{summary.alerts}: {mails}, {calls} with a verified signature, {_many(summary.duplicates, 'duplicate')}"
        ),
    }


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _places(stage: Stage) -> dict[str, str]:
    return {
        str(stage.timeline): "the running story, to publish; beside it .md",
        f"{stage.mails}/": "the editor's mails, which any mail program opens",
        f"{stage.calls}/": "the bodies that the foreign desk's program got",
        str(stage.log): "what the daemon did, a line each",
    }
