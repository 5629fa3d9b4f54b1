"""What a second look at a reported item's page tells, and when there is another."""

from dataclasses import replace
from datetime import timedelta

from storywatch.errors import Fault
from storywatch.model import Visit, VisitOutcome
from storywatch.rechecking import Found, Recheck, after, next_look
from tests.support.samples import NOW, an_item, brought, parsed

HOUR = timedelta(hours=1)
TEXT = "Thirteen soldiers died at the gate. The Pentagon spoke of a righteous strike."
FIRST = Recheck(item=an_item(), reported=NOW, next_check_at=NOW)
READ = replace(FIRST, text=TEXT, title="A strike", checks=1)


def failed(code: str, *, retry_after: timedelta | None = None) -> Visit:
    return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code=code, message="no", retry_after=retry_after))


def test_the_first_look_only_remembers() -> None:
    look = after(brought(parsed("A strike", content=TEXT)), FIRST, NOW)
    assert (look.found, look.after.text, look.after.checks) == (Found.NOTHING, TEXT, 1)
    assert look.after.next_check_at == NOW + 6 * HOUR


def test_an_edit_in_silence_is_told_with_what_changed() -> None:
    edited = TEXT.replace("a righteous strike", "a tragic mistake")
    look = after(brought(parsed("A strike", content=edited)), READ, NOW)
    assert look.found is Found.EDITED
    assert look.revision is not None
    assert "+ The Pentagon spoke of a tragic mistake." in look.revision.difference
    again = after(brought(parsed("A strike", content=edited)), look.after, NOW + HOUR)
    assert again.found is Found.NOTHING


def test_a_page_is_gone_when_it_is_missing_twice_an_hour_apart() -> None:
    first = after(failed("not_found"), READ, NOW)
    assert (first.found, first.after.next_check_at) == (Found.NOTHING, NOW + HOUR)
    assert after(failed("not_found"), first.after, NOW + HOUR / 2).found is Found.NOTHING
    second = after(failed("gone"), first.after, NOW + HOUR)
    assert (second.found, second.after.gone) == (Found.VANISHED, True)
    assert after(failed("gone"), second.after, NOW + 9 * HOUR).found is Found.NOTHING
    back = after(brought(parsed("A strike", content=TEXT)), second.after, NOW + 10 * HOUR)
    assert (back.found, back.after.missing_since) == (Found.RESTORED, None)


def test_a_page_that_comes_back_with_other_words_is_back_with_what_differs() -> None:
    gone = replace(READ, gone=True, missing_since=NOW)
    back = after(brought(parsed("A strike", content=TEXT.replace("Thirteen", "Eleven"))), gone, NOW + HOUR)
    assert (back.found, back.after.gone) == (Found.RESTORED, False)
    assert back.revision is not None
    assert "+ Eleven soldiers died at the gate." in back.revision.difference


def test_a_stumble_is_no_absence() -> None:
    first = after(failed("not_found"), READ, NOW)
    back = after(brought(parsed("A strike", content=TEXT)), first.after, NOW + HOUR)
    assert (back.found, back.after.missing_since) == (Found.NOTHING, None)


def test_a_way_to_the_front_page_is_an_absence() -> None:
    led = replace(brought(parsed("The front")), final_url="https://www.nytimes.com/")
    assert after(led, READ, NOW).after.missing_since == NOW


def test_a_failure_that_says_nothing_of_the_page_says_nothing() -> None:
    look = after(failed("http_503", retry_after=timedelta(days=2)), READ, NOW)
    assert (look.found, look.after.missing_since, look.after.text) == (Found.NOTHING, None, TEXT)
    assert look.after.next_check_at == NOW + timedelta(days=2)


def test_looks_become_rare_and_end() -> None:
    looks, now = 0, NOW
    while (planned := next_look(NOW, now)) is not None:
        assert planned > now
        looks, now = looks + 1, planned
    assert now - NOW < timedelta(days=411)
    assert 18 <= looks <= 30
