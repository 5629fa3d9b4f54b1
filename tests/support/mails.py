"""Mails of hostile texts, names and ids, and what must hold of each one that a mail server took."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser

from channels.email import EmailComposer, composer_for
from storywatch.model import (
    AlertKind,
    AnyNotice,
    Change,
    ChangeKind,
    Coverage,
    Event,
    Message,
    News,
    Outlet,
    Owed,
    OwedConfirmation,
    OwedDigest,
    OwedEndpointNotice,
    OwedNotice,
    Reason,
    ReportRole,
)
from tests.unit.channels.news_samples import (
    CONFIRMATION,
    DEATHS,
    DENIAL,
    DIGEST,
    NEWS,
    SWITCHED_OFF,
    WITH_PAGES,
    changed,
)
from tests.unit.channels.samples import NOTICE, OWED, SETTINGS, notice_with, over_now, owed_with

AnyOwed = Owed | OwedDigest | AnyNotice | OwedConfirmation
SENDER = "alerts@news.example"
FIRST = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
THREAD = ["In-Reply-To", "References", "List-Id", "List-Unsubscribe"]
ONE_CLICK = ["List-Unsubscribe-Post"]
LAST = ["MIME-Version", "Content-Type"]
LARGEST = 102_000

FRAGMENTS = (
    "\r\nBcc: v@evil.test",
    "\nTo: v@evil.test",
    "\r\n\r\n<html>",
    "=?utf-8?q?A=0D=0ABcc:_v@evil.test?=",
    "=?utf-8?b?DQpCY2M6IHZAZXZpbC50ZXN0?=",
    "=\u200b?utf-8?q?=0D=0ABcc:_v@evil.test?=",
    "\u2028Bcc: v@evil.test",
    "\x85Bcc: v@evil.test",
    "\x0bBcc: v@evil.test\x0c",
    "<v@evil.test>",
    ", v@evil.test, ",
    '"',
    "\\",
    "(",
    ";",
    "\x00",
    "\x1b[31m",
    "\u202e\u2066",
    "\ud800",
    "\U0001f4a5",
    "\U0001f469\u200d\U0001f692",
    "\u0637\u0627\u0644\u0628\u0627\u0646 \u0641\u064a \u0643\u0627\u0628\u0644",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Zo\u00eb",
    " ",
    "\n.\r\n",
    "\n-- \n",
    "--=_storywatch_",
    "</style><script>alert(1)</script>",
    "</title></head></table>",
    "<!-- ",
    "]]>",
    "&lt;b&gt;&#0;&amp",
    "{{ 7 * 7 }}{% raw %}",
    "%0d%0aBcc:v@evil.test",
    "https://evil.test/x?a=1&b=2#c",
    "mailto:v@evil.test",
    "javascript:alert(1)",
    "\ufffe\uffff\ufdd0",
    "\u3000\u00a0\u2009",
    "a" * 300,
    "\u00e9" * 120,
    "\u0301" * 50,
    '"' * 400,
    "The toll rises to 170. ",
)
ID_FRAGMENTS = tuple(one for one in FRAGMENTS if one.isascii() and len(one) < 40)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A mail as it was composed, and what it was composed of."""

    owed: AnyOwed
    message: Message
    pages: bool


