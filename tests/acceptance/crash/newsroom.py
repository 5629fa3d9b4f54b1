"""The news of the rig's outlets, and who is owed what for it: told by what was published, never by a database."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

FEEDS: Mapping[str, str] = {"alpha-top": "alpha", "alpha-world": "alpha", "bravo": "bravo", "charlie": "charlie"}
"""The feeds, each with its outlet. Both feeds of alpha carry all of its articles; charlie's is Atom."""

OUTLETS = tuple(dict.fromkeys(FEEDS.values()))
EVENTS: Mapping[str, str] = {"airport": "Kabul airport attack", "dam": "Kajaki dam flood"}
NOISE = "Weather report of the day"
FIRST_DAY = datetime(2021, 8, 26, 13, 36, tzinfo=UTC)

DESK, WIRE, ARCHIVE, EVENING = "desk", "wire", "archive", "evening"
"""The subscribers: the desk gets mail on every update, the wire calls on every report, the archive files on the dam;
the evening edition gets digests."""


def revised(receiver: str) -> str:
    """Name a receiver as one of messages on what was edited."""
    return f"{receiver}, revisions"


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """One message that a receiver must show exactly once: about any one of these articles.

    `due`: it must come; otherwise it may, and then at most once.
    """

    receiver: str
    markers: frozenset[str]
    due: bool = True


@dataclass(kw_only=True, slots=True)
class Article:
    """What an outlet published. The marker is a word of its title that no other article has, whatever is edited.

    `known`: a poll that nobody killed has seen it as it is now. `listed`: it still stands in the outlet's feeds.
    """

    marker: str
    outlet: str
    subject: str
    words: tuple[str, ...]
    published: datetime
    edits: int = 0
    known: bool = False
    listed: bool = True

    @property
    def title(self) -> str:
        """The headline, which grows by a word with every edit: one that no other article has."""
        return " ".join((self.marker, self.subject, *self.words[: 4 + self.edits]))

    @property
    def can_be_edited(self) -> bool:
        """Tell whether an edit makes exactly one more revision."""
        return self.listed and self.known and not self.edits

    @property
    def summary(self) -> str:
        """The text, which stays."""
        return " ".join(self.words[4:])

    @property
    def updated(self) -> datetime:
        """When it was published or last edited."""
        return self.published + timedelta(minutes=self.edits)


@dataclass(kw_only=True, slots=True)
class Story:
    """One development: the outlets' articles on it say the same words. `event` is None for news that nobody follows."""

    event: str | None
    articles: list[Article]

    @property
    def outlets(self) -> set[str]:
        """Who has told it."""
        return {article.outlet for article in self.articles}


