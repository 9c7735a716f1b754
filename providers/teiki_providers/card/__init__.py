"""Card payments through GMO-PG."""
