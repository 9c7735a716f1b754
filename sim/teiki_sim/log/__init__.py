"""The event log: its closed list of kinds, its columns, how rows are written, read and folded."""
