"""What keeps a source from storing anything of its first document: it can't be what the operator means."""

from collections import Counter
from collections.abc import Iterator

from storywatch.errors import Fault
from storywatch.model import Document, Outlet, Source, Visit
from storywatch.sites import site_of
from storywatch.urls import host_of
from storywatch.verification.facts import is_feed_proxy, link_hosts
from storywatch.verification.findings import Check, Finding, some

FEW_LINKS = 3
"""So many links on foreign hosts, or fewer, say nothing about a source."""

EMPTY_REMEDY = "try again later; if it stays so, look for another source of the outlet"


def structural_fault(visit: Visit, source: Source, outlet: Outlet) -> Fault | None:
    """Return why nothing of a source's first document may be stored: it can't be what the operator means.

    None for a visit without a document, and where the outlet declares no hosts that a host could contradict. Age is
    never a reason, for an old item is as true as a new one, nor is an empty document, for there is nothing to store.
    """
    for found in unlikely(visit, source, outlet):
        if found.code is Check.EMPTY:
            continue
        return Fault(code="verification_failed", message=f"{found.message}; {found.remedy}")
    return None


def unlikely(visit: Visit, source: Source, outlet: Outlet) -> Iterator[Finding]:
    """Yield what can't be right whatever the operator means."""
    if visit.document is None:
        return
    expected = {site_of(host) for host in (*outlet.hosts, host_of(source.url))}
    final = host_of(visit.final_url or source.url)
    if outlet.hosts and site_of(final) not in expected and not is_feed_proxy(final):
        yield Finding(
            code=Check.REDIRECTED_AWAY,
            message=f"the source redirects to {final}, which is none of the outlet's hosts",
            remedy=f"if that is right, write url: {visit.final_url}; else look for another source",
        )
    yield from _on_items(visit.document, visit, expected if outlet.hosts else set())


def _on_items(document: Document, visit: Visit, expected: set[str]) -> Iterator[Finding]:
    """Judge the items of a document that was read whole. `expected`: the sites of an outlet that declares hosts."""
    if document.known or visit.partial or (document.parts and not document.items):
        return
    hosts = link_hosts(document.items)
    if not document.items:
        unreadable = document.dropped + len(document.set_aside)
        of_these = f"none of its {unreadable} items can be read" if unreadable else "it has no items"
        yield Finding(
            code=Check.EMPTY,
            message=f"the source answers with a {document.format} document, but {of_these}",
            remedy=EMPTY_REMEDY,
        )
    elif expected and len(hosts) > FEW_LINKS and not expected & set(map(site_of, hosts)):
        yield Finding(
            code=Check.FOREIGN_ITEMS,
            message=f"all items link to hosts that are none of the outlet's: {some(Counter(hosts))}",
            remedy="if they are the outlet's, add them under hosts; else look for another source",
        )
