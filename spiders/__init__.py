"""Network in: one long-lived Scrapy crawler, and the parsing of what it brings."""
