"""Runs the named benches, or all of them."""

import argparse
from importlib import import_module

BENCHES = (
    "polls",
    "crowd",
    "parsing",
    "conformance",
    "fuzz",
    "crash",
    "isolation",
    "pages",
    "names",
    "matching",
    "deciding",
    "story",
    "feedback",
    "tracking",
    "mails",
    "novelty",
    "pacing",
    "pacing_load",
    "pasts",
    "uneven",
    "compressed",
)
BY_NAME_ONLY = ("fit", "novelty_fit")
"""What writes into the code is run on request only."""

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*BENCHES, *BY_NAME_ONLY, []], help=", ".join(BENCHES)
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long to fuzz; 60 without it")
    parser.add_argument("--quick", action="store_true", help="tracking as shipped only: no events are left out")
    parser.add_argument("--count", type=int, default=10_000, help="how many mails; 10,000 without it")
    arguments = parser.parse_args()
    options = {
        "fuzz": {"seconds": arguments.seconds},
        "tracking": {"quick": arguments.quick},
        "mails": {"count": arguments.count},
    }
    for name in arguments.names or BENCHES:
        print(f"# {name}")
        import_module(f"bench.{name}").main(**options.get(name, {}))
