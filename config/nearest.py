"""Finds the known name that an operator probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

# What people write who come from other tools, or think in other words than the glossary's.
_SYNONYMS = {
    "atom": "feed",
    "rss": "feed",
    "json_feed": "feed",
    "sitemap": "news_sitemap",
    "html": "page",
    "mail": "email",
    "e-mail": "email",
    "smtp": "email",
    "http": "webhook",
    "folder": "file",
    "ssl": "implicit",
    "tls": "implicit",
    "keywords": "all",
    "any": "all",
    "search": "query",
    "boolean": "query",
    "mode": "match",
    "include": "all",
    "exclude": "none",
    "not": "none",
    "from": "since",
    "to": "until",
    "start": "since",
    "end": "until",
    "headline": "title",
    "interval": "every",
    "publishers": "outlets",
    "feeds": "sources",
    "stories": "events",
    "users": "subscribers",
    "alerts": "subscriptions",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'aliases'?`, or the empty text when nothing known is near."""
    names = {name.lower(): name for name in known}
    wanted = _SYNONYMS.get(word.lower(), word.lower())
    near = [wanted] if wanted in names else get_close_matches(word.lower()[:80], names, n=1, cutoff=0.6)
    return f"; did you mean {names[near[0]]!r}?" if near else ""
