"""Scenarios, the runner and the command line: the one place that wires the other packages together."""
