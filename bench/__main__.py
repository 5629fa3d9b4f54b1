"""Runs the named benches, or all of them."""

import sys
from importlib import import_module

BENCHES = ("polls", "parsing", "crash")

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        if name not in BENCHES:
            sys.exit(f"no bench {name!r}: choose from {', '.join(BENCHES)}")
        print(f"# {name}")
        import_module(f"bench.{name}").main()
