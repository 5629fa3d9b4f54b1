"""The entry point. It imports late: parse workers load this module too and need none of the commands."""

import os
import sys


def main() -> None:
    """Run the command line."""
    # NumPy's library would start a thread for each core, and what is worked out here is too little to share.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from storywatch.cli.app import app  # noqa: PLC0415 - see above

    try:
        app()
    except OSError as error:
        sys.exit(_said(error))


def _said(error: OSError) -> str:
    """Say what the system refused, in a line. What waits to be printed is let go, or Python would try once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    place = f"{error.filename}: " if error.filename else "the output can't be written: "
    return f"error: {place}{error.strerror or error}"
