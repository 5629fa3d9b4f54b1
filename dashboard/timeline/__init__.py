"""The running story as a document: Markdown to paste, HTML to publish, JSON for programs, Atom to follow."""

from dashboard.timeline.forms import TimelineFormat, rendered

__all__ = ["TimelineFormat", "rendered"]
