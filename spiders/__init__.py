"""Network in: the crawler, one spider per kind of source, and the parsing of what they bring."""
