"""How soon items are found, by policy."""
