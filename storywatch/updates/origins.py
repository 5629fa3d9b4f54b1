"""Where a report's text comes from: an agency that is credited, an earlier report that it copies, or its own outlet."""

import re

from storywatch.model import Item
from storywatch.updates.past import Past
from storywatch.updates.reading import read

COPIED = 0.5
"""Share of passages from which two texts are one text."""

LEAST_PASSAGES = 8
"""Passages (of five words) that a text must have, to be called a copy."""

_AGENCIES = {
    "ap": r"(?:The )?Associated Press|AP|AP News",
    "reuters": r"(?:Thomson )?Reuters",
    "afp": r"Agence France[- ]Presse|AFP",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur",
    "ansa": r"ANSA",
    "efe": r"EFE",
    "tass": r"TASS|Tass",
    "interfax": r"Interfax",
    "xinhua": r"Xinhua",
    "kyodo": r"Kyodo(?: News)?",
    "pti": r"PTI|Press Trust of India",
    "ani": r"ANI",
    "ians": r"IANS",
    "upi": r"UPI",
    "anadolu": r"Anadolu(?: Agency| Ajans[ıi])?|AA",
    "pa": r"PA Media|Press Association|PA",
    "canadian-press": r"(?:The )?Canadian Press",
    "aap": r"AAP|Australian Associated Press",
    "yonhap": r"Yonhap",
    "bloomberg": r"Bloomberg(?: News)?",
    "pajhwok": r"Pajhwok(?: Afghan News)?",
    "apa": r"APA",
    "lusa": r"Lusa",
    "agencies": r"(?:news |wire )?[Aa]gencies|(?:the )?wires",
}
_OUTLETS = {"ap", "reuters", "afp", "dpa", "ansa", "efe", "tass", "interfax", "xinhua", "upi", "yonhap"}
_OUTLETS |= {"anadolu", "kyodo", "pti", "ani", "bloomberg", "pajhwok", "apnews", "ap-news"}
_PLACE = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ ,]+[A-ZÀ-Þ][\w.'’-]*){0,5}"
_DAY = r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?"


def _compiled(name: str) -> re.Pattern[str]:
    agency = f"(?:{name})"
    return re.compile(
        rf"^\s*{_PLACE}{_DAY} ?\({agency}(?:[/ ,–-][^)]*)?\)\s*[-–—:]+\s"  # KABUL (AP) —
        rf"|^\s*\({agency}\)\s*[-–—:]*\s"  # (Reuters) -
        rf"|^\s*{_PLACE}{_DAY},? {agency}\s*[-–—:]+\s"  # KABUL, AFP -
        rf"|^\s*{agency}\s*[-–—:]\s"  # AFP -
        rf"|[\s.]\({agency}(?:[/ ,][^)]{{0,30}})?\)\s*\.?\s*$"  # ... said. (AFP)
        rf"|[.!?…”\"]\s*[-–—]?\s*{agency}(?:[/ ,]\s?[A-Z]\w+)*\s*\.?\s*$"  # ... said. — Reuters
        rf"|(?:©|\([cC]\)|\b[Cc]opyright)(?: ?©)?,? ?(?:\d{{4}})?,? ?(?:by )?{agency}\b"
        rf"|\b(?:[Ww]ith|WITH)(?: \w+){{0,2}} (?:from |by |reporting (?:from|by) )?{agency}\s*\.?\s*(?:$|\n)"
        rf"|\b(?:[Ww]ith (?:input|inputs|reporting|material|files|contributions?) (?:from|by)|[Ss]ource ?:"
        rf"|[Vv]ia|[Rr]eporting by)"
        rf" {agency}\b",
        re.MULTILINE,
    )


_CREDITS = {key: _compiled(name) for key, name in _AGENCIES.items()}
_AUTHORS = {
    key: re.compile(rf"^(?:by |from )?(?:{name})(?: (?:staff|news agency|correspondents?))?$|[/,(|–-] ?(?:{name})\)?$"
                    rf"|^(?:{name}) ?[/,|–-]|\bfor (?:{name})$", re.IGNORECASE)
    for key, name in _AGENCIES.items()
}  # fmt: skip
_NAMED = {key: re.compile(rf"(?<![^\W_])(?:{name})(?![^\W_])") for key, name in _AGENCIES.items()}
_AUTHOR_CHARS = 200
_ENDS = 700
"""Credits stand at the beginning or the end of a text; so many characters of each are looked at."""


def origin_of(item: Item, past: Past) -> str:
    """Return where an item's text comes from, as `agency:NAME` or `outlet:ID`.

    A copy of an earlier report has that one's origin, whoever is credited: one text is one origin.
    """
    revision = item.revision
    body = revision.content or revision.summary
    telling = read(f"{revision.title}\n{revision.summary}" if len(revision.summary) >= len(body) else
                   f"{revision.title}\n{body[:2000]}")  # fmt: skip
    twin, share = past.copied(telling)
    if twin is not None and share >= COPIED and len(telling.passages) >= LEAST_PASSAGES and twin.origin:
        return twin.origin
    agency = agency_of(revision.author, revision.summary, revision.content)
    if agency is None and item.outlet in _OUTLETS:
        agency = {"apnews": "ap", "ap-news": "ap"}.get(item.outlet, item.outlet)
    return f"agency:{agency}" if agency else f"outlet:{item.outlet}"


def agency_of(author: str | None, *texts: str) -> str | None:
    """Return the agency that is credited as author, in a dateline or at the end of a text. A mention is no credit."""
    if author:
        for key, pattern in _AUTHORS.items():
            if pattern.search(author.strip()[:_AUTHOR_CHARS]):
                return key
    for text in texts:
        for end in dict.fromkeys((text[:_ENDS], text[-_ENDS:])):
            for key, named in _NAMED.items():
                if named.search(end) and _CREDITS[key].search(end):  # the first is cheap, and seldom true
                    return key
    return None
