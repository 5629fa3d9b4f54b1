"""The entry as it stands when the play has ended: dated, numbered updates with their outlets in parentheses."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from channels.text import utc_day
from storywatch.cli.demo.ledger import Ledger
from storywatch.cli.demo.receivers import Call
from storywatch.cli.demo.script import Article, Edit

HEAD = """# {title}

Played by `storywatch demo`. The texts were written for it on the facts of the story; they are not the outlets' words.

"""


def write_timeline(path: Path, ledger: Ledger) -> None:
    """Write what the subscribers were told into a file."""
    title = ledger.updates[0].data["event"]["title"] if ledger.updates else "Nothing was told"
    path.write_text(HEAD.format(title=title) + "\n".join(_entries(ledger)), "utf-8")


def _entries(ledger: Ledger) -> Iterator[str]:
    for call in ledger.updates:
        yield _entry(call, _outlets(call, ledger))
        for at, edit, article in _edits(ledger):
            if article.title == call.headline:
                name = ledger.story.press(article.outlet).name
                yield f"   - {utc_day(at)}: {name} changed its report: {sentence(edit.title)} {edit.summary}\n"


def _entry(call: Call, outlets: str) -> str:
    published = datetime.fromisoformat(call.data["published"])
    said = f"{sentence(call.headline)} {call.data['summary']}".strip()
    return f"{call.data['sequence']}. **{utc_day(published)}**: {said} ({outlets})\n"


def _outlets(call: Call, ledger: Ledger) -> str:
    """Name the outlet of the first report, then those whose mails confirmed it."""
    mailed = {mail.headline for mail in ledger.mails}
    number = call.data["sequence"]
    telling = [article for article in ledger.story.telling if article.tells == number and article.title in mailed]
    names = [str(call.data["outlet"]["name"]), *(ledger.story.press(article.outlet).name for article in telling)]
    return ", ".join(dict.fromkeys(names))


def _edits(ledger: Ledger) -> Iterator[tuple[datetime, Edit, Article]]:
    for scene in ledger.story.scenes:
        for edit in scene.edits:
            yield scene.at, edit, ledger.story.article(edit.of)


def sentence(headline: str) -> str:
    """Close a headline that has no mark at its end."""
    return headline if headline.endswith(("?", "!", ".")) else f"{headline}."
