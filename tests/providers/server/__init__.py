"""Tests of the sandbox server, and the small dialect that they speak."""