class Hostility:
    """Writes mails without end, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._with_pages, self._without = composer_for(WITH_PAGES), composer_for(SETTINGS)

    def mails(self, count: int) -> Iterator[Written]:
        """Yield so many mails, each of its own alert, digest, notice or confirmation."""
        for number in range(count):
            pages = self._dice.random() < 0.7
            owed = self._owed(f"a{number:08x}")
            composer = self._with_pages if pages else self._without
            yield Written(owed=owed, message=composed(composer, owed), pages=pages)

    def _owed(self, identity: str) -> AnyOwed:
        chosen = self._dice.random()
        if chosen < 0.70:
            return self._alert(identity)
        if chosen < 0.88:
            return self._digest(identity)
        if chosen < 0.92:
            return self._notice(identity)
        return self._switched_off(identity) if chosen < 0.94 else self._confirmation(identity)

    def _alert(self, identity: str) -> Owed:
        text, dice = self._text, self._dice
        kind = dice.choice(list(AlertKind))
        role = dice.choice(list(ReportRole))
        bare = owed_with(
            title=text(),
            summary=text(),
            content=text(),
            author=dice.choice([None, text()]),
            published=dice.choice([None, OWED.item.revision.published]),
            updated=dice.choice([None, OWED.created]),
            language=dice.choice([None, "en", text()]),
            url=dice.choice(
                [None, OWED.item.url, "https://x.example/" + self._id(), text(), "https://x.example/" + "a" * 1900]
            ),
            event=Event(id=dice.choice(("kabul", "floods", self._id())), title=text()),
            outlet=Outlet(id=self._id(), name=text()),
            subscriber=replace(OWED.subscriber, id=dice.choice(("desk", "editor", self._id())), name=text()),
            subscription=replace(OWED.subscription, id=self._id()),
            known_before=tuple(text() for _ in range(dice.randrange(5))),
            match=replace(OWED.match, reasons=tuple(self._reason() for _ in range(dice.randrange(15)))),
            update=replace(OWED.update, headline=text()),
        )
        return replace(
            bare,
            id=identity,
            kind=kind,
            report=replace(OWED.report, role=role, news=self._news()),
            coverage=self._coverage(),
            change=self._change() if kind is AlertKind.REVISION else None,
            outlet_names=tuple((one, text()) for one in ("cnn", "khaama")),
        )

    def _news(self) -> News:
        dice, text = self._dice, self._text
        if dice.random() < 0.4:
            return News()
        figure = replace(DEATHS.now, of=text(), said_by=dice.choice([None, text()]), quote=text())
        statement = replace(NEWS.statements[0], speaker=text(), quote=text())
        return News(
            lead=tuple(text() for _ in range(dice.randrange(4))),
            names=tuple(text() for _ in range(dice.randrange(9))),
            figures=(replace(DEATHS, now=figure),) * dice.randrange(12),
            statements=(statement,) * dice.randrange(5),
            reverses=dice.choice([None, replace(DENIAL, statement=statement, outlet=self._id())]),
        )

    def _change(self) -> Change:
        lines = (self._dice.choice(["+ ", "- ", ""]) + self._text() for _ in range(self._dice.randrange(40)))
        difference = "\n".join(lines)
        return changed(self._dice.choice(list(ChangeKind)), difference=difference, quote=self._text())

    def _coverage(self) -> Coverage | None:
        outlets = tuple(self._id() for _ in range(self._dice.randrange(30)))
        return self._dice.choice([None, Coverage(outlets=outlets, origins=outlets[:2])])

    def _digest(self, identity: str) -> OwedDigest:
        parts = [self._alert(f"{identity}-{number}") for number in range(self._dice.randrange(1, 50))]
        first = parts[0]
        events = self._dice.choice(((), (first.event.id,)))
        kept = [part for part in parts if not events or part.event.id in events]
        return replace(
            DIGEST,
            id=identity,
            subscriber=first.subscriber,
            subscription=replace(first.subscription, events=events),
            parts=tuple(replace(part, subscriber=first.subscriber) for part in kept),
            since=self._dice.choice([None, OWED.created]),
            left_out=self._dice.choice([0, 12]),
        )

    def _notice(self, identity: str) -> OwedNotice:
        owed = notice_with(
            id=identity,
            message=self._text(),
            url=self._dice.choice([NOTICE.source.url, "https://x.example/" + self._id()]),
            outlet=Outlet(id=self._id(), name=self._text()),
            subscriber=replace(NOTICE.subscriber, name=self._text()),
        )
        return self._dice.choice([owed, replace(over_now(owed), id=identity)])

    def _switched_off(self, identity: str) -> OwedEndpointNotice:
        return replace(
            SWITCHED_OFF,
            id=identity,
            endpoint=replace(SWITCHED_OFF.endpoint, reason=self._text()),
            receiver=replace(SWITCHED_OFF.receiver, id=self._id(), name=self._text()),
            subscriber=replace(SWITCHED_OFF.subscriber, name=self._text()),
            address=self._text(),
        )

    def _confirmation(self, identity: str) -> OwedConfirmation:
        titles = tuple(self._text() for _ in range(self._dice.randrange(30)))
        reader = replace(CONFIRMATION.subscriber, name=self._text())
        until = CONFIRMATION.created + timedelta(hours=self._dice.randrange(1, 48))
        return replace(CONFIRMATION, id=identity, events=titles, subscriber=reader, until=until)

    def _reason(self) -> Reason:
        return Reason(asked=self._text(), found=self._text(), field=self._text())

    def _text(self) -> str:
        words = ("Kabul", "170 killed", "Pentagon", "airport", "drone strike", "said")
        return "".join(self._dice.choice(FRAGMENTS + words) for _ in range(self._dice.randrange(8)))

    def _id(self) -> str:
        """Ids have at most 64 characters; that they are letters and digits is the watch config's word alone."""
        return ("x" + "".join(self._dice.choice(ID_FRAGMENTS) for _ in range(self._dice.randrange(3))))[:64]


