"""The ledger: what the play owes to the two subscribers, and whether it came, once and nothing else. Pure.

The editor is owed a mail for every report of the event, first or confirming; the foreign desk a webhook call for every
update, which is its first report; both are owed every edit. Headlines tell them apart: the play has none twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storywatch.cli.demo.receivers import Call, Mail
from storywatch.cli.demo.script import Article, Edit, Story

MAIL = "mail"
CALL = "webhook"
EDITED = "Edited: "
"""What stands before the headline of a mail about an edit."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What is owed (`story`) and what came so far (`mails`, `calls`; the receivers add to them)."""

    story: Story
    mails: Sequence[Mail]
    calls: Sequence[Call]

    def has_come(self, article: Article) -> bool:
        """Tell whether everything that is owed for an article has come."""
        mailed = any(mail.headline == article.title for mail in self.mails)
        called = self.call_of(article) is not None
        return article.tells is None or (mailed and (called or article not in self.story.firsts))

    def is_told(self, edit: Edit) -> bool:
        """Tell whether both were told of an edit."""
        mailed = any(mail.headline == EDITED + edit.title for mail in self.mails)
        return mailed and any(call.revises and call.headline == edit.title for call in self.calls)

    @property
    def updates(self) -> tuple[Call, ...]:
        """The calls that told of updates."""
        return tuple(call for call in self.calls if not call.revises)

    def call_of(self, article: Article) -> Call | None:
        """Return the call that told of an article."""
        return next((call for call in self.updates if call.headline == article.title), None)

    @property
    def duplicates(self) -> int:
        """How many mails and calls came again under the same identity."""
        return _repeated(mail.identity for mail in self.mails) + _repeated(call.identity for call in self.calls)

    def problems(self) -> tuple[str, ...]:
        """Return what is missing, came twice, or should not have come: sentences for people."""
        mailed = Counter(mail.headline for mail in self.mails)
        called = Counter(call.headline for call in self.calls)
        edits = {edit.title: self.story.article(edit.of) for edit in self.story.edits}
        return (
            *_wrong_counts(MAIL, _titled(self.story.telling) | {EDITED + key: of for key, of in edits.items()}, mailed),
            *_wrong_counts(CALL, _titled(self.story.firsts) | edits, called),
            *self._wrong_numbers(),
        )

    def _wrong_numbers(self) -> Iterator[str]:
        for article in self.story.firsts:
            call = self.call_of(article)
            if call is not None and call.data["sequence"] != article.tells:
                yield f"update {article.tells} came as number {call.data['sequence']}: {article.title}"


def _repeated(identities: Iterable[str]) -> int:
    return sum(count - 1 for count in Counter(identities).values())


def _titled(articles: Iterable[Article]) -> dict[str, Article]:
    return {article.title: article for article in articles}


def _wrong_counts(channel: str, titles: Mapping[str, Article], came: Counter[str]) -> Iterator[str]:
    for title, article in titles.items():
        if came[title] == 0:
            yield f"no {channel} came for update {article.tells} of {article.outlet}: {title}"
        elif came[title] > 1:
            yield f"{came[title]} times the same {channel} came for update {article.tells}: {title}"
    for title in came.keys() - titles.keys():
        yield f"a {channel} came that nobody was owed: {title}"