@dataclass
class Newsroom:
    """All outlets. An article stays in its feeds until a poll must have stored it; then it may drop out at once.

    So a poll that remembers that it fetched, but not what, loses it. Each outlet's first article stays for good.
    """

    dice: random.Random
    stories: list[Story] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    """What each feed serves now; replaced whole, because another thread serves it."""

    def __post_init__(self) -> None:
        for outlet in OUTLETS:
            self._publish(None, outlet)

    @property
    def articles(self) -> list[Article]:
        """Everything published."""
        return [article for story in self.stories for article in story.articles]

    def work(self) -> None:
        """Publish a little: usually a new story, sometimes a repeat by another outlet, an edit, or noise."""
        chances = {self.report: 0.9, self.repeat: 0.3, self.edit: 0.3, self.chat: 0.15, self.reveal: 0.1}
        for act, chance in chances.items():
            if self.dice.random() < chance:
                act()

    def report(self) -> None:
        """Publish a new story of an event."""
        self._publish(self.dice.choice(list(EVENTS)), self.dice.choice(OUTLETS))

    def chat(self) -> None:
        """Publish what nobody follows."""
        self._publish(None, self.dice.choice(OUTLETS))

    def repeat(self) -> None:
        """Let one more outlet tell a story in the same words."""
        open_ = [story for story in self.stories if story.event and len(story.outlets) < len(OUTLETS)]
        if open_:
            story = self.dice.choice(open_)
            first = story.articles[0]
            outlet = self.dice.choice(sorted(set(OUTLETS) - story.outlets))
            story.articles.append(self._article(outlet, first.subject, first.words))
            self._print()

    def edit(self) -> None:
        """Correct a headline that is known: exactly then the edit makes one revision. Each article is edited once."""
        self._edit(story for story in self.stories if story.event)

    def reveal(self) -> None:
        """Edit an article that nobody followed so that it is about an event."""
        for story in self._edit(story for story in self.stories if story.event is None):
            story.event = self.dice.choice(list(EVENTS))
            story.articles[0].subject = EVENTS[story.event]
            self._print()

    def note_known(self) -> None:
        """Note that a run was not killed: now everything published is stored, and old articles leave their feeds."""
        for outlet in OUTLETS:
            listed = [article for article in self.articles if article.outlet == outlet and article.listed]
            for article in listed:
                article.known = True
            for article in listed[1:]:
                article.listed = self.dice.random() < 0.4
        self._print()

    def debts(self, *, digests: bool = True) -> list[Debt]:
        """Return what is owed for all that was published; a program that knows no digests owes none."""
        debts = [debt for story in self.stories if story.event for debt in _debts(story)]
        return [debt for debt in debts if digests or debt.receiver != EVENING]

    def revisions(self) -> dict[str, int]:
        """Return how many revisions each article has, by marker."""
        return {article.marker: 1 + article.edits for article in self.articles}

    def _edit(self, stories: Iterable[Story]) -> list[Story]:
        ready = [story for story in stories if story.articles[0].can_be_edited]
        chosen = self.dice.sample(ready, min(len(ready), 1))
        for story in chosen:
            story.articles[0].edits += 1
            story.articles[0].known = False
        self._print()
        return chosen

    def _publish(self, event: str | None, outlet: str) -> None:
        words = tuple(_word(self.dice) for _ in range(18))
        subject = EVENTS[event] if event else NOISE
        self.stories.append(Story(event=event, articles=[self._article(outlet, subject, words)]))
        self._print()

    def _article(self, outlet: str, subject: str, words: tuple[str, ...]) -> Article:
        number = len(self.articles) + 1
        published = FIRST_DAY + timedelta(minutes=number)
        return Article(marker=f"Mark{number:05}", outlet=outlet, subject=subject, words=words, published=published)

    def _print(self) -> None:
        for feed, outlet in FEEDS.items():
            own = [article for article in reversed(self.articles) if article.outlet == outlet and article.listed]
            self.bodies[feed] = (_atom if feed == "charlie" else _rss)(feed, own).encode()


def _debts(story: Story) -> Iterator[Debt]:
    """The wire is owed every outlet's report; the others one message on the story, whoever is found to be first."""
    markers = [article.marker for article in story.articles]
    yield Debt(receiver=DESK, markers=frozenset(markers))
    yield Debt(receiver=EVENING, markers=frozenset(markers))
    if story.articles[0].edits:
        yield Debt(receiver=revised(DESK), markers=frozenset(markers[:1]), due=False)
    yield from (Debt(receiver=WIRE, markers=frozenset([marker])) for marker in markers)
    if story.event == "dam":
        yield Debt(receiver=ARCHIVE, markers=frozenset(markers))


def _word(dice: random.Random) -> str:
    return "".join(dice.choice("bdfgklmnprstvz") + dice.choice("aeiou") for _ in range(4))


def _link(article: Article) -> str:
    return f"https://{article.outlet}.example/{article.marker}"


def _rss(feed: str, articles: Iterable[Article]) -> str:
    entries = "".join(
        f"<item><title>{escape(one.title)}</title><link>{_link(one)}</link><guid>{_link(one)}</guid>"
        f"<description>{escape(one.summary)}</description><pubDate>{format_datetime(one.published)}</pubDate></item>"
        for one in articles
    )
    return (
        f'<rss version="2.0"><channel><title>{feed}</title><link>https://news.example/</link>{entries}</channel></rss>'
    )


def _atom(feed: str, articles: Iterable[Article]) -> str:
    entries = "".join(
        f'<entry><id>tag:charlie.example,2021:{one.marker}</id><link href="{_link(one)}"/>'
        f"<title>{escape(one.title)}</title>"
        f"<summary>{escape(one.summary)}</summary><published>{one.published.isoformat()}</published>"
        f"<updated>{one.updated.isoformat()}</updated></entry>"
        for one in articles
    )
    head = f"<id>tag:charlie.example,2021:feed</id><title>{feed}</title><updated>{FIRST_DAY.isoformat()}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'
