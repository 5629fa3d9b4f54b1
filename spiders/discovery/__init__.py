"""Finds what can be watched of an outlet: feeds, news sitemaps, and listings on its pages."""

from spiders.discovery.exploring import POLITE, explore
from spiders.discovery.loading import load
from spiders.discovery.values import Bounds, Discovery, Failed, Finding

__all__ = ["POLITE", "Bounds", "Discovery", "Failed", "Finding", "explore", "load"]
