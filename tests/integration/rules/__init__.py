"""The rules of a polite and fast client, a module each, named by its number (docs/explanation/politeness.md)."""
