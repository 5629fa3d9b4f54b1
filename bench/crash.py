"""The long crash loop: `python -m bench.crash --kills 500`. Exit code 1 if the promise broke or a control passed."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.crash.campaign import campaign
from tests.acceptance.crash.orders import Worker
from tests.acceptance.crash.tables import tables


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=500, help="of the product (default 500)")
    arguments.add_argument("--control-kills", type=int, default=100, help="of each control (default 100)")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    kills = {worker: given.control_kills for worker in Worker} | {Worker.PRODUCT: given.kills}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [campaign(Path(folder, worker.name), worker, kills[worker], given.seed) for worker in Worker]
    print(tables(outcomes))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s")
    for outcome in outcomes:
        print(*outcome.problems, sep="\n", end="")
    wrong = [one.worker for one in outcomes if one.verdict.kept is not (one.worker is Worker.PRODUCT) or one.problems]
    print(*(f"not as expected: {worker}" for worker in wrong), sep="\n", end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
