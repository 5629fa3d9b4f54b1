"""Who is owed what: `storywatch.planning`."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch.developments import Development, KnownReport, KnownUpdate, changed, development
from storywatch.model import (
    NOTHING_NEW,
    Alarm,
    AlarmKind,
    AlertKind,
    Audience,
    Change,
    ChangeKind,
    ChannelKind,
    Figure,
    FigureChange,
    FigureKind,
    Item,
    Match,
    News,
    Outlet,
    Owed,
    RevisionWish,
    Severity,
    Subscriber,
    Subscription,
    UpdateMark,
    WatchConfig,
)
from storywatch.openings import told_late
from storywatch.planning import owed, owed_notices
from storywatch.updates import Past, as_past, place
from tests.support.samples import ATTACK, CNN, DESK_MAIL, KABUL, NOW, NYT, a_config, an_item

TAGGED = replace(KABUL, tags=("afghanistan", "terror"))
OPS = replace(DESK_MAIL, id="ops-mail", alarms=True)
STALE = Alarm(id="al1", source="cnn-world", kind=AlarmKind.STALE, message="old", raised=NOW)
OVER = replace(STALE, ended=NOW + timedelta(hours=5))
OTHER = replace(KABUL, id="other", tags=())
AP = Outlet(id="ap", name="AP")


def with_subscriptions(*subscriptions: Subscription) -> WatchConfig:
    """Return a config with these subscriptions and two events."""
    return a_config(outlets=(NYT, CNN, AP), events=(TAGGED, OTHER), subscriptions=subscriptions)


@dataclass
class Story:
    """What one event knows so far; what is owed for each item that is placed is kept in it."""

    config: WatchConfig
    past: Past = field(default_factory=Past)
    known: dict[str, KnownUpdate] = field(default_factory=dict)

    def plan(self, item: Item, *, origin: str = "", severity: Severity | None = None) -> tuple[Owed, ...]:
        """Place the item and return what is owed for it; the history grows by it."""
        placed = place(item, "kabul", self.past)
        assert placed is not None
        placed = replace(placed, report=replace(placed.report, origin=origin))
        if severity is not None and placed.update is not None:
            told = replace(placed.report, news=replace(placed.report.news, severity=severity))
            placed = replace(placed, report=told, update=replace(placed.update, severity=severity))
        one = development(item, a_match(item), placed, self.past)
        planned = owed([one], self.known, self.config)
        self.past.add(as_past(item, placed))
        self._remember(one, planned)
        return planned

    def change(self, item: Item, **changes: object) -> tuple[Owed, ...]:
        """Return what is owed for a change of an item that was placed."""
        return owed([changed(a_change(item, **changes), item, a_match(item), self.past)], self.known, self.config)

    def _remember(self, one: Development, planned: tuple[Owed, ...]) -> None:
        before = self.known.get(one.report.update) or KnownUpdate(update=one.update)  # type: ignore[arg-type]
        report = KnownReport(report=one.report, language=one.item.revision.language)
        told = {owed.subscription.id for owed in planned if owed.kind is AlertKind.UPDATE}
        self.known[one.report.update] = replace(
            before, reports=(*before.reports, report), subscriptions=before.subscriptions | told
        )


def a_match(item: Item) -> Match:
    """Return the verdict that accepts an item."""
    return Match(event="kabul", item=item.id, revision=1, accepted=True, score=0.9)


def a_change(item: Item, **changes: object) -> Change:
    """Return a correction of an item."""
    values: dict[str, Any] = {
        "id": f"c-{item.id}",
        "event": "kabul",
        "update": "?",
        "item": item.id,
        "outlet": item.outlet,
        "revision": 2,
        "kind": ChangeKind.CORRECTION,
        "seen": NOW + timedelta(hours=1),
    }
    return Change(**(values | changes))


def story(*subscriptions: Subscription) -> Story:
    """Return an event that knows nothing yet."""
    return Story(with_subscriptions(*subscriptions))


def kinds(planned: tuple[Owed, ...]) -> list[AlertKind]:
    """Return as what is told."""
    return [one.kind for one in planned]


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        ({}, True),
        ({"events": ("kabul",)}, True),
        ({"events": ("other", "kabul")}, True),
        ({"events": ("other",)}, False),
        ({"tags": ("terror",)}, True),
        ({"tags": ("sports",)}, False),
        ({"events": ("other",), "tags": ("terror",)}, True),
        ({"events": ("other",), "tags": ("sports",)}, False),
    ],
)
def test_a_subscription_gets_the_events_it_names_or_tags(wish: dict[str, tuple[str, ...]], *, wanted: bool) -> None:
    """Nothing named means everything."""
    planned = story(replace(DESK_MAIL, **wish)).plan(an_item())  # type: ignore[arg-type]
    assert bool(planned) is wanted


def test_what_is_owed_holds_all_that_a_message_says() -> None:
    """Event, update, report, item, outlet, subscriber and number."""
    config = with_subscriptions(DESK_MAIL)
    [one] = Story(config).plan(an_item())
    assert (one.event, one.outlet, one.item) == (TAGGED, config.outlets["nyt"], an_item())
    assert (one.subscription, one.subscriber) == (DESK_MAIL, config.subscribers["desk"])
    assert (one.update.headline, one.report.update, one.sequence) == (ATTACK, one.update.id, 1)
    assert (one.created, one.known_before) == (NOW, ())


def test_corroborations_are_told_on_request() -> None:
    """The update that a corroboration tells of is the known one."""
    plain, eager = DESK_MAIL, replace(DESK_MAIL, id="eager", corroborations=True)
    running = story(plain, eager)
    first = running.plan(an_item())
    second = running.plan(an_item(item="i2", outlet="cnn"))
    assert [one.subscription.id for one in first] == ["desk-mail", "eager"]
    assert [one.subscription.id for one in second] == ["eager"]
    assert (second[0].update.id, second[0].update.item, second[0].sequence) == (first[0].update.id, "i1", 1)


def test_an_outlet_that_repeats_itself_corroborates_nothing() -> None:
    """Only further outlets are worth a message: a second copy of NYT or of CNN is not."""
    running = story(replace(DESK_MAIL, corroborations=True))
    counts = [
        len(running.plan(an_item(item=f"i{number}", outlet=outlet)))
        for number, outlet in enumerate(["nyt", "nyt", "cnn", "cnn"])
    ]
    assert counts == [1, 0, 1, 0]


def test_the_last_headlines_stand_newest_first() -> None:
    """One for each update, five at most."""
    running = story(DESK_MAIL)
    developments = [
        f"{word} " * 3 + word for word in ("gate", "strike", "family", "video", "denial", "payment", "killing")
    ]
    for number, title in enumerate(developments):
        running.plan(an_item(title, item=f"i{number}"))
        running.plan(an_item(title, item=f"copy{number}", outlet="cnn"))
    [one] = running.plan(an_item("Something else entirely", item="last"))
    assert one.known_before == tuple(reversed(developments))[:5]
    assert one.sequence == 8


def test_an_alerts_id_is_stable() -> None:
    """The poll that is done again after a crash owes the same alert."""
    assert story(DESK_MAIL).plan(an_item()) == story(DESK_MAIL).plan(an_item())


def test_alert_ids_are_distinct() -> None:
    """By subscription, update, corroborating item and change; short enough for a header."""
    eager = replace(DESK_MAIL, corroborations=True)
    running = story(eager, replace(eager, id="other-mail"))
    told = [
        *running.plan(an_item()),
        *running.plan(an_item(item="i2", outlet="cnn")),
        *running.plan(an_item("Another thing", item="i4")),
        *running.change(an_item()),
        *running.change(an_item(), id="c2"),
    ]
    ids = {one.id for one in told}
    assert len(ids) == len(told) == 10
    assert all(one.isalnum() and one.isascii() and len(one) <= 32 for one in ids)


def test_every_channel_has_an_identity_of_its_own() -> None:
    """Two subscriptions of one subscriber are two alerts."""
    hook = Subscription(id="desk-hook", subscriber="desk", channel=ChannelKind.WEBHOOK)
    planned = story(DESK_MAIL, hook).plan(an_item())
    assert len({one.id for one in planned}) == 2


# From how many reports on, and which ---------------------------------------------------------------------------------


def test_an_update_is_told_when_enough_outlets_report_it_and_once() -> None:
    """Under the identity that it would have had at once; who wants corroborations hears of the outlets after that."""
    patient = replace(DESK_MAIL, least_outlets=2)
    running = story(DESK_MAIL, patient, replace(patient, id="eager", corroborations=True))
    told = [
        [(one.subscription.id, one.kind.value) for one in running.plan(an_item(item=f"i{number}", outlet=outlet))]
        for number, outlet in enumerate(["nyt", "nyt", "cnn", "cnn", "ap"])
    ]
    assert told == [
        [],
        [],
        [("desk-mail", "update"), ("eager", "update")],
        [],
        [("eager", "corroboration")],
    ]


def test_what_is_told_late_has_the_identity_that_it_would_have_had_at_once() -> None:
    running, patient = story(DESK_MAIL), story(replace(DESK_MAIL, least_outlets=2))
    [at_once] = running.plan(an_item())
    patient.plan(an_item())
    [late] = patient.plan(an_item(item="i2", outlet="cnn"))
    assert (late.id, late.kind, late.update) == (at_once.id, AlertKind.UPDATE, at_once.update)
    assert (late.report.item, late.coverage and late.coverage.outlets) == ("i1", ("nyt", "cnn"))


def test_what_is_told_late_is_told_by_the_first_report_that_was_asked_for() -> None:
    """`openings` puts its item in the place of the one that made it enough."""
    running = story(replace(DESK_MAIL, least_outlets=2, outlets=("cnn", "ap")))
    running.plan(an_item())
    running.plan(an_item(item="i2", outlet="cnn"))
    [late] = running.plan(an_item(item="i3", outlet="ap"))
    assert (late.report.item, late.item.id) == ("i2", "i3")
    assert told_late([late]) == {("kabul", "i2")}


def test_wire_copies_are_one_origin() -> None:
    """Two outlets that print one agency are two outlets and one origin; a text of its own is the second one."""
    running = story(replace(DESK_MAIL, least_origins=2))
    told = [
        kinds(running.plan(an_item(item=outlet, outlet=outlet), origin=origin))
        for outlet, origin in (("nyt", "agency:ap"), ("ap", "agency:ap"), ("cnn", ""))
    ]
    assert told == [[], [], [AlertKind.UPDATE]]


def test_only_reports_of_wanted_outlets_count() -> None:
    """The update is told when one of them reports it."""
    running = story(replace(DESK_MAIL, outlets=("cnn", "ap")), replace(DESK_MAIL, id="two", least_outlets=2))
    told = [
        [one.subscription.id for one in running.plan(an_item(item=outlet, outlet=outlet))]
        for outlet in ("nyt", "cnn", "ap")
    ]
    assert told == [[], ["desk-mail", "two"], []]


def test_only_reports_in_wanted_languages_count() -> None:
    """A report that nobody gives a language passes; so does a regional form."""
    for language, expected in (("fa", []), ("en-US", [AlertKind.UPDATE]), (None, [AlertKind.UPDATE])):
        running = story(replace(DESK_MAIL, languages=("en",)))
        assert kinds(running.plan(an_item(language=language))) == expected
    running = story(replace(DESK_MAIL, languages=("en",)))
    running.plan(an_item(language="fa"))
    assert kinds(running.plan(an_item(item="i2", outlet="cnn", language="en"))) == [AlertKind.UPDATE]


def test_what_was_told_is_not_told_again_when_the_wish_grows() -> None:
    """The update was told at its first report; then the operator asks for two outlets."""
    running = story(DESK_MAIL)
    assert kinds(running.plan(an_item())) == [AlertKind.UPDATE]
    running.config = with_subscriptions(replace(DESK_MAIL, least_outlets=2))
    assert running.plan(an_item(item="i2", outlet="cnn")) == ()


def test_a_late_repeat_of_what_was_imported_alerts_nobody() -> None:
    """Its first report was told to nobody; the repeat is no news all the same."""
    running = story(DESK_MAIL, replace(DESK_MAIL, id="two", least_outlets=2))
    running.plan(an_item())
    running.plan(an_item(item="i2", outlet="cnn"))
    running.known = {one: replace(known, subscriptions=frozenset()) for one, known in running.known.items()}
    assert running.plan(an_item(item="i3", outlet="ap", seen=NOW + timedelta(days=400))) == ()


# Severity ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", list(Severity))
@pytest.mark.parametrize("found", list(Severity))
def test_what_is_less_urgent_than_asked_for_is_not_told(found: Severity, least: Severity) -> None:
    running = story(replace(DESK_MAIL, least_severity=least))
    planned = running.plan(an_item(), severity=found)
    assert [one.severity for one in planned] == ([found] if found >= least else [])


def test_a_corroboration_is_as_urgent_as_what_it_adds() -> None:
    """Nothing new: low, however urgent the update was."""
    running = story(replace(DESK_MAIL, corroborations=True))
    [first] = running.plan(an_item(), severity=Severity.HIGH)
    [second] = running.plan(an_item(item="i2", outlet="cnn"))
    assert (first.severity, second.severity) == (Severity.HIGH, Severity.LOW)


# Changes of what was told --------------------------------------------------------------------------------------------

DEATHS = FigureChange(now=Figure(kind=FigureKind.KILLED, value=170, high=170))


@pytest.mark.parametrize(
    ("kind", "news", "wishes"),
    [
        (ChangeKind.EDIT, NOTHING_NEW, {RevisionWish.ALL}),
        (ChangeKind.EDIT, News(figures=(DEATHS,)), {RevisionWish.ALL, RevisionWish.CORRECTIONS}),
        (ChangeKind.CORRECTION, NOTHING_NEW, {RevisionWish.ALL, RevisionWish.CORRECTIONS}),
        (ChangeKind.RETRACTION, NOTHING_NEW, {RevisionWish.ALL, RevisionWish.CORRECTIONS}),
        (ChangeKind.VANISHED, NOTHING_NEW, {RevisionWish.ALL, RevisionWish.CORRECTIONS}),
        (ChangeKind.RESTORED, NOTHING_NEW, {RevisionWish.ALL, RevisionWish.CORRECTIONS}),
    ],
)
def test_changes_are_told_as_wished(kind: ChangeKind, news: News, wishes: set[RevisionWish]) -> None:
    running = story(*(replace(DESK_MAIL, id=wish.value, revisions=wish) for wish in RevisionWish))
    running.plan(an_item())
    planned = running.change(an_item(), kind=kind, news=news)
    assert {one.subscription.id for one in planned} == {wish.value for wish in wishes}
    assert set(kinds(planned)) == {AlertKind.REVISION}


def test_a_revision_says_what_it_is_about() -> None:
    running = story(DESK_MAIL)
    [first] = running.plan(an_item())
    [told] = running.change(an_item(ATTACK + ", officials say"))
    assert (told.update, told.sequence, told.known_before) == (first.update, 1, (ATTACK,))
    assert (told.report.item, told.report.role.value, told.report.seen) == ("i1", "first", NOW)
    assert (told.change and told.change.id, told.created) == ("c-i1", NOW + timedelta(hours=1))
    assert (told.coverage and told.coverage.outlets, told.severity) == (("nyt",), Severity.HIGH)


def test_a_change_of_what_was_never_told_is_not_told() -> None:
    """Neither when too few outlets reported it, nor of an outlet that the subscription leaves out."""
    running = story(replace(DESK_MAIL, least_outlets=2), replace(DESK_MAIL, id="cnn", outlets=("cnn",)))
    running.plan(an_item())
    assert running.change(an_item()) == ()
    running.plan(an_item(item="i2", outlet="cnn"))
    assert [one.subscription.id for one in running.change(an_item())] == ["desk-mail"]


def test_nothing_more_is_told_of_a_hidden_update() -> None:
    running = story(replace(DESK_MAIL, corroborations=True))
    running.plan(an_item())
    hidden = {
        one: replace(known, update=replace(known.update, mark=UpdateMark.HIDDEN))
        for one, known in running.known.items()
    }
    running.known = hidden
    assert running.change(an_item()) == ()
    assert running.plan(an_item(item="i2", outlet="cnn")) == ()


# Readers -------------------------------------------------------------------------------------------------------------


def test_readers_are_told_as_subscribers_are() -> None:
    """The watch config wins where an id is in both."""
    reader = Subscriber(id="r1", name="A reader", email="reader@news.example")
    own = Subscription(id="r1-kabul", subscriber="r1", channel=ChannelKind.EMAIL, events=("kabul",))
    audience = Audience(readers={"r1": reader}, subscriptions={"r1-kabul": own, "desk-mail": own})
    config, item = with_subscriptions(DESK_MAIL), an_item()
    placed = place(item, "kabul", [])
    assert placed is not None
    planned = owed([development(item, a_match(item), placed, Past())], {}, config, audience)
    assert {(one.subscription.id, one.subscriber.id) for one in planned} == {("desk-mail", "desk"), ("r1-kabul", "r1")}


# Alarms --------------------------------------------------------------------------------------------------------------


def test_a_subscription_for_alarms_gets_no_alert() -> None:
    """Though it names no event, which would mean every event without `alarms`."""
    planned = story(DESK_MAIL, OPS).plan(an_item())
    assert [one.subscription.id for one in planned] == ["desk-mail"]


def test_an_alarm_is_told_to_the_subscriptions_that_ask_for_alarms() -> None:
    """With all that a message says; to nobody else."""
    config = with_subscriptions(DESK_MAIL, OPS, replace(OPS, id="ops-hook", channel=ChannelKind.WEBHOOK))
    mail, hook = owed_notices(STALE, config)
    assert (mail.subscription, mail.subscriber) == (OPS, config.subscribers["desk"])
    assert (mail.alarm, mail.source, mail.outlet) == (STALE, config.sources["cnn-world"], config.outlets["cnn"])
    assert (mail.created, hook.subscription.channel) == (NOW, ChannelKind.WEBHOOK)
    assert owed_notices(STALE, with_subscriptions(DESK_MAIL)) == ()


def test_the_end_of_an_alarm_is_told_at_its_time() -> None:
    [one] = owed_notices(OVER, with_subscriptions(OPS))
    assert (one.alarm.ended, one.created) == (OVER.ended, OVER.ended)


def test_notice_ids_are_stable_and_distinct() -> None:
    """By subscription, alarm, and whether it begins or ends; short enough for a header."""
    config = with_subscriptions(OPS, replace(OPS, id="ops-hook"))

    def ids(*alarms: Alarm) -> list[str]:
        return [one.id for alarm in alarms for one in owed_notices(alarm, config)]

    told = ids(STALE, OVER, replace(STALE, id="al2"), replace(OVER, id="al2"))
    assert len(set(told)) == len(told) == 8
    assert all(one.isalnum() and one.isascii() and len(one) <= 32 for one in told)
    assert ids(replace(STALE, message="other words"), replace(OVER, ended=NOW)) == told[:4]
