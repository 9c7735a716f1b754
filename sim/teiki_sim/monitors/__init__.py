"""The monitors: what must always hold, watched on the rows of a log alone.

`Monitors` is a log's sink; its violations come after `close`. They hang on no row's rule, cause or free
text, and not on how the log was cut into chunks.
"""

from teiki_sim.monitors.apart import MonitorsApart
from teiki_sim.monitors.run import Monitors
from teiki_sim.monitors.table import INVARIANTS
from teiki_sim.monitors.violation import Names, Numbers, Violation, violations_frame, write_violations

__all__ = [
    "INVARIANTS",
    "Monitors",
    "MonitorsApart",
    "Names",
    "Numbers",
    "Violation",
    "violations_frame",
    "write_violations",
]
