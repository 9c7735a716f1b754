"""How much memory a process took."""

import sys
from pathlib import Path

__all__ = ["largest", "peak"]


def peak() -> int:
    """Bytes that this process held in memory at most; 0 where the system doesn't tell.

    Linux keeps in ``getrusage`` what a process held before it began another program, so that one started by a large
    one would seem as large: there, the program's own mark is read.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return _resident()
    marks = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(marks[0].split()[1]) * 1024 if marks else _resident()


def largest() -> int:
    """`peak` of this process or of the largest that it began and that has ended; 0 where the system doesn't tell."""
    return max(peak(), _resident(of_children=True))


def _resident(of_children: bool = False) -> int:
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * unit
