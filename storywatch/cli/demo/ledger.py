"""The ledger: what the play owes to the two subscribers, and whether it came, once and nothing else. Pure.

The editor is owed a mail for every report of the event, first or confirming; the foreign desk a webhook call for every
update, which is its first report. Headlines tell reports apart: the play has none twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storywatch.cli.demo.receivers import Call, Mail
from storywatch.cli.demo.script import Article, Story

MAIL = "mail"
CALL = "webhook"


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

    def call_of(self, article: Article) -> Call | None:
        """Return the call that told of an article."""
        return next((call for call in self.calls if call.headline == article.title), None)

    @property
    def duplicates(self) -> int:
        """How many mails and calls came again under the same identity."""
        return _repeated(mail.identity for mail in self.mails) + _repeated(call.identity for call in self.calls)

    def problems(self) -> tuple[str, ...]:
        """Return what is missing, came twice, or should not have come: sentences for people."""
        mailed = Counter(mail.headline for mail in self.mails)
        called = Counter(call.headline for call in self.calls)
        return (
            *_wrong_counts(MAIL, self.story.telling, mailed),
            *_wrong_counts(CALL, self.story.firsts, called),
            *self._wrong_numbers(),
        )

    def _wrong_numbers(self) -> Iterator[str]:
        for article in self.story.firsts:
            call = self.call_of(article)
            if call is not None and call.data["sequence"] != article.tells:
                yield f"update {article.tells} came as number {call.data['sequence']}: {article.title}"


def _repeated(identities: Iterable[str]) -> int:
    return sum(count - 1 for count in Counter(identities).values())


def _wrong_counts(channel: str, owed: Iterable[Article], came: Counter[str]) -> Iterator[str]:
    titles = {article.title: article for article in owed}
    for title, article in titles.items():
        if came[title] == 0:
            yield f"no {channel} came for update {article.tells} of {article.outlet}: {title}"
        elif came[title] > 1:
            yield f"{came[title]} times the same {channel} came for update {article.tells}: {title}"
    for title in came.keys() - titles.keys():
        yield f"a {channel} came that nobody was owed: {title}"
