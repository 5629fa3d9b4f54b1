"""A timeline as an Atom feed (RFC 4287), so that anybody can follow an event in a feed reader."""

from datetime import UTC, datetime
from html import escape
from xml.etree import ElementTree as ET

from dashboard.timeline.entries import Entry, entries_of, title_of
from storywatch.model import as_utc
from storywatch.timeline import Timeline

NAMESPACE = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 200
"""The newest updates; a feed is read again and again."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom(timeline: Timeline, address: str | None = None) -> str:
    """Return the feed, newest first. Ids are names of ours and never change; `address` is where it is published."""
    feed = ET.Element("feed", {"xmlns": NAMESPACE})
    _add(feed, "id", f"urn:storywatch:event:{timeline.event}")
    _add(feed, "title", title_of(timeline))
    _add(feed, "updated", _iso(timeline.last_at or _NEVER))
    _add(feed, "generator", "Storywatch")
    if address:
        ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    for entry in reversed(entries_of(timeline)[-MOST_ENTRIES:]):
        feed.append(_entry(entry))
    ET.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _entry(entry: Entry) -> ET.Element:
    element = ET.Element("entry")
    _add(element, "id", f"urn:storywatch:update:{entry.id}")
    _add(element, "title", f"{entry.number}. {entry.title}")
    _add(element, "published", _iso(entry.at))
    _add(element, "updated", _iso(entry.last_at))
    for outlet in entry.outlets:
        _add(ET.SubElement(element, "author"), "name", outlet.name)
    link = next((outlet.link for outlet in entry.outlets if outlet.link), None)
    if link:
        ET.SubElement(element, "link", {"rel": "alternate", "href": link})
    _add(element, "content", _content(entry)).set("type", "html")
    return element


def _content(entry: Entry) -> str:
    said = [f"<p>{escape(entry.text)} ({', '.join(escape(outlet.name) for outlet in entry.outlets)})</p>"]
    said += [f"<p>{escape(f'{later.day}: {later.said}')}</p>" for later in entry.later]
    return "".join(said)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _iso(moment: datetime) -> str:
    return as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")
