"""Intake: which items of a document are new, which are revised, and which are known.

Identity follows the duplicate-guid rule of miniflux (internal/reader/rss/adapter.go), made independent of the order of
items: each item answers to several keys, strongest first, and keeps answering to every key it ever had. An item is
known when one of its keys is; a stronger key wins over a weaker one, and no known item is taken twice.

Keys of a guid are scoped to the source, for guids such as `17` repeat elsewhere. Keys of an address are scoped to the
outlet, so that one article in two of an outlet's feeds is one item.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storywatch.difference import difference
from storywatch.model import Item, Outlet, ParsedItem, Revision, Source
from storywatch.urls import canonical_url, has_form, url_identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What an item's text looked like when a source last showed it."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownItem:
    """What is stored about an item: `number` and `current` are of its latest revision.

    `shown`: how the asking source last showed it, None if it never did.
    """

    id: str
    keys: frozenset[str]
    url: str | None
    first_seen: datetime
    source: str
    number: int
    current: Fingerprint
    shown: Fingerprint | None


Known = Mapping[str, KnownItem]
"""Known items by key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A source showed an item in this form; `keys` are those that the item did not have yet."""

    item: str
    fingerprint: Fingerprint
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """What one document changes: items that are new, items with a new revision, and the sightings to remember.

    `overlaps`: the source showed one of the document's items before.
    """

    new: tuple[Item, ...] = ()
    revised: tuple[Item, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    overlaps: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Identified:
    """A parsed item with its keys, strongest first."""

    parsed: ParsedItem
    url: str | None
    keys: tuple[str, ...]


def identify(items: Iterable[ParsedItem], source: Source, outlet: Outlet) -> tuple[Identified, ...]:
    """Give every item of one document its keys. One that is listed twice, by its strongest key, is kept once."""
    spoken = (replace(item, language=item.language or outlet.language) for item in items)
    addressed = ((item, canonical_url(item.url, outlet)) for item in spoken)
    with_urls = [(item, url) for item, url in addressed if not _is_dropped(item.url, url, source)]
    urls = Counter(url_identity(url) for _, url in with_urls)
    guids = Counter(item.guid for item, _ in with_urls)
    found: dict[str, Identified] = {}
    taken: set[str] = set()
    for item, url in with_urls:
        shared_url, shared_guid = urls[url_identity(url)] > 1, guids[item.guid] > 1
        wanted = _keys(item, url, source, outlet, shared_url=shared_url, shared_guid=shared_guid)
        if (twin := found.get(wanted[0])) is not None:
            found[wanted[0]] = max(twin, replace(twin, parsed=item, url=url), key=_age)
            continue
        keys = tuple(key for key in wanted if key not in taken)
        taken.update(keys)
        found[wanted[0]] = Identified(parsed=item, url=url, keys=keys)
    return tuple(found.values())


def _is_dropped(given: str | None, canonical: str | None, source: Source) -> bool:
    """Tell whether the operator leaves out items of this address, as it was given or as it is cited."""
    return any(has_form(url, source.drop_urls) for url in (given, canonical) if url)


def _age(one: Identified) -> tuple[float, str, str, str]:
    """Order the forms of an item that is listed twice, so that the order of the list doesn't matter: latest last."""
    item = one.parsed
    moment = item.updated or item.published
    return (moment.timestamp() if moment else 0.0, item.title, item.summary, item.content)


def _keys(
    item: ParsedItem, url: str | None, source: Source, outlet: Outlet, *, shared_url: bool, shared_guid: bool
) -> tuple[str, ...]:
    """Return the keys. Those with the title tell items apart that share a guid or an address, as live pages do.

    What several items of a document share is no key of any: it would pass from an old item to a new one. A page whose
    address has a live form is one item, whatever its guid says and however often it is listed.
    """
    address = url_identity(url)
    if url and address and has_form(url, outlet.live_urls):
        return (address_key(address),)
    guid = _guid_identity(item.guid, address, outlet)
    text = item.content or item.summary
    by_address = () if address is None or shared_url else (address_key(address),)
    if guid is not None:
        return (
            _key("guid", source.id, guid, address or item.title or text),
            *(() if shared_guid else (_key("guid", source.id, guid),)),
            *by_address,
        )
    if address is not None:
        return (_key("url", address, item.title or text), *by_address)
    whole = _key("text", source.id, item.title, text)
    parts = (_key("title", source.id, item.title) if item.title else "", _key("body", source.id, text) if text else "")
    return (whole, *filter(None, parts))


def _guid_identity(guid: str | None, address: str | None, outlet: Outlet) -> str | None:
    """Return the guid, or None where it adds nothing to the address, such as `https://…/story#3` for a third edit."""
    if not guid:
        return None
    as_address = url_identity(canonical_url(guid, outlet))
    if as_address is None:
        return guid
    return None if as_address == address else as_address


def address_key(address: str) -> str:
    """Return the key that items answer to by their address (`storywatch.urls.url_identity`) alone."""
    return _key("url", address)


