"""Reads the documents that sources serve: feeds and news sitemaps, each parse within hard limits."""

from spiders.parsing.document import parse_document
from spiders.parsing.limits import ParseLimits, limits_of
from spiders.parsing.pool import ParsePool

__all__ = ["ParseLimits", "ParsePool", "limits_of", "parse_document"]
