"""The record of known elements."""

from hypothesis import given
from hypothesis import strategies as st

from storywatch.elements import Element, Elements, context_of, digest_of, handed_on, marks_of, pack, remembered, unpack
from tests.support.samples import NYT, parsed

CONTEXT = context_of(["a"])
_MARKS = st.frozensets(st.binary(min_size=8, max_size=8), max_size=5)
_ROWS = st.builds(Element, digest=st.binary(min_size=12, max_size=12), marks=_MARKS, known=st.booleans())


def _row(name: str, *marks: str, known: bool = True) -> Element:
    return Element(digest=digest_of(name.encode()), marks=frozenset(m.encode().ljust(8) for m in marks), known=known)


@given(st.lists(_ROWS, max_size=5))
def test_a_record_is_read_as_it_was_written(rows: list[Element]) -> None:
    elements = Elements(context=CONTEXT, rows=tuple(rows))
    assert unpack(pack(elements)) == elements


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_a_record_or_none(junk: bytes, versioned: bool) -> None:  # noqa: FBT001
    found = unpack(b"\x01" + junk if versioned else junk)
    assert found is None or len(found.context) == 16


def test_parts_of_a_context_are_told_apart() -> None:
    assert context_of(["ab", "c"]) != context_of(["a", "bc"])
    assert context_of([b"a", None, 1]) == context_of([b"a", None, 1])


def test_elements_are_known_in_their_context_only() -> None:
    record = remembered(CONTEXT, [_row("a", "1"), _row("b", "2", known=False)], None)
    assert record.known_in(CONTEXT) == {_row("a").digest: _row("a", "1").marks}
    assert record.known_in(context_of(["b"])) == {}


def test_elements_that_share_a_mark_or_have_none_are_not_known() -> None:
    record = remembered(CONTEXT, [_row("a", "1", "2"), _row("b", "2"), _row("c", "3"), _row("d")], None)
    assert record.known_in(CONTEXT).keys() == {_row("c").digest}


def test_what_takes_the_place_of_an_element_inherits_its_marks() -> None:
    first = remembered(CONTEXT, [_row("a", "guid", "old")], None)
    second = remembered(CONTEXT, [_row("b", "guid", "new")], first)
    assert second.known_in(CONTEXT)[_row("b").digest] == _row("", "guid", "old", "new").marks


def test_what_takes_its_place_later_does_too() -> None:
    """Also if the documents between had it not, or were not read element by element."""
    record = remembered(CONTEXT, [_row("a", "guid", "old")], None)
    record = remembered(CONTEXT, [_row("x", "other")], record)
    record = handed_on([], record)
    assert record.known_in(CONTEXT) == {}
    record = remembered(CONTEXT, [_row("b", "guid", "new")], record)
    assert record.known_in(CONTEXT)[_row("b").digest] == _row("", "guid", "old", "new").marks


def test_the_record_does_not_grow_for_ever() -> None:
    record = None
    for number in range(500):
        record = remembered(CONTEXT, [_row(str(number), str(number))], record)
    assert record is not None
    assert len(record.rows) <= 101


def test_marks_are_everything_that_keys_are_made_of() -> None:
    item = parsed("T", guid="g", url="https://www.nytimes.com/a?utm_source=x")
    assert marks_of(item, NYT) == marks_of(parsed("Other", guid="g", url="http://nytimes.com/a/"), NYT)
    assert marks_of(item, NYT) & marks_of(parsed("T", guid="https://nytimes.com/a"), NYT) == frozenset()
    assert marks_of(parsed("T"), NYT) & marks_of(parsed("T", summary="s"), NYT)
    assert marks_of(parsed("T", guid="g"), NYT).isdisjoint(marks_of(parsed("T"), NYT))
