"""Walks through the card wire with the vendors' clients as published."""
