"""What an alert tells, from what an outlet published."""

from dataclasses import replace

from channels.brief import MAX_EARLIER, MAX_REASONS, brief_of
from storywatch.model import News, Outlet, Reason
from tests.unit.channels.news_samples import CORRECTION
from tests.unit.channels.samples import OWED, corroborating, owed_with


def test_the_citation_can_be_pasted_into_the_entry() -> None:
    """Day, outlet, headline, author and link in one line."""
    title = "Pentagon calls the Kabul drone strike a 'tragic mistake' that killed ten civilians"
    assert brief_of(OWED).citation.source == (
        f"17 September 2021, The New York Times, \u201c{title}\u201d, A. Reporter,"
        " https://www.nytimes.com/2021/09/17/us/politics/pentagon-drone-strike-kabul.html"
    )


def test_a_citation_without_author_time_and_link_is_still_one() -> None:
    """It says that the outlet gave no time, and when the report was seen."""
    brief = brief_of(owed_with(author=None, published=None, title="Blast", url="javascript:x"))
    assert brief.citation.source == "undated, seen 17 September 2021, The New York Times, \u201cBlast\u201d"
    assert brief.published is None
    assert brief.link is None


def test_a_report_without_a_title_takes_the_updates_headline() -> None:
    """And says so if there is none either."""
    assert brief_of(owed_with(title=" \u200b")).headline == OWED.update.headline
    bare = owed_with(title="", update=replace(OWED.update, headline=""))
    assert brief_of(bare).headline == "Report without a headline"


def test_a_summary_that_repeats_the_title_is_left_out() -> None:
    """Many feeds do it; the content stands in for a summary that is absent."""
    assert brief_of(owed_with(title="Blast", summary="blast ")).summary == ""
    assert brief_of(owed_with(summary="", content="The full text")).summary == "The full text"


def test_a_corroboration_names_the_update_that_it_confirms() -> None:
    """A first report names none."""
    assert brief_of(corroborating()).confirms == OWED.update.headline
    assert brief_of(OWED).confirms is None


def test_everything_is_bounded_and_clean() -> None:
    """However much a publisher sends."""
    noise = "<b>\r\n\u202e\x00" + "long " * 20_000
    brief = brief_of(
        owed_with(
            title=noise,
            summary=noise,
            author=noise,
            outlet=Outlet(id="x", name=noise),
            known_before=(noise,) * 50,
            match=replace(
                OWED.match, reasons=tuple(Reason(asked=f"{n}{noise}", found="x", field="title") for n in range(500))
            ),
        )
    )
    texts = (
        brief.headline,
        brief.summary,
        *brief.lead,
        brief.author or "",
        brief.outlet,
        *brief.reasons,
        *brief.earlier,
    )
    assert max(map(len, texts)) <= 700
    assert not any(set("\r\n\u202e\x00") & set(text) for text in texts)
    assert (len(brief.reasons), len(brief.earlier)) == (MAX_REASONS, MAX_EARLIER)


def test_a_reason_is_given_once() -> None:
    """A name may be found several times in one field."""
    twice = replace(OWED.match, reasons=OWED.match.reasons * 2)
    assert brief_of(owed_with(match=twice)).reasons == brief_of(OWED).reasons


def test_what_a_match_rests_on_is_the_first_reason_unless_it_is_facets() -> None:
    """A reader of the mail sees at once that the facets alone did not bring it."""
    beyond = brief_of(owed_with(match=replace(OWED.match, ground="beyond_facets", lacks=("airport",))))
    assert beyond.reasons[0].startswith("beyond your facets, because it reads like")
    assert beyond.reasons[1:] == brief_of(OWED).reasons
    assert brief_of(owed_with(match=replace(OWED.match, ground="facets"))).reasons == brief_of(OWED).reasons


def test_only_a_language_tag_is_a_language() -> None:
    """It goes into an attribute of the HTML."""
    assert brief_of(owed_with(language="fa-AF")).language == "fa-AF"
    assert brief_of(owed_with(language='en"><script>')).language is None
    assert brief_of(owed_with(language=None)).language is None


def test_a_publishers_note_is_told_once_and_whole() -> None:
    """The lead of a correction is the first sentence of its note, which alone says nothing."""
    note = "Correction: An earlier version misstated the number of dead. It was 13, not 12."
    lead = News(lead=("Correction: An earlier version misstated the number of dead.",))
    brief = brief_of(replace(OWED, change=replace(CORRECTION, quote=note, news=lead)))
    assert brief.change is not None
    assert (brief.lead, brief.change.note) == ((note,), "")
    other = brief_of(replace(OWED, change=replace(CORRECTION, quote=note, news=News(lead=("170 died.",)))))
    assert other.change is not None
    assert (other.lead, other.change.note) == (("170 died.",), note)


def test_what_was_before_is_not_the_update_itself() -> None:
    """A corroboration and a change come when their update is known already."""
    known = ("An older update", OWED.update.headline)
    assert brief_of(replace(OWED, known_before=known)).earlier == ("An older update",)
