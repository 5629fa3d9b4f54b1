"""`send`: proves a subscriber's channel."""


def send() -> None:
    """Send a test message to a subscriber now, and say step by step how it goes."""
