"""What a visit tells about its source: `storywatch.verification`."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.errors import Fault
from storywatch.model import (
    Document,
    Outlet,
    ParsedItem,
    PushOffer,
    SetAside,
    SitemapPart,
    Source,
    SourceKind,
    TimeCorrection,
    Validators,
    Visit,
    VisitOutcome,
    Wishes,
)
from storywatch.verification import Check, Robots, TextDepth, Verdict, Verification, in_words, structural_fault, verify
from tests.support.samples import NOW, a_source

HOSTS = ("www.outlet.example", "outlet.example")
OUTLET = Outlet(id="o", name="O", hosts=HOSTS)
ANYWHERE = Outlet(id="o", name="O")
SOURCE = a_source("o-world", "o", url="https://feeds.outlet.example/rss", stale_after=timedelta(days=1))
VALID = Validators(etag='"1"', last_modified="Thu, 26 Aug 2021 17:00:00 GMT", body_hash="h")


def items(*hosts: str, **changes: Any) -> tuple[ParsedItem, ...]:
    """Return an item for each host that it links to."""
    values: dict[str, Any] = {"summary": "A few words", "published": NOW - timedelta(hours=1)} | changes
    return tuple(
        ParsedItem(guid=f"g{number}", url=f"https://{host}/{number}", title="T", **values)
        for number, host in enumerate(hosts)
    )


GOOD = items(*["www.outlet.example"] * 5)


def visit(*found: ParsedItem, document: dict[str, Any] | None = None, **changes: Any) -> Visit:
    """Return a visit that brought a document, by default a good one."""
    read = Document(kind=SourceKind.FEED, format="rss20", items=found or GOOD, **(document or {}))
    values: dict[str, Any] = {"status": 200, "final_url": SOURCE.url, "validators": VALID} | changes
    return Visit(outcome=VisitOutcome.OK, document=read, **values)


def empty(**document: Any) -> Visit:
    """Return a visit that brought a document without items."""
    brought = visit()
    assert brought.document is not None
    return replace(brought, document=replace(brought.document, items=(), **document))


def failed(code: str, *, permanent: bool = False) -> Visit:
    return Visit(outcome=VisitOutcome.FAILED, fault=Fault(code=code, message="it failed", permanent=permanent))


NOT_MODIFIED = Visit(outcome=VisitOutcome.UNCHANGED, status=304)


def verified(brought: Visit, source: Source = SOURCE, outlet: Outlet = OUTLET, **more: Any) -> Verification:
    return verify(brought, source, outlet, NOW, **({"again": NOT_MODIFIED} | more))


def codes(judged: Verification) -> tuple[list[str], list[str]]:
    return [one.code for one in judged.problems], [one.code for one in judged.warnings]


# What keeps a source from storing ------------------------------------------------------------------------------------

STRANGE = ["parked.example"] * 4

REFUSED = {
    "away to a foreign host": (visit(final_url="https://parked.example/"), Check.REDIRECTED_AWAY),
    "without items": (empty(), Check.EMPTY),
    "without readable items": (empty(dropped=3), Check.EMPTY),
    "all links elsewhere": (visit(*items(*STRANGE)), Check.FOREIGN_ITEMS),
}

LET_THROUGH = {
    "good": visit(),
    "redirected to a host of the outlet": visit(final_url="https://outlet.example/rss"),
    "redirected to a host beside its own": visit(final_url="https://cdn.outlet.example/rss"),
    "redirected to a proxy of feeds": visit(final_url="https://feedproxy.google.com/outlet"),
    "without a final address": visit(final_url=None),
    "three links elsewhere": visit(*items(*STRANGE[:3])),
    "one link at home": visit(*items(*STRANGE, "outlet.example")),
    "links on another host of its site": visit(*items(*["blog.outlet.example"] * 9)),
    "links through a proxy of feeds": visit(*items(*["feedproxy.google.com", "feeds.feedburner.com"] * 4)),
    "no links": visit(*(replace(one, url=None) for one in GOOD)),
    "links that are no addresses": visit(*(replace(one, url="https://[") for one in GOOD)),
    "items that are known already": empty(known=3),
    "an index of sitemaps": empty(parts=(SitemapPart(url="https://outlet.example/1.xml"),)),
    "a partial document": replace(empty(), partial=True),
    "old": visit(*items(*["outlet.example"] * 5, published=NOW - timedelta(days=2000))),
    "unchanged": NOT_MODIFIED,
    "failed": failed("not_found"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_first_document_that_can_not_be_meant_is_refused(case: str) -> None:
    """Of an empty document there is nothing to store: a feed may be empty for an hour, and be polled on."""
    brought, check = REFUSED[case]
    fault = structural_fault(brought, SOURCE, OUTLET)
    if check is Check.EMPTY:
        assert fault is None
    else:
        assert fault is not None
        assert (fault.code, fault.permanent) == ("verification_failed", False)
    judged = verified(brought)
    assert judged.verdict is Verdict.FAILS
    assert check in codes(judged)[0]


@pytest.mark.parametrize("case", LET_THROUGH)
def test_whatever_else_comes_is_never_refused(case: str) -> None:
    assert structural_fault(LET_THROUGH[case], SOURCE, OUTLET) is None


@pytest.mark.parametrize("case", ["away to a foreign host", "all links elsewhere"])
def test_hosts_say_nothing_about_an_outlet_that_declares_none(case: str) -> None:
    """The negative control of every installation that watches by address alone."""
    assert structural_fault(REFUSED[case][0], SOURCE, ANYWHERE) is None


def test_a_search_at_an_aggregator_may_link_to_itself() -> None:
    """Its links stand on the host that the operator chose to poll."""
    source = replace(SOURCE, url="https://news.google.com/rss/search?q=site:outlet.example")
    brought = visit(*items(*["news.google.com"] * 9), final_url=source.url)
    assert structural_fault(brought, source, OUTLET) is None
    assert codes(verified(brought, source)) == ([], [Check.UNDECLARED_HOSTS])


hosts = st.sampled_from([*HOSTS, "feeds.outlet.example", "parked.example", "feedproxy.google.com", "", "127.0.0.1"])


@given(
    links=st.lists(hosts, min_size=1, max_size=12),
    final=hosts,
    declared=st.lists(hosts.filter(bool), max_size=3, unique=True),
    age=st.timedeltas(timedelta(), timedelta(days=9999)),
)
def test_a_source_with_an_item_at_home_is_never_refused(
    links: list[str], final: str, declared: list[str], age: timedelta
) -> None:
    """Whatever else it links to and however old it is, once it answers from a host of its own."""
    outlet = Outlet(id="o", name="O", hosts=tuple(declared))
    home = next(iter(declared), "outlet.example")
    brought = visit(
        *items(*links, home, published=NOW - age), final_url=f"https://{final if final in declared else home}/rss"
    )
    assert structural_fault(brought, SOURCE, outlet) is None


# Verdicts ------------------------------------------------------------------------------------------------------------


def test_a_good_source_works() -> None:
    judged = verified(visit())
    assert (judged.verdict, codes(judged), judged.advice) == (Verdict.WORKS, ([], []), None)


def test_a_good_source_that_is_off_is_to_be_enabled() -> None:
    assert verified(visit(), replace(SOURCE, enabled=False)).advice == "enable it: set enabled: true"
    assert verified(empty(), replace(SOURCE, enabled=False)).advice == "leave it off"
    assert verified(failed("gone", permanent=True)).advice == "correct it, or set enabled: false"
    assert verified(failed("held")).advice is None


OLD = items(*["outlet.example"] * 5, published=NOW - timedelta(days=40))
WITHOUT_DATES = items(*["outlet.example"] * 5, published=None)

WARNED: dict[Check, dict[str, Any]] = {
    Check.MOVED: {"brought": visit(permanent_url="https://outlet.example/new")},
    Check.NO_VALIDATORS: {"brought": visit(validators=Validators(body_hash="h")), "again": None},
    Check.VALIDATORS_IGNORED: {"again": replace(NOT_MODIFIED, status=200)},
    Check.SECOND_VISIT: {"again": failed("throttled")},
    Check.BROKEN_OFF: {
        "brought": visit(document={"broken_off": True}, validators=Validators(body_hash="h")),
        "again": None,
    },
    Check.UNREADABLE_ITEMS: {
        "brought": visit(document={"set_aside": (SetAside(item="x", fault=Fault(code="c", message="m")),)})
    },
    Check.NO_IDENTITY: {"brought": visit(replace(GOOD[0], guid=None, url=None), *GOOD)},
    Check.NO_DATES: {"brought": visit(*WITHOUT_DATES)},
    Check.WRONG_DATES: {"brought": visit(replace(GOOD[0], time_correction=TimeCorrection.IN_THE_FUTURE))},
    Check.NO_ZONE: {"brought": visit(replace(GOOD[0], time_correction=TimeCorrection.ZONE_ASSUMED))},
    Check.SILENT: {"brought": visit(*OLD), "source": replace(SOURCE, stale_after=None)},
    Check.UNDECLARED_HOSTS: {"brought": visit(*GOOD, *items("other.example", "other.example"))},
}


@pytest.mark.parametrize("check", WARNED)
def test_what_is_worth_a_word_leaves_the_source_usable(check: Check) -> None:
    case = {"brought": visit()} | WARNED[check]
    judged = verified(case.pop("brought"), **case)
    assert (judged.verdict, codes(judged)) == (Verdict.WARNINGS, ([], [check]))


def test_every_check_has_a_case() -> None:
    """And a remedy in words."""
    assert set(WARNED) | {check for _, check in REFUSED.values()} | {Check.STALE} == set(Check)


def test_a_source_that_says_nothing_new_fails() -> None:
    """CNN's RSS answers 200 with items of 2023."""
    judged = verified(visit(*items(*["outlet.example"] * 5, published=NOW - timedelta(hours=25))))
    assert codes(judged) == ([Check.STALE], [])
    assert "1 d" in judged.problems[0].message
    assert codes(verified(visit(*items("outlet.example", published=NOW - timedelta(hours=24)))))[0] == []


