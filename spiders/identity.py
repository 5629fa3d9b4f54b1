"""Who we say that we are, to every server."""

import hashlib
from dataclasses import astuple

from spiders.asking import Asked
from storywatch import __version__

ROBOT = "Storywatch"
"""The product token that robots.txt files address (RFC 9309, section 2.2.1)."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.6, */*;q=0.1"
)


def asked_as(contact: str, asked: Asked) -> str:
    """Return a hash of the headers by which servers choose a response, and of how it is read.

    What is validated holds for these only: an old answer has more to say to who reads it in another way.
    """
    question = f"{user_agent(contact)}\0{ACCEPT}\0{asked.kind}\0{astuple(asked.page)}\0{asked.drop_urls}"
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def user_agent(contact: str) -> str:
    """Return the User-Agent: name, version and a contact that an outlet's operators can use."""
    return f"{ROBOT}/{__version__} (+{contact})"
