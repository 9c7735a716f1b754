"""Tests of the providers, and the stand on which they put one."""