def test_an_operator_who_knows_the_zone_is_not_told_of_it() -> None:
    """The control of `no_zone`."""
    brought = visit(replace(GOOD[0], time_correction=TimeCorrection.ZONE_ASSUMED))
    assert codes(verified(brought, outlet=replace(OUTLET, time_zone="Asia/Kabul"))) == ([], [])


def test_a_rare_link_elsewhere_is_not_worth_a_word() -> None:
    judged = verified(visit(*GOOD, items("other.example")[0]))
    assert judged.verdict is Verdict.WORKS
    assert judged.document is not None
    assert judged.document.undeclared_hosts == ("other.example",)


def test_an_index_whose_sitemaps_are_all_empty_fails() -> None:
    """Its visit ends without a document. The poll of a source that is known ends so too, and is no fault."""
    assert codes(verified(replace(NOT_MODIFIED, status=200))) == ([Check.EMPTY], [])


KINDS = [
    (SourceKind.FEED, "use kind: news_sitemap"),
    (SourceKind.NEWS_SITEMAP, "use kind: feed"),
    (SourceKind.PAGE, "use kind: feed"),
]


@pytest.mark.parametrize(("kind", "remedy"), KINDS)
def test_a_wrong_kind_is_named_by_the_right_one(kind: SourceKind, remedy: str) -> None:
    judged = verified(failed("kind_mismatch"), replace(SOURCE, kind=kind))
    assert [(one.code, one.remedy) for one in judged.problems] == [("kind_mismatch", remedy)]


