"""Exact, blocked nearest-neighbour search and margin-based mining."""
