"""What is wrong with a query, and at which character."""

import unicodedata

_SHOWN_BEFORE = 40
_SHOWN_IN_ALL = 72


class QueryError(ValueError):
    """A query or member can't be read. `at` is the character it breaks at, from 0; `remedy` says what to write."""

    def __init__(self, what: str, at: int, remedy: str = "") -> None:
        super().__init__(f"{what} (column {at + 1})")
        self.what = what
        self.at = at
        self.remedy = remedy

    def message(self) -> str:
        """Say it in one line, with its column and its remedy."""
        return f"column {self.at + 1}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")

    def caret(self, text: str) -> str:
        """Show the place in `text`: two lines, the second with a caret below the character."""
        start = max(0, self.at - _SHOWN_BEFORE) if len(text) > _SHOWN_IN_ALL else 0
        shown = text[start : start + _SHOWN_IN_ALL]
        before, after = "..." if start else "", "..." if start + len(shown) < len(text) else ""
        return f"{before}{shown}{after}\n{' ' * (len(before) + _columns(shown[: self.at - start]))}^"


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese or an emoji takes two a letter, a mark none."""
    widths = (2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text if not _is_mark(letter))
    return sum(widths)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in {"Mn", "Me", "Cf"}
