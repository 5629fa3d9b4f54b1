"""A process that has imported the product and forks itself for each command: a real process, in no time.

Python and the product take a second of CPU to start. Here is that start, once. What a start alone shows is shown by the
tests that start the program anew: of the daemon, the demo, the crashes, and `fresh` commands.
"""

import atexit
import gc
import json
import os
import runpy
import socket
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

LONGEST_ORDER = 1 << 18


def main() -> None:
    """Take orders from the socket whose number is the argument, each with its standard output, error and report."""
    _import_everything()
    orders = socket.socket(fileno=int(sys.argv[1]))
    while True:
        said, ends, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 3)
        if not said:
            return
        _reap()
        if os.fork() == 0:
            _attend(json.loads(said), *ends)
        for end in ends:
            os.close(end)


def _import_everything() -> None:
    for name in ("config.loader", "trafilatura", "spiders.crawler", "channels.email"):
        import_module(name)
    commands = {module for module, _ in import_module("storywatch.cli.app").COMMANDS.values()}
    for name in commands:
        import_module(f"storywatch.cli.{name}")
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads: a fork would copy the locks that they hold"
    gc.freeze()


def _reap() -> None:
    """Let those go that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _attend(order: dict[str, Any], out: int, err: int, report: int) -> None:
    """Run the command in a child, report its number and how it ended, and end."""
    command = os.fork()
    if command == 0:
        os.close(report)
        _live(order, out, err)
    os.close(out)
    os.close(err)
    os.write(report, f"{command}\n".encode())
    _, status = os.waitpid(command, 0)
    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _live(order: dict[str, Any], out: int, err: int) -> None:
    """Be the command, as `python -m storywatch` is."""
    code = 70
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.close(out)
        os.close(err)
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        sys.argv = ["storywatch", *order["args"]]
        code = _ran()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        gc.collect()
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - the border of a process that must not go on as a copy of this one
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _ran() -> int:
    try:
        runpy.run_module("storywatch", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    main()
