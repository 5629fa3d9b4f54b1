"""Queries and members as trees: `storywatch.matching.language`."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.matching.language import QueryError, parse_member, parse_query, to_text
from storywatch.matching.language.tree import (
    TEXTS,
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Regex,
    Scope,
    Term,
    all_of,
    any_of,
    needs_hit,
    negated,
)

A, B, C, D = (Term(letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a & b && c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a | b || c", Or((A, B, C))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("((((a))))", A),
        ("a AND (b AND (c AND d))", And((A, B, C, D))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a -b -(c d)", And((A, Not(B), Not(And((C, D)))))),
        ("a NOT NOT b", And((A, B))),
        ("a NEAR/3 b", Near(3, A, B)),
        ("a NEAR b", Near(10, A, B)),
        ("a W/3 b", Near(3, A, B)),
        ("a NEAR/0 b c", And((Near(0, A, B), C))),
        ("a OR b NEAR/3 c", Or((A, Near(3, B, C)))),
        ("a NEAR/1 b NEAR/2 c", Near(2, Near(1, A, B), C)),
        ("a NEAR/1 (b OR c)", Near(1, A, Or((B, C)))),
        ('"a b"', Term("a b")),
        ("“a b” «c»", And((Term("a b"), C))),
        ('"a  AND b"', Term("a AND b")),
        ("drone strike*", And((Term("drone"), Term("strike*")))),
        ("title:a", Scope(Field.TITLE, A)),
        ("Title: a b", And((Scope(Field.TITLE, A), B))),
        ("title:(a OR b) c", And((Scope(Field.TITLE, Or((A, B))), C))),
        ("headline:a", Scope(Field.TITLE, A)),
        ("a lang:en", And((A, Scope(Field.LANGUAGE, Term("en"))))),
        ("a outlet:(nyt OR the*)", And((A, Scope(Field.OUTLET, Or((Term("nyt"), Term("the*"))))))),
        ("a -outlet:nyt", And((A, Not(Scope(Field.OUTLET, Term("nyt")))))),
        (r"/dr[oa]ne\/x/ /U\.S/i", And((Regex(r"dr[oa]ne\/x"), Regex(r"U\.S", ignore_case=True)))),
        ("ISIS-K and/or AT&T", And((Term("ISIS-K"), Term("and/or"), Term("AT&T")))),
        ("a and b or not", And((A, Term("and"), B, Term("or"), Term("not")))),
        ("at 10:30", And((Term("at"), Term("10:30")))),
        ("حمله کابل", And((Term("حمله"), Term("کابل")))),
    ],
)
def test_a_query_means(query: str, tree: Node) -> None:
    """As people know it from search alerts."""
    assert parse_query(query) == tree
    assert parse_query(to_text(tree)) == tree


@pytest.mark.parametrize(
    ("member", "tree"),
    [
        ("drone  strike*", Term("drone strike*")),
        ("Kabul (airport), gate", Term("Kabul (airport), gate")),
        ('the "tragic mistake"', Term("the tragic mistake")),
        ("Mission: Impossible", Term("Mission: Impossible")),
        ("black and white", Term("black and white")),
        ("AT&T -x", Term("AT&T -x")),
        ("title: drone strike*", Scope(Field.TITLE, Term("drone strike*"))),
        ("title: a OR b c", Scope(Field.TITLE, Or((A, Term("b c"))))),
        ("title:(a) OR content:b", Or((Scope(Field.TITLE, A), Scope(Field.CONTENT, B)))),
        ("Taliban NEAR/5 Kabul airport", Near(5, Term("Taliban"), Term("Kabul airport"))),
        ("a b AND NOT c", And((Term("a b"), Not(C)))),
        ("/dro+ne/i", Regex("dro+ne", ignore_case=True)),
        ("outlet: the-times", Scope(Field.OUTLET, Term("the-times"))),
    ],
)
def test_a_member_means(member: str, tree: Node) -> None:
    """Plain words are a phrase, whatever their punctuation; what looks like a query is one."""
    assert parse_member(member) == tree


@pytest.mark.parametrize(
    ("query", "column", "words"),
    [
        ("a AND (b", 7, "never closed"),
        ("a) b", 2, "closes nothing"),
        (") a", 1, "closes nothing"),
        ("a AND ()", 7, "empty"),
        ('a "b', 3, "never closed"),
        ('a ""', 4, "a word or phrase"),
        ("a AND", 3, "AND needs a word or phrase after it"),
        ("OR a", 1, "OR needs a word or phrase before it"),
        ("a OR OR b", 3, "OR needs"),
        ("NOT a", 1, "only excludes"),
        ("-a -b", 1, "only excludes"),
        ("a OR NOT b", 1, "only excludes"),
        ("a - b", 3, "stands alone"),
        ("outlet:nyt", 1, "without any word"),
        ("a OR outlet:nyt", 1, "without any word"),
        ("x (a b) NEAR/5 c", 3, "beside AND"),
        ("a NEAR/5 NOT c", 10, "beside NOT"),
        ("a NEAR/5 (c OR (d -e))", 10, "beside AND"),
        ("a NEAR outlet:nyt", 8, "no place"),
        ("a NEAR/500 b", 3, "up to 100"),
        ("a NEAR~5 b", 3, "NEAR/5"),
        ("a titel:b", 3, "did you mean title: ?"),
        ("https://example.org", 1, "quotes"),
        ("title:", 1, "words after it"),
        ("a title:title:b", 9, "words after it"),
        ("title:(a content:b)", 7, "stands inside"),
        ("a outlet:/b/", 10, "ids of outlets"),
        ("fl*od", 3, "at the end of a word only"),
        ("a *", 3, "at the end of a word only"),
        ('a "b *c"', 6, "at the end of a word only"),
        ("a ---", 5, "stands alone"),
        ("a …", 3, "a word or phrase"),
        ("a /b", 3, "never closed"),
        ("a /b/x", 6, "unknown flag"),
        ("a /(b/", 3, "missing ): (b"),
        ("a /(?=b)c/", 3, "no look-ahead"),
        (r"a /(b)\1/", 3, "no references back"),
        ("a /b++/", 3, "possessive"),
        ("a /b*/", 3, "every text"),
        ("a /((b{500}){500})/", 3, "RE2"),
        ("", 1, "nothing here"),
        ("(" * 30 + "a" + ")" * 30, 21, "nested deeper"),
        ("a " * 301, 601, "more than 300"),
        ("a" * 5000, 4001, "at most 4000"),
        ("a" + " NEAR a" * 30, 143, "in a row"),
    ],
)
def test_a_mistake_is_pointed_at(query: str, column: int, words: str) -> None:
    """At the character where it stands, with what to do about it."""
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert words in caught.value.message()
    assert caught.value.message().startswith(f"column {column}: ")
    shown, caret = caught.value.caret(query).split("\n")
    assert caret.index("^") <= len(shown) <= 80


def test_a_caret_stands_below_its_character() -> None:
    """Also where a long query is cut."""
    for query in ("Kabul AND (airport", "word " * 100 + "(airport" + " word" * 100):
        with pytest.raises(QueryError) as caught:
            parse_query(query)
        shown, caret = caught.value.caret(query).split("\n")
        assert shown[caret.index("^")] == "("


@pytest.mark.parametrize("word", ["Kula", "京都", "Ku\u0301la", "کابل", "ab\N{GRINNING FACE}"])
def test_a_caret_counts_the_columns_of_a_terminal(word: str) -> None:
    """Each word takes four: a Chinese letter or an emoji takes two, a mark none."""
    query = f"{word} AND (airport"
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert caught.value.caret(query).split("\n")[1] == " " * len("Kula AND ") + "^"


# Any text, any tree --------------------------------------------------------------------------------------------------

_SIGNS = ["*", "(", ")", '"', "“", "AND", "OR", "NOT", "NEAR/2", "NEAR", "-", "|", "&", "/", "/a+/i", " ", " ", "\\"]
_FIELDS = ["title:", "outlet:", "lang:", "summary:", "x:"]
_TEXTS = ["a", "bé", "کابل", "ISIS-K", "\u0301", "'s", "\ud800", "\x00", "🙂"]
_PIECES = st.sampled_from([*_SIGNS, *_FIELDS, *_TEXTS])


def read(text: str, parse: Callable[[str], Node]) -> Node | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_a_tree_or_a_mistake_with_a_place(text: str) -> None:
    """Nothing else is raised, and what can be read is printed as what reads the same."""
    query, member = read(text, parse_query), read(text, parse_member)
    for found in (query, member):
        if isinstance(found, QueryError):
            assert 0 <= found.at <= len(text)
            assert found.caret(text)
    if not isinstance(query, QueryError):
        assert needs_hit(query)
        assert parse_query(to_text(query)) == query


_TERMS = st.sampled_from(["a", "b*", "c d", "AND", "U.S.", "title:", "x | y", "or", "ISIS-K", "(e)"]).map(Term)
_REGEXES = st.sampled_from([Regex("a+"), Regex(r"\/x", ignore_case=True)])
_SIDES = st.recursive(
    _TERMS | _REGEXES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(any_of) | st.builds(Near, st.integers(0, 100), inner, inner)
    ),
    max_leaves=4,
)
_ORIGINS = st.builds(
    Scope,
    st.sampled_from([Field.OUTLET, Field.LANGUAGE]),
    _TERMS | _TERMS.map(Not) | st.builds(any_of, st.lists(_TERMS, min_size=2)),
)
_INNER = st.recursive(
    _SIDES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(any_of)
        | st.lists(inner, min_size=2, max_size=3).map(all_of)
        | inner.map(negated)
    ),
    max_leaves=5,
)
_TREES = st.recursive(
    _INNER | _ORIGINS | st.builds(Scope, st.sampled_from(TEXTS), _INNER),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(any_of)
        | st.lists(inner, min_size=2, max_size=3).map(all_of)
        | inner.map(negated)
    ),
    max_leaves=8,
)


@given(_TREES)
def test_a_tree_is_printed_as_a_query_that_reads_the_same(tree: Node) -> None:
    """With all precedences and quotes."""
    anchored = all_of([A, tree])
    assert parse_query(to_text(anchored)) == anchored


def test_a_hostile_query_is_refused_without_deep_recursion() -> None:
    """Each is far longer than the limit of recursion would allow."""
    before = sys.getrecursionlimit()
    for piece in ("(", "NOT ", "-", "title:", "a NEAR ", "a OR ", "/", '"', "a "):
        with pytest.raises(QueryError):
            parse_query(piece * 100_000)
        short = piece * (3900 // len(piece))
        with pytest.raises(QueryError):
            parse_query(short)
    assert sys.getrecursionlimit() == before
