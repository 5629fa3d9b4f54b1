"""Which Pythons write mail headers safely by themselves."""

import pytest

from storywatch.pythons import safe_release


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ((3, 11, 7), "3.11.15"),
        ((3, 11, 14), "3.11.15"),
        ((3, 11, 15), None),
        ((3, 12, 12), "3.12.13"),
        ((3, 13, 0), "3.13.12"),
        ((3, 14, 2), "3.14.3"),
        ((3, 14, 3), None),
        ((3, 15, 0), None),
    ],
)
def test_an_old_release_is_told_the_fixed_one_of_its_line(version: tuple[int, int, int], told: str | None) -> None:
    """And a fixed one nothing."""
    assert safe_release(version) == told
