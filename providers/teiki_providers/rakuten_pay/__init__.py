"""Rakuten Pay, version 2 through GMO-PG."""
