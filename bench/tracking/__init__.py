"""Matching on the developers' set: fitting the weights, and the table of how well it does."""
