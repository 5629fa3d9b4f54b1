"""Reads the documents that sources serve: feeds and news sitemaps, each parse within hard limits."""

from spiders.parsing.document import parse_document
from spiders.parsing.limits import ParseLimits
from spiders.parsing.pool import ParsePool

__all__ = ["ParseLimits", "ParsePool", "parse_document"]
