"""What happens to reported items: `storywatch.updates.changes`, and that a poll finds it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storywatch.difference import difference
from storywatch.model import NOTHING_NEW, ChangeKind, Item, Match, RevisionWish, Severity
from storywatch.telling import Placing
from storywatch.updates import Past, PastReport, as_past, change_of, page_change, place
from storywatch.wishes import wants_change
from tests.support.samples import NOW, an_item

TEXT = "At least 60 people were killed at the airport gate, officials said. Rescuers are at work."


def told(text: str = TEXT) -> tuple[Item, Past, PastReport]:
    item = an_item("Attack at Kabul airport", summary=text)
    placed = place(item, "kabul", Past())
    assert placed is not None
    report = as_past(item, placed)
    return item, Past([report]), report


def revised(item: Item, text: str, title: str | None = None) -> Item:
    changed = replace(
        item.revision, number=2, seen=NOW + timedelta(hours=2), summary=text, title=title or item.revision.title
    )
    return replace(item, revision=replace(changed, difference=difference(item.revision, changed)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{TEXT} More soon.", ChangeKind.EDIT),
        (f"{TEXT} Correction: An earlier version gave the wrong gate.", ChangeKind.CORRECTION),
        (f"{TEXT} This article has been corrected to show the right gate.", ChangeKind.CORRECTION),
        (f"{TEXT} Updated to correct the spelling of a name.", ChangeKind.CORRECTION),
        (f"{TEXT} Clarification: the gate is Abbey Gate.", ChangeKind.CORRECTION),
        (f"{TEXT} An earlier version of this article misstated the name of the gate.", ChangeKind.CORRECTION),
        (f"{TEXT} An earlier version of this article said 100 people died.", ChangeKind.CORRECTION),
        (f"{TEXT} CORRECTION (Nov. 28): The gate is Abbey Gate.", ChangeKind.CORRECTION),
        (f"{TEXT} (This Nov 28 story has been corrected to fix the toll in paragraph 3)", ChangeKind.CORRECTION),
        (f"{TEXT} (Refiles to correct a typo in the headline)", ChangeKind.CORRECTION),
        (f"{TEXT} The Times regrets the error.", ChangeKind.CORRECTION),
        (f"{TEXT} Rectificatif : une version précédente de cet article se trompait de porte.", ChangeKind.CORRECTION),
        (f"{TEXT} 更正：死亡人数为170人。", ChangeKind.CORRECTION),
        (f"{TEXT} An earlier version of this article was published on Friday.", ChangeKind.EDIT),
        (f"{TEXT} This story has been updated.", ChangeKind.EDIT),
        (f"{TEXT} The ministry corrected its figures.", ChangeKind.EDIT),
        ("The Associated Press is withdrawing its story about the gate.", ChangeKind.RETRACTION),
        ("This article has been retracted.", ChangeKind.RETRACTION),
        ("We have removed this article because its source was wrong.", ChangeKind.RETRACTION),
        ("The story has been withdrawn by Reuters.", ChangeKind.RETRACTION),
        (f"{TEXT} Troops were withdrawn from the gate.", ChangeKind.EDIT),
        (f"{TEXT} Prison authorities run a house of correction.", ChangeKind.EDIT),
        (f"{TEXT} The barriers were removed.", ChangeKind.EDIT),
    ],
)
def test_the_publishers_own_note_tells_the_kind(text: str, kind: ChangeKind) -> None:
    """And stands in the change; without a note it is an edit."""
    item, past, report = told()
    change = change_of(revised(item, text), report, "kabul", past)
    assert change is not None
    assert change.kind is kind
    assert bool(change.quote) is (kind is not ChangeKind.EDIT)
    assert change.quote in " ".join(text.split())
    assert change.news.severity is Severity.HIGH or kind is ChangeKind.EDIT
    assert (change.update, change.item, change.revision) == (report.update, item.id, 2)
    assert change.difference


def test_an_old_note_is_no_new_correction() -> None:
    """Only what was added counts."""
    item, past, report = told(f"{TEXT} Correction: An earlier version gave the wrong gate.")
    change = change_of(revised(item, f"{item.revision.summary} More soon."), report, "kabul", past)
    assert change is not None
    assert change.kind is ChangeKind.EDIT


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("Rescuers", "Rescuer"),
        f"{TEXT} Last updated 14:30 GMT",
        f"{TEXT} Read more on our live page",
        TEXT.replace("officials said", "officials say"),
    ],
)
def test_a_trivial_edit_tells_nothing_new(text: str) -> None:
    """A typo, a time stamp, navigation."""
    item, past, report = told()
    change = change_of(revised(item, text), report, "kabul", past)
    assert change is not None
    assert (change.kind, change.news) == (ChangeKind.EDIT, NOTHING_NEW)


def test_an_edit_that_raises_the_toll_is_news() -> None:
    """With what it was before."""
    item, past, report = told()
    change = change_of(revised(item, TEXT.replace("At least 60", "At least 170")), report, "kabul", past)
    assert change is not None
    (figure,) = change.news.figures
    assert figure.before is not None
    assert (figure.now.value, figure.before.figure.value, change.news.severity) == (170, 60, Severity.HIGH)
    assert change.news.lead == ("At least 170 people were killed at the airport gate, officials said.",)


def test_what_the_event_knows_from_others_is_no_news() -> None:
    """The edit catches up with what another outlet told."""
    item, past, report = told()
    other = an_item(
        "Toll rises to 170", item="i2", outlet="cnn", summary="At least 170 people were killed at the airport gate."
    )
    placed = place(other, "kabul", past)
    assert placed is not None
    past.add(as_past(other, placed))
    change = change_of(revised(item, TEXT.replace("At least 60", "At least 170")), report, "kabul", past)
    assert change is not None
    assert change.news == NOTHING_NEW


def test_equal_words_change_nothing() -> None:
    """A revision of dates or the author only."""
    item, past, report = told()
    assert change_of(revised(item, TEXT), report, "kabul", past) is None


def test_a_change_has_the_same_id_when_it_is_found_again() -> None:
    """And another one for each revision."""
    item, past, report = told()
    new = revised(item, f"{TEXT} More soon.")
    one, again = (change_of(new, report, "kabul", past) for _ in range(2))
    later = change_of(replace(new, revision=replace(new.revision, number=3)), report, "kabul", past)
    assert one is not None
    assert again is not None
    assert later is not None
    assert one.id == again.id != later.id


def test_a_page_that_vanished_and_came_back_are_two_changes() -> None:
    """Vanishing is worth more than coming back."""
    _, _, report = told()
    gone = page_change(report, "kabul", kind=ChangeKind.VANISHED, revision=1, seen=NOW)
    back = page_change(report, "kabul", kind=ChangeKind.RESTORED, revision=1, seen=NOW + timedelta(days=1))
    assert gone.id != back.id
    assert (gone.news.severity, back.news.severity) == (Severity.NORMAL, Severity.LOW)


def test_a_retraction_that_matches_no_more_is_told() -> None:
    """The new text says nothing of the event, and the item is its report all the same."""
    item, past, _ = told()
    gone = revised(item, "This article has been retracted.", "Retracted")
    found = Placing("kabul", past).add(gone, None)
    (change,) = found.changes
    assert (change.kind, change.item, change.update) == (ChangeKind.RETRACTION, item.id, past[0].update)
    assert not found.reports


def test_an_unreported_item_changes_nothing() -> None:
    """Control: a revision of what is no report of the event is placed if it matches, and passed over if not."""
    item = an_item("Attack at Kabul airport", summary=TEXT)
    assert not Placing("kabul", Past()).add(revised(item, f"{TEXT} More."), None).changes
    match = Match(event="kabul", item=item.id, revision=2, accepted=True, score=1.0)
    assert len(Placing("kabul", Past()).add(revised(item, f"{TEXT} More."), match).reports) == 1


def test_what_stands_since_an_earlier_difference_is_not_told_again() -> None:
    """All sentences, wherever they stood; one that no difference has, or that was taken back, makes an edit anew."""
    item, past, report = told()
    edited = revised(item, f"{TEXT} One more. Another one.")
    for shown in (["+ One more.\n+ Another one.\n- Gone."], ["+ One more.", "+ Another one."]):
        assert change_of(edited, report, "kabul", past, shown) is None
    for shown in (["+ One more.\n- Another one."], ["+ One more.\n+ Another one.", "- One more.\n+ Back."], [""], []):
        assert change_of(edited, report, "kabul", past, shown)


NOTE = "Correction: An earlier version of this article misstated the number of soldiers."


@pytest.mark.parametrize("shown", [NOTE, f"It goes on. {NOTE} The toll is right now.", f"{NOTE[:60]}…"])
def test_a_note_that_was_told_is_not_told_again(shown: str) -> None:
    """However much of it, and whatever unimportant stands around it."""
    item, past, report = told()
    again = revised(item, f"{TEXT} {NOTE} Read more here.")
    assert change_of(again, report, "kabul", past, [f"+ {shown}"]) is None
    assert change_of(again, report, "kabul", past) is not None


def test_news_beside_a_note_that_was_told_is_told_as_an_edit() -> None:
    """Nothing is lost because something was told before."""
    item, past, report = told()
    new = revised(item, f"{TEXT.replace('At least 60', 'At least 170')} {NOTE}")
    change = change_of(new, report, "kabul", past, [f"+ {NOTE}"])
    assert change is not None
    assert (change.kind, change.quote) == (ChangeKind.EDIT, "")
    assert [one.now.value for one in change.news.figures] == [170]


def test_what_an_edit_revises_is_the_reports_own_figure() -> None:
    """Not that of whoever spoke last."""
    item, past, report = told()
    other = an_item("Toll rises to 90", item="i2", outlet="cnn", summary="At least 90 people were killed at the gate.")
    placed = place(other, "kabul", past)
    assert placed is not None
    past.add(as_past(other, placed))
    change = change_of(revised(item, TEXT.replace("At least 60", "At least 170")), report, "kabul", past)
    assert change is not None
    (figure,) = change.news.figures
    assert figure.before is not None
    assert (figure.before.item, figure.before.figure.value) == (item.id, 60)


@pytest.mark.parametrize(
    ("added", "note"),
    [
        ("Correction: The gate was Abbey Gate. Troops left at noon.", "Correction: The gate was Abbey Gate."),
        (
            "This article has been corrected. An earlier version named the wrong gate. Troops left.",
            "This article has been corrected. An earlier version named the wrong gate.",
        ),
        (
            "Correction: This article misstated the toll. It is 170, not 100. Troops left.",
            "Correction: This article misstated the toll. It is 170, not 100.",
        ),
        (
            "An earlier version of this article said 100 died. The correct figure is 170. Troops left.",
            "An earlier version of this article said 100 died. The correct figure is 170.",
        ),
        ("Troops left at noon.Correction: The gate was Abbey Gate.", "Correction: The gate was Abbey Gate."),
    ],
)
def test_a_note_is_quoted_without_the_text_around_it(added: str, note: str) -> None:
    """With the sentence that says what was wrong, and even where it lost its paragraph."""
    item, past, report = told()
    change = change_of(revised(item, f"{TEXT}\n{added}"), report, "kabul", past)
    assert change is not None
    assert (change.kind, change.quote) == (ChangeKind.CORRECTION, note)


def test_a_retraction_is_quoted_by_its_sentence_and_not_by_its_label() -> None:
    """A headline that begins with the word says less."""
    item, past, report = told()
    note = "This article has been retracted because it did not meet our standards."
    change = change_of(revised(item, note, "Retraction: Kabul"), report, "kabul", past)
    assert change is not None
    assert (change.kind, change.quote) == (ChangeKind.RETRACTION, note)


@pytest.mark.parametrize(
    ("before", "after", "is_news"),
    [
        ("The gate was searched that morning.", "The gate was not searched that morning.", True),
        ("The gate wasn’t searched that morning.", "The gate was searched that morning.", True),
        ("Ворота проверили утром.", "Ворота не проверили утром.", True),
        ("The gate was searched that morning.", "The gate was searched that day.", False),
        ("The gate was searched that morning.", "Nobody knows where the captain is.", False),
    ],
)
def test_an_edit_that_turns_a_sentence_round_is_news(before: str, after: str, is_news: bool) -> None:  # noqa: FBT001
    """A `not` that came or went is told to who wants corrections, in the report's new words."""
    item, past, report = told(f"{TEXT} {before}")
    change = change_of(revised(item, f"{TEXT} {after}"), report, "kabul", past)
    assert change is not None
    assert change.kind is ChangeKind.EDIT
    assert (change.news.lead == (after,)) is is_news
    assert wants_change(RevisionWish.CORRECTIONS, change) is is_news
    assert change.news.severity is (Severity.NORMAL if is_news else Severity.LOW)


def test_a_figure_that_others_gave_before_is_the_reports_word_from_now_on() -> None:
    """It is no news, but they agree now; what merely stands in a mended sentence is not given anew."""
    item, past, report = told()
    other = an_item("Toll rises to 90", item="i2", outlet="cnn", summary="At least 90 people were killed at the gate.")
    placed = place(other, "kabul", past)
    assert placed is not None
    past.add(as_past(other, placed))
    change = change_of(revised(item, TEXT.replace("At least 60", "At least 90")), report, "kabul", past)
    assert change is not None
    assert change.news.figures == ()
    assert [one.value for one in change.figures] == [90]
    mended = change_of(revised(item, TEXT.replace("airport gate", "gate")), report, "kabul", past)
    assert mended is not None
    assert mended.figures == ()
