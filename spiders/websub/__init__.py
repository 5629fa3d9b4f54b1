"""WebSub: finding hubs, asking them, and taking in what they push."""
