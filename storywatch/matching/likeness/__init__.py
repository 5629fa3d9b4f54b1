"""Likeness: how much an item reads like an event, and why.

Event -- base of the profile; Item -- read --> Reading -- Weighed.by --> evidence(profile) -- Model --> score
"""

from storywatch.matching.likeness.background import Background
from storywatch.matching.likeness.evidence import FEATURES, TELLING, Weighed, Weights, evidence
from storywatch.matching.likeness.model import Model, Surroundings, log_odds, model_from, probability, shipped
from storywatch.matching.likeness.postings import Postings
from storywatch.matching.likeness.profile import LEAST_LENGTH, MOST_HEAT, Profile, Renewed
from storywatch.matching.likeness.reading import Reading, Term, read, texts_of

__all__ = [
    "FEATURES",
    "LEAST_LENGTH",
    "MOST_HEAT",
    "TELLING",
    "Background",
    "Model",
    "Postings",
    "Profile",
    "Reading",
    "Renewed",
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
