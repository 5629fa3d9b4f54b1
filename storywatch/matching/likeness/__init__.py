"""Likeness: how much an item reads like an event, and why.

Event -- base of the profile; Item -- read --> Reading -- Weighed.by --> evidence(profile) -- Model --> score
"""

from storywatch.matching.likeness.background import Background
from storywatch.matching.likeness.evidence import FEATURES, Weighed, Weights, evidence
from storywatch.matching.likeness.model import Model, Surroundings, log_odds, model_from, probability, shipped
from storywatch.matching.likeness.profile import Postings, Profile
from storywatch.matching.likeness.reading import Reading, Term, read, texts_of

__all__ = [
    "FEATURES",
    "Background",
    "Model",
    "Postings",
    "Profile",
    "Reading",
    "Surroundings",
    "Term",
    "Weighed",
    "Weights",
    "evidence",
    "log_odds",
    "model_from",
    "probability",
    "read",
    "shipped",
    "texts_of",
]
