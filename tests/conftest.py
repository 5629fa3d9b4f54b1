"""What all tests share."""

from hypothesis import settings

# Machines are noisy: a slow example is no finding.
settings.register_profile("storywatch", deadline=None)
settings.load_profile("storywatch")
