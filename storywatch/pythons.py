"""Which Pythons write mail headers safely by themselves.

CVE-2024-6923, CVE-2025-1795 and CVE-2026-1299: older ones can be brought to write a header that nobody meant. What
Storywatch writes passes its own checks (`channels.mime`), so an older one is a warning and no refusal.
"""

SAFE_SINCE = {(3, 11): 15, (3, 12): 13, (3, 13): 12, (3, 14): 3}
"""The first fixed release of each line; later lines have the fixes from the start."""


def safe_release(version: tuple[int, int, int]) -> str | None:
    """Return the release of the same line that has the fixes, such as `3.11.15`; None if this one has them."""
    line, micro = version[:2], version[2]
    fixed = SAFE_SINCE.get(line, 0)
    return None if micro >= fixed else f"{line[0]}.{line[1]}.{fixed}"
