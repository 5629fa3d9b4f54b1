"""Matching: which tracked events an item belongs to, and why."""

from storywatch.matching.matcher import Matcher

__all__ = ["Matcher"]
