"""The entry point. It imports late: parse workers load this module too and need none of the commands."""


def main() -> None:
    """Run the command line."""
    from storywatch.cli.app import app  # noqa: PLC0415 - see above

    app()
