"""What is owed as JSON and back: `storywatch.owing`."""

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from storywatch import owing
from storywatch.model import (
    AlertKind,
    Change,
    ChangeKind,
    Contribution,
    Coverage,
    Figure,
    FigureChange,
    FigureKind,
    KnownFigure,
    KnownStatement,
    Match,
    News,
    Owed,
    Reason,
    Severity,
    Stance,
    Statement,
    Subscriber,
    UpdateMark,
)
from tests.support.owed import an_owed
from tests.support.samples import DESK_MAIL, NOW, an_item

SECRETIVE = Subscriber(
    id="desk",
    name="Desk",
    email="desk@news.example",
    webhook_url="https://hook.example/hunter2",
    webhook_secret="whsec_hunter2",
    apprise_url="json://hunter2",
)
DEATHS = Figure(kind=FigureKind.KILLED, value=170, high=182.5, least=True, said_by="officials", quote="at least 170")
DENIAL = Statement(stance=Stance.DENIES, speaker="The Pentagon", quote="No.")
NEWS = News(
    lead=("At least 170 died.",),
    names=("Abdul Rehman Al-Loghri",),
    figures=(
        FigureChange(now=DEATHS, before=KnownFigure(figure=DEATHS, item="i0", outlet="cnn", since=NOW)),
        FigureChange(now=DEATHS),
    ),
    statements=(DENIAL,),
    reverses=KnownStatement(statement=DENIAL, item="i0", outlet="nyt", since=NOW, against="i1"),
    severity=Severity.HIGH,
)


def full() -> Owed:
    """Return what is owed with every field filled."""
    owed = an_owed(
        subscriber=SECRETIVE,
        item=an_item(published=NOW - timedelta(minutes=8), language="en", author="A. Author", content="Text " * 50),
        known_before=("Earlier", "Earliest"),
        kind=AlertKind.REVISION,
        coverage=Coverage(outlets=("nyt", "cnn"), origins=("agency:ap",)),
        outlet_names=(("nyt", "NYT"), ("cnn", "CNN")),
    )
    match = Match(
        event="kabul",
        item="i1",
        revision=1,
        accepted=True,
        score=0.9,
        reasons=(Reason(asked="kabul", found="Kabul", field="title"),),
        contributions=(Contribution(name="facets", points=0.5),),
        veto=None,
        threshold=0.3,
        ground="facets",
    )
    change = Change(
        id="c1",
        event="kabul",
        update="u1",
        item="i1",
        outlet="nyt",
        revision=2,
        kind=ChangeKind.CORRECTION,
        seen=NOW,
        difference="- 13\n+ 170",
        news=NEWS,
    )
    update = replace(owed.update, mark=UpdateMark.DISPUTED, severity=Severity.HIGH)
    return replace(owed, match=match, change=change, update=update, report=replace(owed.report, news=NEWS))


def passed(owed: Owed) -> Owed:
    """Write what is owed as JSON text and read it back."""
    data = json.loads(json.dumps(owing.document(owed), allow_nan=False))
    return owing.read(data, owed.subscription, owed.subscriber)


def slim(owed: Owed) -> Owed:
    """Return what is owed without what matching alone needs."""
    event, outlet = replace(owed.event, all_of=()), replace(owed.outlet, hosts=())
    return replace(owed, event=event, outlet=outlet, item=replace(owed.item, keys=()))


def test_what_is_owed_survives() -> None:
    """All that a message says; not what matching alone needs, such as the event's facets and the item's keys."""
    assert passed(full()) == slim(full())
    assert passed(an_owed()) == slim(an_owed())


def test_every_field_of_it_is_filled_in_that_test() -> None:
    """Else a field that a later change adds could be lost unseen."""
    bare = {one.name for one in fields(Owed) if getattr(full(), one.name) in (None, "", ())}
    assert bare == set()


def test_no_secret_and_nobody_who_is_told_stands_in_it() -> None:
    """Neither addresses nor keys: they are looked up when it is released."""
    text = json.dumps(owing.document(full()))
    assert [word for word in ("hunter2", "whsec", "desk", "news.example", DESK_MAIL.id) if word in text] == []


def test_long_texts_and_lists_are_cut() -> None:
    """A publisher can't fill the database by what is gathered."""
    flood = an_item("T" * 100_000, summary="S" * 100_000, content="C" * 200_000, author="A" * 100_000)
    reasons = tuple(Reason(asked="x" * 9_000, found="x" * 9_000, field="title") for _ in range(1_000))
    owed = an_owed(item=flood, known_before=("x" * 9_000,) * 1_000)
    text = json.dumps(owing.document(replace(owed, match=replace(owed.match, reasons=reasons))))
    assert len(text) < 350_000
    assert passed(owed).item.revision.title == "T" * 3_999 + "…"


@pytest.mark.parametrize(
    "break_it",
    [
        lambda data: data | {"version": 2},
        lambda data: data | {"version": None},
        lambda data: {name: value for name, value in data.items() if name != "item"},
        lambda data: data | {"item": "i1"},
        lambda data: data | {"created": "yesterday"},
        lambda data: data | {"kind": "gossip"},
        lambda data: data | {"sequence": "one"},
        lambda data: data | {"known_before": 7},
        lambda _: None,
        lambda _: [],
    ],
)
def test_what_can_not_be_read_is_told(break_it: Any) -> None:
    with pytest.raises(ValueError, match=r"what is owed in version|doesn't say all"):
        owing.read(break_it(owing.document(full())), DESK_MAIL, SECRETIVE)


def test_what_later_code_adds_or_earlier_code_lacked_is_no_obstacle() -> None:
    """An upgrade and a way back while something is gathered."""
    data = owing.document(an_owed())
    del data["coverage"], data["kind"]
    assert owing.read(data | {"mood": "grim"}, DESK_MAIL, SECRETIVE).kind is AlertKind.UPDATE


def test_nobody_can_put_another_subscriber_into_it() -> None:
    """Who is told is who it was looked up for."""
    data = owing.document(an_owed()) | {"subscriber": {"id": "other", "name": "Other"}}
    assert owing.read(data, DESK_MAIL, SECRETIVE).subscriber is SECRETIVE
