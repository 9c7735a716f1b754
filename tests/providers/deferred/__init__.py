"""Tests of the deferred dialects."""
