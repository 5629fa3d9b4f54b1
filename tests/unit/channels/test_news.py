"""What is new, in words: quotations from the report, figures with what they were before, and who said so."""

from dataclasses import replace

import pytest

from channels.brief import brief_of
from channels.citation import citation_of
from channels.news import amount, facts_of, figure_in_words
from channels.room import WHOLE, Room
from storywatch.model import (
    AlertKind,
    ChangeKind,
    Coverage,
    Figure,
    FigureKind,
    News,
    ReportRole,
    Severity,
    Stance,
    Statement,
)
from tests.unit.channels.news_samples import (
    CORRECTED,
    CORRECTION,
    CORROBORATED,
    COVERAGE,
    DEATHS,
    DENIAL,
    NEWS,
    TOLD,
    changed,
)
from tests.unit.channels.samples import OWED, SEEN, owed_with

NAMES = {"cnn": "CNN", "khaama": "Khaama Press"}


def test_the_alert_leads_with_what_is_new() -> None:
    """The report's sentence, then the facts; its headline is told beside its outlet."""
    brief = brief_of(TOLD)
    assert brief.lead == NEWS.lead
    assert brief.facts == (
        "170 killed, before 100 (CNN, 27 August 2021)",
        "The Pentagon admits: \u201cIt was a mistake.\u201d",
        (
            "Reverses: \u201cThe strike hit a planner of the Islamic State.\u201d"
            " (The Pentagon; Khaama Press, 27 August 2021)"
        ),
        "Named for the first time: Zemari Ahmadi",
    )
    assert brief.summary == ""
    assert brief.rows[0] == ("Report", OWED.item.revision.title)
    assert ("Coverage", "5 outlets, 2 origins: The New York Times, CNN, Khaama Press, wion, wamu") in brief.rows


def test_without_a_word_of_what_is_new_the_headline_leads() -> None:
    """As alerts did that were stored by older versions; the summary follows, and the headline is told once."""
    brief = brief_of(OWED)
    assert (brief.lead, brief.facts) == ((OWED.item.revision.title,), ())
    assert brief.summary.startswith("Gen. Frank McKenzie")
    assert "Report" not in dict(brief.rows)


def test_a_lead_that_is_the_headline_is_told_once() -> None:
    """Nor is it a row of its own."""
    news = replace(NEWS, lead=(OWED.item.revision.title,))
    assert "Report" not in dict(brief_of(replace(TOLD, report=replace(TOLD.report, news=news))).rows)


def test_an_update_that_waited_for_outlets_says_how_many_it_has() -> None:
    """It is not called a first report."""
    waited = replace(TOLD, report=replace(TOLD.report, role=ReportRole.CORROBORATION))
    assert brief_of(waited).role == "An update, now that it has 5 outlets, 2 origins"
    wish = replace(TOLD.subscription, least_outlets=2)
    assert brief_of(replace(TOLD, subscription=wish)).role == brief_of(waited).role
    assert brief_of(TOLD).role == "First report of an update"
    assert brief_of(waited).confirms is None
    assert brief_of(CORROBORATED).confirms == OWED.update.headline


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ({"value": 13, "high": 13}, "13"),
        ({"value": 13, "high": 20}, "13 to 20"),
        ({"value": 1200, "high": 1200, "least": True}, "at least 1,200"),
        ({"value": 2.5, "high": 2.5}, "2.5"),
    ],
)
def test_numbers_read_as_people_write_them(figure: dict[str, float], said: str) -> None:
    assert amount(Figure(kind=FigureKind.KILLED, **figure)) == said  # type: ignore[arg-type]  # `least` is no float


def test_a_figure_says_whom_it_counts_who_says_so_and_what_was_before() -> None:
    """A first one has nothing before it; of money the report's words name the unit."""
    now = replace(DEATHS.now, of="american soldiers", said_by="the Taliban")
    said = figure_in_words(replace(DEATHS, now=now), NAMES, WHOLE)
    assert said == "170 killed (american soldiers), according to the Taliban, before 100 (CNN, 27 August 2021)"
    quoted = replace(now, quote="The Taliban say that 170 American soldiers died.")
    assert "170 killed (American soldiers)" in figure_in_words(replace(DEATHS, now=quoted), NAMES, WHOLE)
    assert figure_in_words(replace(DEATHS, before=None), {}, WHOLE) == "170 killed"
    money = replace(DEATHS.now, kind=FigureKind.MONEY, quote="3 million dollars")
    assert figure_in_words(replace(DEATHS, now=money, before=None), {}, WHOLE) == "\u201c3 million dollars\u201d"


def test_an_outlet_whose_name_is_not_known_is_told_by_its_id() -> None:
    assert figure_in_words(DEATHS, {}, WHOLE) == "170 killed, before 100 (cnn, 27 August 2021)"


