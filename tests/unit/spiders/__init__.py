"""Tests of the spiders room without a network."""
