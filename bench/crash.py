"""The long crash loop: `python -m bench.crash --kills 500`. It fails if the promise broke or a control kept it."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.acceptance.crash.campaign import campaign
from tests.acceptance.crash.children import open_lanes
from tests.acceptance.crash.orders import Worker
from tests.acceptance.crash.tables import tables


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="of the product (default 500)")
    parser.add_argument("--control-kills", type=int, default=50, help="of each control (default 50)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    kills = dict.fromkeys(Worker, given.control_kills) | {Worker.PRODUCT: given.kills}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, open_lanes(Path(folder), Path(folder, "compiled")) as lanes:
        outcomes = campaign(lanes, Path(folder), kills, given.seed)
    print(tables(outcomes))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s")
    for problem in (problem for outcome in outcomes for problem in outcome.problems or ()):
        print(problem)
    wrong = [one.worker for one in outcomes if one.problems or one.verdict.kept is not (one.worker is Worker.PRODUCT)]
    if wrong:
        sys.exit(f"not as expected: {'; '.join(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])
