"""What Linux knows of processes: proc(5)."""

import os
from pathlib import Path


def children() -> set[int]:
    """Return the ids of this process's children."""
    texts = [path.read_text(encoding="ascii") for path in Path("/proc/self/task").glob("*/children")]
    return {int(word) for text in texts for word in text.split()}


def is_alive(process: int) -> bool:
    """Tell whether it runs; one that ended and that nobody has waited for doesn't."""
    try:
        return _stat(process)[0] != "Z"
    except FileNotFoundError:
        return False


def cpu_seconds(process: int) -> float:
    """Return the CPU time that it has used, which other processes' work doesn't change."""
    return sum(map(int, _stat(process)[11:13])) / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """Return the fields behind the name, from the state on."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
