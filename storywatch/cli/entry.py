"""The entry point. It imports late: parse workers load this module too and need none of the commands."""

import os


def main() -> None:
    """Run the command line."""
    # NumPy's library would start a thread for each core, and what is worked out here is too little to share.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from storywatch.cli.app import app  # noqa: PLC0415 - see above

    app()
