"""Rakuten Pay: both versions through GMO-PG, and version 1 direct; the book is version 2."""
