"""`demo`: the main job on the sample event, played by local servers."""


def demo() -> None:
    """Play the sample story."""
