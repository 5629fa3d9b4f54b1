"""The ledger: everything owed, once, and nothing else."""

import pytest

from storywatch.cli.demo.ledger import EDITED, Ledger
from storywatch.cli.demo.receivers import Call, Mail
from tests.unit.demo.samples import STORY, call_of, mail_of

(EDIT,) = STORY.edits
MAILS = (
    *map(mail_of, STORY.telling),
    Mail(identity="<edit@x>", headline=EDITED + EDIT.title),
)
CALLS = (
    *map(call_of, STORY.firsts),
    Call(identity="edit", data={**call_of(STORY.article(EDIT.of)).data, "headline": EDIT.title, "kind": "revision"}),
)
STRANGER = next(article for article in STORY.articles if article.tells is None)


def _ledger(mails: tuple[Mail, ...] = MAILS, calls: tuple[Call, ...] = CALLS) -> Ledger:
    return Ledger(story=STORY, mails=mails, calls=calls)


def test_a_play_that_went_well_has_no_problem() -> None:
    """Every report by mail, every update by webhook."""
    assert _ledger().problems() == ()
    assert _ledger().duplicates == 0


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (_ledger(mails=MAILS[1:]), "no mail came for update 1 of al-jazeera"),
        (_ledger(calls=(*CALLS[:10], CALLS[11])), "no webhook came for update 11 of wion"),
        (_ledger(mails=(*MAILS, MAILS[3])), "2 times the same mail came for update 2"),
        (_ledger(calls=(*CALLS, CALLS[0])), "2 times the same webhook came for update 1"),
        (_ledger(mails=(*MAILS, mail_of(STRANGER))), "a mail came that nobody was owed"),
        (_ledger(calls=(*CALLS, call_of(STORY.telling[1]))), "a webhook came that nobody was owed"),
        (_ledger(calls=(*CALLS[1:], call_of(STORY.firsts[0], sequence=4))), "update 1 came as number 4"),
    ],
)
def test_whatever_is_wrong_is_named(ledger: Ledger, said: str) -> None:
    """Missing, repeated, unasked, misnumbered."""
    (problem,) = ledger.problems()
    assert said in problem


def test_the_same_identity_twice_is_a_duplicate() -> None:
    """Also when the words differ."""
    again = mail_of(STRANGER, identity=MAILS[0].identity)
    assert _ledger(mails=(*MAILS, again)).duplicates == 1


def test_an_update_has_come_when_mail_and_webhook_have() -> None:
    """One of the two is not enough."""
    first = STORY.firsts[0]
    assert _ledger().has_come(first)
    assert not _ledger(calls=()).has_come(first)
    assert not _ledger(mails=()).has_come(first)


def test_a_confirmation_has_come_when_its_mail_has() -> None:
    """The foreign desk doesn't ask for confirmations."""
    confirming = STORY.telling[1]
    assert confirming not in STORY.firsts
    assert _ledger(calls=()).has_come(confirming)
    assert not _ledger(mails=()).has_come(confirming)


def test_nothing_is_owed_for_other_news() -> None:
    """So there is nothing to wait for."""
    assert _ledger(mails=(), calls=()).has_come(STRANGER)


def test_an_edit_is_told_when_both_heard_of_it() -> None:
    """It opens no update: the foreign desk gets a call of another kind."""
    assert _ledger().is_told(EDIT)
    assert not _ledger(mails=MAILS[:-1]).is_told(EDIT)
    assert not _ledger(calls=CALLS[:-1]).is_told(EDIT)
    assert len(_ledger().updates) == len(STORY.firsts)
