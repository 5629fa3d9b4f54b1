"""Tests of the spiders room with real processes and loopback servers."""