def test_a_failure_says_what_to_do() -> None:
    """Each one, known or not."""
    for code in ("robots", "not_found", "no such code"):
        judged = verified(failed(code))
        assert judged.verdict is Verdict.FAILS
        assert all(one.remedy for one in judged.problems)
        assert judged.document is None


# Facts ---------------------------------------------------------------------------------------------------------------

ROBOTS = [
    (visit(), Robots.ALLOWED),
    (failed("not_found"), Robots.ALLOWED),
    (failed("malformed"), Robots.ALLOWED),
    (failed("robots"), Robots.FORBIDDEN),
    (failed("robots_unreachable"), Robots.UNREACHABLE),
    (failed("dns"), Robots.UNKNOWN),
    (failed("timeout"), Robots.UNKNOWN),
]


@pytest.mark.parametrize(("brought", "said"), ROBOTS)
def test_what_robots_said_shows_in_how_the_visit_ended(brought: Visit, said: Robots) -> None:
    """After a failure that may have come before its answer nobody knows."""
    assert verified(brought).answer.robots is said
    assert verified(brought, robots_asked=False).answer.robots is Robots.NOT_ASKED


def test_the_document_is_counted() -> None:
    bare = ParsedItem(title="T", content="x" * 1600)
    late = ParsedItem(guid="g", updated=NOW - timedelta(days=3), content="x" * 1500)
    facts = verified(visit(bare, late, *GOOD[:1], document={"dropped": 2, "wishes": Wishes(ttl=timedelta(hours=1))}))
    found = facts.document
    assert found is not None
    assert (found.items, found.without_id, found.without_link, found.without_date, found.unreadable) == (3, 1, 2, 1, 2)
    assert (found.newest, found.newest_age) == (NOW - timedelta(hours=1), timedelta(hours=1))
    assert found.oldest == NOW - timedelta(days=3)
    assert (found.text, found.text_chars, found.ttl) == (TextDepth.FULL, 1500, timedelta(hours=1))


