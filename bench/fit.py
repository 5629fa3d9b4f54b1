"""Fits the weights of likeness on the developers' set and writes them where they ship."""

from bench.tracking.fitting import main

__all__ = ["main"]
