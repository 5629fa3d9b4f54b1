"""A simulator: the policy, those of peers, and the bound, over what sources published."""

from storywatch.pacing.simulation.engine import Run, finish, simulate
from storywatch.pacing.simulation.figures import Figures, bound, figures
from storywatch.pacing.simulation.ours import Ours
from storywatch.pacing.simulation.peers import CommaFeed, MediaCloud, Miniflux, Uniform
from storywatch.pacing.simulation.schemes import Polled, Scheme
from storywatch.pacing.simulation.tracks import Manners, Track

__all__ = [
    "CommaFeed",
    "Figures",
    "Manners",
    "MediaCloud",
    "Miniflux",
    "Ours",
    "Polled",
    "Run",
    "Scheme",
    "Track",
    "Uniform",
    "bound",
    "figures",
    "finish",
    "simulate",
]