def test_what_the_report_itself_words_is_told_once() -> None:
    """A sum of money in a sentence that leads; and two figures of one quotation."""
    money = replace(DEATHS, now=replace(DEATHS.now, kind=FigureKind.MONEY, quote="It costs $3m."), before=None)
    assert facts_of(News(lead=("It costs $3m.",), figures=(money,)), {}, WHOLE) == ()
    assert facts_of(News(figures=(money, money)), {}, WHOLE) == ("\u201cIt costs $3m.\u201d",)


def test_one_outlet_alone_is_no_coverage() -> None:
    """It is named anyway."""
    alone = replace(TOLD, coverage=Coverage(outlets=("nyt", "nyt"), origins=("outlet:nyt",)))
    assert "Coverage" not in dict(brief_of(alone).rows)


def test_a_statement_that_stands_in_the_lead_is_told_once() -> None:
    """Somebody without a name is not given one."""
    said = Statement(stance=Stance.DENIES, speaker="", quote="We did not.")
    assert facts_of(News(lead=("We did not.",), statements=(said,)), {}, WHOLE) == ()
    assert facts_of(News(statements=(said,)), {}, WHOLE) == ("Not said who denies: \u201cWe did not.\u201d",)


def test_a_correction_says_who_corrected_what_and_how() -> None:
    """With the publisher's own note and the lines that differ."""
    brief = brief_of(CORRECTED)
    assert (brief.role, brief.lead) == ("Correction", ("The New York Times corrected its report",))
    assert brief.change is not None
    assert brief.change.note == CORRECTION.quote
    assert [(line.sign, line.text) for line in brief.change.lines][:2] == [
        ("-", "Pentagon says that the strike hit a planner"),
        ("+", "Pentagon calls the strike a tragic mistake"),
    ]
    assert ("Change seen", "17 Sep 2021 23:14 UTC") in brief.rows


def test_what_a_change_brings_as_new_leads() -> None:
    """An edit that raises a toll is news."""
    brief = brief_of(replace(CORRECTED, change=replace(CORRECTION, news=NEWS)))
    assert brief.lead == NEWS.lead
    assert brief.facts[0].startswith("170 killed")


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_change_has_words(kind: ChangeKind) -> None:
    """Also one that has neither a note nor a difference."""
    brief = brief_of(replace(CORRECTED, change=changed(kind, difference="", quote="")))
    assert brief.change is not None
    assert brief.lead == (brief.change.says,)
    assert "The New York Times" in brief.change.says
    assert brief.change.lines == ()


def test_a_long_difference_is_cut_and_counted() -> None:
    """A mail is no place for a liveblog."""
    lines = "\n".join(f"+ Line {number}" for number in range(40))
    brief = brief_of(replace(CORRECTED, change=changed(ChangeKind.EDIT, difference=lines)))
    assert brief.change is not None
    assert (len(brief.change.lines), brief.change.more) == (12, 28)


def test_an_archived_copy_is_cited_beside_the_page_itself() -> None:
    """Where the item came by one; otherwise it is said that none is known."""
    copy = "https://web.archive.org/web/20210918000000/https://www.nytimes.com/x.html"
    cited = citation_of(owed_with(url=copy).item, OWED.outlet)
    assert (cited.url, cited.archive) == ("https://www.nytimes.com/x.html", copy)
    assert cited.copy == f"Archived: {copy}"
    assert citation_of(OWED.item, OWED.outlet).copy == "Archived: none known"
    assert citation_of(owed_with(url="https://web.archive.org/web/2021/javascript:x").item, OWED.outlet).archive is None


def test_a_citation_tells_when_the_outlet_modified_the_report() -> None:
    """If that is another time than that of publication."""
    cited = citation_of(owed_with(updated=SEEN).item, OWED.outlet)
    assert cited.times == (
        "Published: 17 Sep 2021 20:10 UTC; modified: 17 Sep 2021 20:14 UTC; first seen: 17 Sep 2021 20:14 UTC"
    )
    assert citation_of(owed_with(updated=OWED.item.revision.published).item, OWED.outlet).modified is None


def test_urgency_is_that_of_what_is_told() -> None:
    """Of the update at its first telling, of the change for a revision."""
    urgent = replace(OWED, update=replace(OWED.update, severity=Severity.HIGH))
    assert urgent.severity is Severity.HIGH
    assert replace(urgent, kind=AlertKind.CORROBORATION).severity is Severity.LOW
    assert replace(CORRECTED, change=replace(CORRECTION, news=NEWS)).severity is Severity.HIGH
    assert CORRECTED.severity is Severity.HIGH
    assert replace(CORRECTED, change=changed(ChangeKind.EDIT)).severity is Severity.LOW


def test_less_room_keeps_one_of_each_and_cuts_the_rest() -> None:
    """What is too big is written again with less."""
    tight = Room(share=8)
    brief = brief_of(replace(TOLD, coverage=COVERAGE, known_before=("x",) * 3), tight)
    assert len(brief.lead) == len(brief.earlier) == len(brief.reasons) == 1
    assert max(map(len, brief.lead)) <= 50
    assert DENIAL.statement.quote not in " ".join(brief.facts)