def composed(composer: EmailComposer, owed: AnyOwed) -> Message:
    """Compose whatever is owed."""
    if isinstance(owed, OwedDigest):
        return composer.compose_digest(owed)
    if isinstance(owed, AnyNotice):
        return composer.compose_notice(owed)
    return composer.compose_confirmation(owed) if isinstance(owed, OwedConfirmation) else composer.compose(owed)


@dataclass
class Findings:
    """What was wrong with mails that arrived, by sort; and the threads that they formed."""

    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    sorts: Counter[str] = field(default_factory=Counter)
    threads: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    identities: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    def look_at(self, written: Written, sender: str | None, recipients: Sequence[str], taken: bytes) -> None:
        """Judge one mail by what the server took."""
        for fault in (*header_faults(written, sender, recipients, taken), *part_faults(taken)):
            self.faults[fault] += 1
            self.examples.setdefault(fault, written.owed.id)
        mail = message_from_bytes(taken)
        self.sorts[type(written.owed).__name__] += 1
        self.identities[str(mail["Message-ID"])] += 1
        self.largest = max(self.largest, len(taken))
        event = thread_of(written.owed)
        if event:
            self.threads[written.owed.subscriber.id, event].add(str(mail["References"]))

    def finish(self) -> None:
        """Judge what only all mails together tell: one root for each subscriber and event, every identity once."""
        roots = Counter(root for known in self.threads.values() for root in known)
        self.faults["threads torn"] = sum(len(known) - 1 for known in self.threads.values())
        self.faults["threads mixed"] = sum(count - 1 for count in roots.values())
        self.faults["roots that were sent"] = len(roots.keys() & self.identities.keys())
        self.faults["identities twice"] = sum(count - 1 for count in self.identities.values())
        self.faults = +self.faults


def thread_of(owed: AnyOwed) -> str:
    """Return the event whose thread a mail belongs to; an empty text for none."""
    if isinstance(owed, Owed):
        return owed.event.id
    if isinstance(owed, OwedDigest) and len(owed.subscription.events) == 1:
        return owed.subscription.events[0]
    return ""


def headers_of(written: Written) -> list[str]:
    """Return the headers that a mail must have, in their order."""
    if isinstance(written.owed, OwedConfirmation):
        return [*FIRST, *LAST]
    one_click = written.pages and not isinstance(written.owed, AnyNotice)
    return [*FIRST, *THREAD, *(ONE_CLICK if one_click else []), *LAST]


def header_faults(written: Written, sender: str | None, recipients: Sequence[str], taken: bytes) -> Iterator[str]:
    """Say what is wrong with the envelope and the headers, as an old reader sees them, who knows no encoded words."""
    mail = message_from_bytes(taken)
    to = written.owed.subscriber.email
    if (sender, list(recipients)) != (SENDER, [to]):
        yield "envelope"
    if taken != written.message.body:
        yield "other bytes"
    if mail.keys() != headers_of(written):
        yield "headers"
    if [address for _, address in getaddresses(mail.get_all("To", []))] != [to]:
        yield "recipient"
    if [address for _, address in getaddresses(mail.get_all("From", []))] != [SENDER]:
        yield "sender"
    if mail["Message-ID"] != f"<{written.owed.id}@news.example>":
        yield "identity"
    if mail["References"] != mail["In-Reply-To"]:
        yield "thread"


def part_faults(taken: bytes) -> Iterator[str]:
    """Say what is wrong with the parts, as a modern reader sees them."""
    mail = message_from_bytes(taken, _class=EmailMessage, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    if mail.defects or [part.get_content_type() for part in mail.walk()] != [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]:
        yield "does not parse"
        return
    if len(taken) > LARGEST:
        yield "too large"
    text, html = (str(part.get_content()) for part in mail.iter_parts())
    if words(text) != words(visible(html)):
        yield "parts differ"
    if any(link not in text for link in links(html)):
        yield "a link in one part only"


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links; from a head or a preview text on, nothing is seen."""
        given = dict(attrs)
        if given.get("href"):
            self.links.append(str(given["href"]))
        if tag in {"head", "script", "style"} or given.get("class") == "peek" or (self._hidden and tag == "div"):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Come out of what is hidden."""
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        """Note what is seen."""
        if not self._hidden:
            self.texts.append(data)


def visible(html: str) -> str:
    """Return the text that a reader of the HTML sees."""
    page = _Visible()
    page.feed(html)
    page.close()
    return " ".join(page.texts)


def links(html: str) -> list[str]:
    """Return where its links lead."""
    page = _Visible()
    page.feed(html)
    page.close()
    return page.links


def words(text: str) -> list[str]:
    """Return the words of a text without addresses, which stand behind words in HTML."""
    return re.findall(r"\w+", re.sub(r"(?:https?://|mailto:)\S+", " ", text.casefold()))
