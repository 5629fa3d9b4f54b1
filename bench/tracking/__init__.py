"""Matching on the developers' set: fitting the weights, and the table of how well it does."""


def main(*, quick: bool = False) -> None:
    """Print the table; `quick`: without leaving events out, which takes minutes."""
    from bench.tracking import table  # noqa: PLC0415 - what only reads the set needs no numpy

    table.main(quick=quick)