@pytest.mark.parametrize(("chars", "depth"), [(0, TextDepth.TITLES), (480, TextDepth.EXCERPTS), (4000, TextDepth.FULL)])
def test_text_is_full_an_excerpt_or_none(chars: int, depth: TextDepth) -> None:
    found = verified(visit(*items(*["outlet.example"] * 3, summary="x" * chars))).document
    assert found is not None
    assert (found.text, found.text_chars) == (depth, chars)


def test_an_item_from_tomorrow_is_new() -> None:
    """Its age is never negative."""
    found = verified(visit(*items("outlet.example", published=NOW + timedelta(hours=5)))).document
    assert found is not None
    assert found.newest_age == timedelta()


def test_the_answer_says_what_the_server_offers() -> None:
    offer = PushOffer(hub="https://hub.example/", topic=SOURCE.url)
    brought = visit(fresh_for=timedelta(minutes=5), crawl_delay=timedelta(seconds=10), document={"push": offer})
    answer = verified(brought).answer
    assert (answer.etag, answer.last_modified, answer.validators_work) == (True, True, True)
    assert (answer.hub, answer.fresh_for, answer.crawl_delay) == (
        offer.hub,
        timedelta(minutes=5),
        timedelta(seconds=10),
    )
    assert verified(brought, again=None).answer.validators_work is None
    assert verified(replace(brought, push=PushOffer(hub="https://own.example/", topic=""))).answer.hub != offer.hub


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(minutes=119), "1 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(seconds=60), "1 min"),
    ],
)
def test_a_pause_is_told_in_its_largest_unit(pause: timedelta, words: str) -> None:
    assert in_words(pause) == words


moments = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
texts = st.one_of(st.none(), st.text(max_size=20), st.just("https://www.outlet.example/1"))
parsed_items = st.builds(
    ParsedItem,
    guid=texts,
    url=texts,
    summary=st.text(max_size=20),
    published=moments,
    updated=moments,
    time_correction=st.one_of(st.none(), st.sampled_from(TimeCorrection)),
)


@given(
    found=st.lists(parsed_items, max_size=6),
    final=texts,
    status=st.sampled_from([200, 304, None]),
    declared=st.sampled_from([OUTLET, ANYWHERE]),
)
def test_whatever_a_visit_brings_is_judged(
    found: list[ParsedItem], final: str | None, status: int | None, declared: Outlet
) -> None:
    """And the judgement contains the refusal: what keeps a source from storing fails its probe too."""
    brought = replace(empty(), final_url=final)
    assert brought.document is not None
    brought = replace(brought, document=replace(brought.document, items=tuple(found)))
    judged = verified(brought, outlet=declared, again=replace(NOT_MODIFIED, status=status))
    refused = structural_fault(brought, SOURCE, declared)
    assert refused is None or judged.verdict is Verdict.FAILS
    assert all(one.message and one.remedy for one in (*judged.problems, *judged.warnings))
