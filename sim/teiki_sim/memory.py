"""How much memory a process took."""

import sys
from pathlib import Path

__all__ = ["peak"]


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


def _resident() -> int:
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
