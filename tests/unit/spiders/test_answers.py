"""What a response says besides its body: `spiders.answers`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.answers import asked_pause, conditional_headers, fresh_for, refreshed, skew, validates, validators
from storywatch.model import Validators

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = "Sun, 01 Mar 2026 13:00:00 GMT"
NOON = "Sun, 01 Mar 2026 12:00:00 GMT"
HOUR = timedelta(hours=1)

text = st.text(max_size=40)
headers = st.dictionaries(
    st.sampled_from(["date", "age", "expires", "cache-control", "retry-after", "etag", "last-modified"]), text
)


@pytest.mark.parametrize(
    ("fresh", "old", "conditional", "works"),
    [
        ({}, {}, False, False),
        ({"etag": '"1"'}, {}, False, True),
        ({"last_modified": "then"}, {}, False, True),
        ({"etag": '"1"', "body_hash": "a"}, {"etag": '"1"', "body_hash": "a"}, True, False),
        ({"etag": '"2"', "body_hash": "a"}, {"etag": '"1"', "body_hash": "a"}, True, False),
        ({"etag": '"2"', "body_hash": "b"}, {"etag": '"1"', "body_hash": "a"}, True, True),
        ({"etag": '"1"', "body_hash": "a"}, {"body_hash": "a"}, False, True),
        ({"body_hash": "b"}, {"etag": '"1"', "body_hash": "a"}, True, False),
    ],
)
def test_whether_a_server_validates(
    fresh: dict[str, Any],
    old: dict[str, Any],
    conditional: bool,  # noqa: FBT001 - a table
    works: bool,  # noqa: FBT001 - a table
) -> None:
    """It sends validators, and doesn't send the same document to who shows them."""
    assert validates(Validators(**fresh), Validators(**old), conditional=conditional) is works


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        ({}, None),
        ({"date": NOON}, None),
        ({"date": "Sun, 01 Mar 2026 12:01:00 GMT"}, None),
        ({"date": "Sun, 01 Mar 2026 12:01:01 GMT"}, timedelta(seconds=61)),
        ({"date": "Sun, 01 Mar 2026 11:00:00 GMT"}, -HOUR),
        ({"date": "Sun, 01 Mar 2026 11:00:00 GMT", "age": "3600"}, None),
        ({"date": "yesterday"}, None),
    ],
)
def test_how_far_the_servers_clock_is_ahead(said: dict[str, str], ahead: timedelta | None) -> None:
    """A minute is nothing, and a cache's copy is old by right."""
    assert skew(said, NOW) == ahead


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ({}, None),
        ({"retry-after": "60"}, timedelta(minutes=1)),
        ({"retry-after": "60", "date": "Sun, 01 Mar 2026 10:00:00 GMT"}, timedelta(minutes=1)),
        ({"retry-after": "Sun, 01 Mar 2026 13:00:00 GMT"}, HOUR),
        ({"retry-after": "Sun, 01 Mar 2026 13:00:00 GMT", "date": NOON}, HOUR),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT", "date": "Sun, 01 Mar 2026 10:00:00 GMT"}, HOUR),
        ({"retry-after": "Sun, 01 Mar 2026 15:00:00 GMT", "date": "Sun, 01 Mar 2026 14:00:00 GMT"}, 3 * HOUR),
        (
            {"retry-after": "Sun, 01 Mar 2026 13:00:00 GMT", "date": "Sun, 01 Mar 2026 11:00:00 GMT", "age": "3600"},
            HOUR,
        ),
        ({"retry-after": "Sun, 01 Mar 2026 13:00:00 GMT", "date": "no date"}, HOUR),
    ],
)
def test_the_pause_goes_by_the_clock_that_makes_it_longer(said: dict[str, str], pause: timedelta | None) -> None:
    """A server whose clock is slow means its own hour."""
    assert asked_pause(said, NOW) == pause


@given(headers)
def test_no_header_breaks_the_reading(said: dict[str, str]) -> None:
    """Whatever stands in it; and no pause is negative."""
    for pause in (fresh_for(said), asked_pause(said, NOW)):
        assert pause is None or pause >= timedelta()
    skew(said, NOW)
    validators(said, b"")


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"])
@pytest.mark.parametrize("age", ["0", "999999999999999"])
def test_dates_at_the_ends_of_time(date: str, age: str) -> None:
    """They overflow nothing."""
    for said in ({"date": date, "age": age, "retry-after": date}, {"date": date, "expires": NOON, "age": age}):
        asked_pause(said, NOW)
        fresh_for(said)
        skew(said, NOW)


def test_what_a_304_does_not_say_stays() -> None:
    """Entity tag, date, hash, and by which question it was chosen."""
    old = Validators(etag='"1"', last_modified="then", body_hash="ab", asked_as="me")
    assert refreshed({}, old) == old
    assert refreshed({"etag": '"2"'}, old).etag == '"2"'
    assert refreshed({"etag": '"2"'}, old).last_modified == "then"
    assert refreshed({"last-modified": "now"}, old).last_modified == "now"


@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (Validators(), {}),
        (Validators(body_hash="ab"), {}),
        (Validators(etag='"1"'), {"If-None-Match": '"1"', "A-IM": "feed"}),
        (Validators(last_modified="then"), {"If-Modified-Since": "then"}),
        (
            Validators(etag='"1"', last_modified="then"),
            {"If-None-Match": '"1"', "If-Modified-Since": "then", "A-IM": "feed"},
        ),
    ],
)
def test_what_makes_a_visit_conditional(known: Validators, sent: dict[str, str]) -> None:
    """A delta is only offered to who has an entity tag to count from."""
    assert conditional_headers(known) == sent
