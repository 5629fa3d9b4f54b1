"""Simulated feedback on the developers' set, with the weights as they ship."""

from bench.tracking.feedback import main

__all__ = ["main"]
