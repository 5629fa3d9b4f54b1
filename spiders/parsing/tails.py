"""What a publisher's software writes below each text of a feed: `The post … appeared first on …`, as WordPress does.

It is no word of the report, and holds its headline: an edited headline would change the text too.
"""

_TAILS = (
    ("The post ", " appeared first on "),
    ("The post ", " first appeared on "),
    ("Der Beitrag ", " erschien zuerst auf "),
    ("L’article ", " est apparu en premier sur "),
    ("L'article ", " est apparu en premier sur "),
    ("La entrada ", " se publicó primero en "),
    ("Сообщение ", " появились сначала на "),
)
"""How it begins, and what stands between the headline and the name of the site."""

LONGEST_NAME = 200
"""Characters of a site's name at most; what goes on is a text."""


def without_tail(text: str) -> str:
    """Return a text without the line or the last sentence that says where it appeared."""
    start = text.rfind("\n") + 1
    last = text[start:]
    for opening, middle in _TAILS:
        named = last.rfind(middle)
        begins = 0 if last.startswith(opening) else last.rfind(opening, 0, max(named, 0))
        if 0 <= begins < named and len(last) - named - len(middle) <= LONGEST_NAME:
            return text[: start + begins].rstrip()
    return text
