"""Storywatch follows running news stories for people who must not miss an update."""

__version__ = "0.1.0"
