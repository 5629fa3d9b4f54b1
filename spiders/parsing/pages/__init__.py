"""Reads pages: listings whose links are items, and single pages that are watched for change."""

from spiders.parsing.pages.reading import read_page

__all__ = ["read_page"]
