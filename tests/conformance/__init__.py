"""Tests against public test data, skipped where that is absent."""
