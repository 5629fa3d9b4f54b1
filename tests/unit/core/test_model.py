"""The values: `storywatch.model` and `storywatch.errors`."""

import dataclasses
import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storywatch import errors, intake, model, pacing, ports, updates
from storywatch.errors import ConfigError, Fault, FaultError, Problem, StorywatchError, VisitError
from storywatch.model import Settings, SmtpSettings, Subscriber, as_utc
from tests.support.samples import NOW, an_item

VALUES = [
    value
    for module in (model, errors, intake, pacing, ports, updates)
    for _, value in inspect.getmembers(module, dataclasses.is_dataclass)
    if inspect.isclass(value) and value.__module__ == module.__name__
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_every_value_is_frozen_and_keyword_only(value: type) -> None:
    """Nothing that travels can be edited on its way."""
    params = value.__dataclass_params__  # type: ignore[attr-defined]
    assert params.frozen
    assert all(field.kw_only for field in dataclasses.fields(value))


def test_secrets_stand_in_no_representation() -> None:
    """A value may be logged by mistake: passwords, webhook addresses and database URLs don't show."""
    secret = "hunter2-and-more"
    values = [
        Subscriber(id="desk", name="Desk", webhook_url=f"https://hooks.example/{secret}", webhook_secret=secret),
        SmtpSettings(host="mail.example", username="storywatch", password=secret),
        Settings(database=f"postgresql://storywatch:{secret}@db/storywatch", contact="editor@news.example"),
    ]
    assert all(secret not in repr(value) for value in values)


def test_a_time_is_turned_to_utc() -> None:
    """The same instant."""
    kabul = timezone(timedelta(hours=4, minutes=30))
    assert as_utc(datetime(2021, 8, 26, 17, 36, tzinfo=kabul)) == datetime(2021, 8, 26, 13, 6, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    """It names no instant."""
    with pytest.raises(ValueError, match="no time zone"):
        as_utc(datetime(2021, 8, 26, 17, 36))  # noqa: DTZ001 - the naive time is the point


def test_an_item_is_dated_by_the_best_date_it_has() -> None:
    """Published, else updated, else first seen."""
    hour = timedelta(hours=1)
    assert an_item(published=NOW - 2 * hour, updated=NOW - hour).published == NOW - 2 * hour
    assert an_item(updated=NOW - hour).published == NOW - hour
    assert an_item().published == NOW


def test_an_edit_moves_an_item_no_further_than_when_it_was_first_seen() -> None:
    """Where the time of the last edit is all that a feed gives."""
    assert an_item(updated=NOW + timedelta(days=300)).published == NOW


def test_every_error_that_is_raised_on_purpose_is_in_the_tree() -> None:
    """One base, so that the borders know what an operator can understand."""
    raised = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Exception)]
    assert all(issubclass(value, StorywatchError) for value in raised)


def test_an_error_carries_the_fault_it_becomes() -> None:
    """With the fields to act on."""
    error: FaultError = VisitError("http_503", "the server is busy", retry_after=timedelta(minutes=2))
    assert error.fault == Fault(code="http_503", message="the server is busy", retry_after=timedelta(minutes=2))
    assert str(error) == "the server is busy"


def test_a_config_error_shows_every_problem_with_its_place() -> None:
    """One line each, in the form that editors jump to."""
    error = ConfigError(
        [
            Problem(file="watch.yaml", line=3, key="events[0].titel", message="unknown key"),
            Problem(file="watch.yaml", line=9, key="sources", message="missing"),
        ]
    )
    assert str(error) == "watch.yaml:3: events[0].titel: unknown key\nwatch.yaml:9: sources: missing"
    assert len(error.problems) == 2
