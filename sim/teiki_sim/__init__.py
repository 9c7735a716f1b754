"""The store and its world: money, calendar, draws, lives, policies, the log and its monitors."""

import os

# Arrow's own allocator keeps what it once took, the system's gives it back. Arrow looks here when it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