def _key(kind: str, *parts: str) -> str:
    told_apart = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{kind}:{hashlib.sha256(told_apart.encode('utf-8', 'replace')).hexdigest()[:32]}"


def take(found: Sequence[Identified], known: Known, source: Source, now: datetime) -> Intake:
    """Compare a document with what is known: the decision of intake."""
    new: list[Item] = []
    revised: list[Item] = []
    sightings: list[Sighting] = []
    overlaps = False
    for one, old in _assigned(found, known, source):
        shown = fingerprint(one.parsed)
        # A key never moves from one item to another. Without one of its own, this is an item that was listed twice.
        fresh_keys = tuple(key for key in one.keys if key not in known)
        if old is None:
            if fresh_keys:
                new.append(_new_item(one, fresh_keys, source, now))
                sightings.append(Sighting(item=new[-1].id, fingerprint=shown, keys=fresh_keys))
            continue
        overlaps = overlaps or old.shown is not None
        if fresh_keys or shown != old.shown:
            sightings.append(Sighting(item=old.id, fingerprint=shown, keys=fresh_keys))
        if _is_revision(old, shown):
            revised.append(_revised_item(one, old, source, now))
    return Intake(new=tuple(new), revised=tuple(revised), sightings=tuple(sightings), overlaps=overlaps)


def with_differences(taken: Intake, before: Mapping[str, Revision]) -> Intake:
    """Return the same with what each new revision changed; `before` holds the last revision by item."""
    revised = (
        replace(item, revision=replace(item.revision, difference=difference(before[item.id], item.revision)))
        for item in taken.revised
    )
    return replace(taken, revised=tuple(revised))


def _assigned(
    found: Sequence[Identified], known: Known, source: Source
) -> Iterator[tuple[Identified, KnownItem | None]]:
    """Pair every item with the known item it is, strong keys before weak ones, each known item at most once."""
    chosen: dict[int, KnownItem] = {}
    taken: set[str] = set()
    for rank in range(max((len(one.keys) for one in found), default=0)):
        for index, one in enumerate(found):
            if index in chosen or rank >= len(one.keys):
                continue
            old = known.get(one.keys[rank])
            if old is not None and old.id not in taken and not _is_told_apart(one, rank, old, source):
                chosen[index] = old
                taken.add(old.id)
    return ((one, chosen.get(index)) for index, one in enumerate(found))


def _is_told_apart(one: Identified, rank: int, old: KnownItem, source: Source) -> bool:
    """Tell whether the publisher's own guids say that two items under one address are different items.

    Only guids of the same source speak: another source of the outlet may count its items in another way. What has the
    address and the words of a known item is that item, or a publisher who changes all guids would publish all anew.
    """
    by_address = one.keys[rank].startswith("url:")
    have_guids = one.keys[0].startswith("guid:") and _has_guid(old)
    return by_address and have_guids and old.source == source.id and fingerprint(one.parsed) != old.shown


def _has_guid(old: KnownItem) -> bool:
    return any(key.startswith("guid:") for key in old.keys)


def fingerprint(item: ParsedItem | Revision) -> Fingerprint:
    """Fingerprint the words of an item: white space and dates don't count."""
    return Fingerprint(title=_digest(item.title), text=_digest(item.summary, item.content))


def _digest(*texts: str) -> str:
    words = "\0".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def _is_revision(old: KnownItem, shown: Fingerprint) -> bool:
    """Tell whether the publisher changed the words since this source last showed them.

    Two feeds of an outlet show one article with different excerpts, so a source is compared with itself. A change that
    another source already brought is no second revision.
    """
    if old.shown is None or old.shown == shown:
        return False
    new_title = shown.title not in (old.shown.title, old.current.title)
    new_text = shown.text not in (old.shown.text, old.current.text)
    return new_title or new_text


def _new_item(one: Identified, keys: tuple[str, ...], source: Source, now: datetime) -> Item:
    item_id = "i" + hashlib.sha256(f"{source.outlet}\0{keys[0]}".encode()).hexdigest()[:20]
    return Item(
        id=item_id,
        outlet=source.outlet,
        source=source.id,
        url=one.url,
        first_seen=now,
        keys=keys,
        revision=_revision(item_id, 1, one.parsed, now),
    )


def _revised_item(one: Identified, old: KnownItem, source: Source, now: datetime) -> Item:
    return Item(
        id=old.id,
        outlet=source.outlet,
        source=old.source,
        url=one.url or old.url,
        first_seen=old.first_seen,
        keys=one.keys,
        revision=_revision(old.id, old.number + 1, one.parsed, now),
    )


def _revision(item_id: str, number: int, parsed: ParsedItem, now: datetime) -> Revision:
    return Revision(
        item=item_id,
        number=number,
        seen=now,
        title=parsed.title,
        summary=parsed.summary,
        content=parsed.content,
        author=parsed.author,
        published=parsed.published,
        updated=parsed.updated,
        language=parsed.language,
        time_origin=parsed.time_origin,
        time_correction=parsed.time_correction,
    )
