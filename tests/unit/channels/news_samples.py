"""Alerts with news, changes and coverage, as digests, mails and calls tell them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storywatch.model import (
    AlertKind,
    Change,
    ChangeKind,
    ChannelKind,
    Coverage,
    Endpoint,
    Event,
    Figure,
    FigureChange,
    FigureKind,
    KnownFigure,
    KnownStatement,
    News,
    OwedConfirmation,
    OwedDigest,
    OwedEndpointNotice,
    PageSettings,
    ReportRole,
    Severity,
    Stance,
    Statement,
)
from tests.unit.channels.samples import CREATED, OWED, SEEN, SETTINGS, owed_with

EARLIER = datetime(2021, 8, 27, 6, 0, tzinfo=UTC)
KEY = "a-key-that-nobody-knows-0123456789"
PAGES = PageSettings(public_url="https://follow.news.example/", key=KEY)
WITH_PAGES = replace(SETTINGS, pages=PAGES)

DEATHS = FigureChange(
    now=Figure(kind=FigureKind.KILLED, value=170, high=170, quote="at least 170 people were killed"),
    before=KnownFigure(
        figure=Figure(kind=FigureKind.KILLED, value=100, high=100), item="item-0", outlet="cnn", since=EARLIER
    ),
)
DENIAL = KnownStatement(
    statement=Statement(
        stance=Stance.CLAIMS, speaker="The Pentagon", quote="The strike hit a planner of the Islamic State."
    ),
    item="item-0",
    outlet="khaama",
    since=EARLIER,
)
NEWS = News(
    lead=("The general said that it was a tragic mistake, and that ten civilians had died.",),
    names=("Zemari Ahmadi",),
    figures=(DEATHS,),
    statements=(Statement(stance=Stance.ADMITS, speaker="The Pentagon", quote="It was a mistake."),),
    reverses=DENIAL,
    severity=Severity.HIGH,
)
COVERAGE = Coverage(outlets=("nyt", "cnn", "khaama", "wion", "wamu"), origins=("outlet:nyt", "agency:ap"))
NAMES = (("cnn", "CNN"), ("khaama", "Khaama Press"))

TOLD = replace(
    OWED, report=replace(OWED.report, news=NEWS), coverage=COVERAGE, outlet_names=NAMES, kind=AlertKind.UPDATE
)
CORROBORATED = replace(
    OWED,
    id="a-corroborated",
    kind=AlertKind.CORROBORATION,
    report=replace(OWED.report, role=ReportRole.CORROBORATION),
    coverage=COVERAGE,
    outlet_names=NAMES,
)
CORRECTION = Change(
    id="c-1",
    event=OWED.event.id,
    update=OWED.update.id,
    item=OWED.item.id,
    outlet="nyt",
    revision=2,
    kind=ChangeKind.CORRECTION,
    seen=SEEN + timedelta(hours=3),
    difference=(
        "- Pentagon says that the strike hit a planner\n+ Pentagon calls the strike a tragic mistake\n"
        "- Officials said that three were killed.\n+ Ten civilians were killed, seven of them children."
    ),
    quote="Correction: an earlier version of this article misstated how many were killed.",
)
CORRECTED = replace(OWED, id="a-corrected", kind=AlertKind.REVISION, change=CORRECTION)


def changed(kind: ChangeKind, **changes: str) -> Change:
    """Return the change as one of another kind."""
    return replace(CORRECTION, kind=kind, **changes)  # type: ignore[arg-type]  # mypy sees texts only


DIGEST = OwedDigest(
    id="d-31",
    created=CREATED,
    subscription=replace(OWED.subscription, id="desk-daily"),
    subscriber=OWED.subscriber,
    parts=(
        TOLD,
        CORROBORATED,
        replace(owed_with(event=Event(id="floods", title="Floods in the valley"), title="Dam holds"), id="a-flood"),
        CORRECTED,
    ),
    since=EARLIER,
    left_out=12,
)
CONFIRMATION = OwedConfirmation(
    id="k-77",
    created=CREATED,
    subscriber=replace(OWED.subscriber, id="reader-9", name="", email="reader@home.example"),
    events=(OWED.event.title,),
    link="https://follow.news.example/confirm/abc.def",
    until=CREATED + timedelta(hours=48),
)
SWITCHED_OFF = OwedEndpointNotice(
    id="n-off",
    created=CREATED,
    subscription=replace(OWED.subscription, id="ops-mail", alarms=True),
    subscriber=OWED.subscriber,
    endpoint=Endpoint(
        lane="webhook:desk",
        failing_since=EARLIER,
        failures=9,
        disabled_at=CREATED,
        reason="https://hooks.news.example answered 500",
    ),
    receiver=replace(OWED.subscriber, id="program", name="A program"),
    channel=ChannelKind.WEBHOOK,
    address="https://hooks.news.example",
)
