"""Turns a list of feeds into the `outlets` section of a watch config."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import TypeAdapter, ValidationError

from config.files import printable
from config.opml import Feed
from config.schema.fields import Host, Id
from storywatch.model import SourceKind, WatchConfig
from storywatch.sites import is_shared, site_of
from storywatch.urls import host_of

MOST_ID = 64
"""Characters that an id may have."""

MOST_BASE = 56
"""Characters of an id before its number."""

_JOINTS = " -–—|:»›·•/,"
"""What stands between the name of an outlet and that of a feed."""

_HOST: TypeAdapter[str] = TypeAdapter(Host)
_ID: TypeAdapter[str] = TypeAdapter(Id)
_DUMPER = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """Outlets as the YAML has them, and the feeds that are watched already, each with the id of its source."""

    outlets: tuple[dict[str, Any], ...]
    known: tuple[tuple[Feed, str], ...]


def import_feeds(feeds: Iterable[Feed], config: WatchConfig | None = None) -> Imported:
    """Group feeds into outlets: by the outlet that the list names, else by site, else by name.

    Feeds whose address the config has already are left out, and its ids are not used again.
    """
    sources = config.sources.values() if config else ()
    watched = {_loosely(source.url): source.id for source in sources}
    known = []
    publishers: dict[str, tuple[str, str]] = {}
    groups: dict[tuple[str, str], _Group] = {}
    for feed in feeds:
        source = watched.get(_loosely(feed.url))
        if source is not None:
            known.append((feed, source))
        else:
            key = publishers.setdefault(feed.url, _publisher(feed))
            groups.setdefault(key, _Group(key=key)).feeds[feed.url].append(feed)
    ids = _Ids(outlets=_Names(config.outlets if config else ()), sources=_Names(config.sources if config else ()))
    namesakes = _sites(config) if config else {}
    outlets = tuple(group.outlet(ids, namesakes.get(key)) for key, group in groups.items())
    return Imported(outlets=outlets, known=tuple(known))


def outlets_yaml(outlets: Sequence[dict[str, Any]], origin: Path) -> str:
    """Write outlets as a file of a watch config."""
    head = (
        f"# {len(outlets)} outlets, imported from {printable(origin)}.\n"
        "# Save this in the folder of the watch config; then run storywatch check, and storywatch probe.\n"
    )
    body = yaml.dump(
        {"outlets": list(outlets)}, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=110, indent=2
    )
    return head + str(body)


def _loosely(url: str) -> str:
    """Return what is the same for an address in all its spellings."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _publisher(feed: Feed) -> tuple[str, str]:
    """Return what the feeds of one publisher have in common."""
    if feed.outlet:
        return "outlet", feed.outlet
    hosts = (host_of(url) for url in (feed.home, feed.url) if url)
    site = next((site_of(host) for host in hosts if host and not is_shared(host)), None)
    return ("site", site) if site else ("name", feed.name.casefold() or feed.url)


def _sites(config: WatchConfig) -> dict[tuple[str, str], str]:
    """Return the outlets of a config by what their feeds have in common."""
    hosts = [(host, outlet.id) for outlet in config.outlets.values() for host in outlet.hosts]
    hosts += [(host_of(source.url), source.outlet) for source in config.sources.values()]
    return {("site", site_of(host)): outlet for host, outlet in reversed(hosts) if not is_shared(host)}


class _Names:
    """Gives names that nobody has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: Counter[str] = Counter()

    def fresh(self, wanted: str) -> str:
        """Return the name, with a number if somebody has it."""
        base = wanted[:MOST_BASE].rstrip("-._")
        name = wanted if len(wanted) <= MOST_ID else base
        while name in self._taken:
            self._next[base] += 1
            name = f"{base}-{self._next[base] + 1}"
        self._taken.add(name)
        return name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ids:
    outlets: _Names
    sources: _Names


@dataclass(kw_only=True)
class _Group:
    """The feeds of one publisher by address; one that stands in several folders is there several times."""

    key: tuple[str, str]
    feeds: dict[str, list[Feed]] = field(default_factory=lambda: defaultdict(list))

    def outlet(self, ids: _Ids, namesake: str | None) -> dict[str, Any]:
        """Return the outlet with its sources. `namesake`: an outlet of the watch config that seems to be the same."""
        name = self._name
        how, value = self.key
        outlet_id = ids.outlets.fresh(value if how == "outlet" and _fits(_ID, value) else _slug(name, self._site))
        told = f"The watch config has this publisher already, as {namesake}: move the sources there."
        return _without_blanks(
            id=outlet_id,
            name=name,
            hosts=self._hosts,
            note=told if namesake else None,
            sources=[self._source(places, outlet_id, ids.sources) for places in self.feeds.values()],
        )

    def _source(self, places: list[Feed], outlet_id: str, ids: _Names) -> dict[str, Any]:
        feed = places[0]
        rest = feed.name.removeprefix(self._common).strip(_JOINTS) if len(self.feeds) > 1 else ""
        own = _slug(rest, "feed")
        folders = sorted({" / ".join(place.folders) for place in places if place.folders})
        notes = [feed.name] if rest else []
        notes += [f"Folder: {'; '.join(folders)}"] if folders and not feed.outlet else []
        return _without_blanks(
            id=ids.fresh(feed.source if feed.source and _fits(_ID, feed.source) else f"{outlet_id}-{own}"),
            url=feed.url,
            kind=None if feed.kind is SourceKind.FEED else feed.kind.value,
            note=". ".join(notes)[:1000],
        )

    @property
    def _all(self) -> list[Feed]:
        return [places[0] for places in self.feeds.values()]

    @property
    def _site(self) -> str:
        return self.key[1] if self.key[0] == "site" else site_of(host_of(self._all[0].url))

    @property
    def _name(self) -> str:
        """Return the folder's name in a list of ours, else what the feeds' names begin with, else the site."""
        if self.key[0] == "outlet" and self._all[0].folders:
            return self._all[0].folders[-1]
        return self._common.strip(_JOINTS) or self._site

    @property
    def _common(self) -> str:
        """Return the words that all names begin with."""
        words = [feed.name.split(" ") for feed in self._all]
        common = [first for first, *others in zip(*words, strict=False) if all(first == other for other in others)]
        beginning = " ".join(common)
        return beginning if all(feed.name.startswith(beginning) for feed in self._all) else ""

    @property
    def _hosts(self) -> list[str]:
        """Return the host of the publisher's page, with and without `www.` as it occurs.

        Where no page is named, no host is: a feed often stands on another one than its articles.
        """
        homes = [host_of(feed.home) for feed in self._all if feed.home]
        named = [host for host in dict.fromkeys(homes) if not is_shared(host) and _fits(_HOST, host)]
        return [host for host in named if host.removeprefix("www.") == named[0].removeprefix("www.")]


def _slug(text: str, otherwise: str) -> str:
    """Return what an id may have of a text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_BASE].rstrip("-")
    return slug or re.sub(r"[^a-z0-9]+", "-", otherwise.lower()).strip("-") or "outlet"


def _fits(form: TypeAdapter[str], value: str) -> bool:
    try:
        form.validate_python(value)
    except ValidationError:
        return False
    return True


def _without_blanks(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
