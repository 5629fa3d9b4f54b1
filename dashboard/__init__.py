"""People in: the web pages that subscribers meet, and what answers their links."""
