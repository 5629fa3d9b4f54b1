"""`python -m storywatch.cli.demo FOLDER`: the demo's daemon. Only `demo.child` starts it.

It imports late, as `storywatch.cli.entry` does: parse workers load this module too and need none of it.
"""

if __name__ == "__main__":
    import asyncio
    import sys
    from pathlib import Path

    from storywatch.cli.demo.watcher import watch

    asyncio.run(watch(Path(sys.argv[1])))
