"""Checkpoints: the catalogue, resolving, fetching and loading. Only `loading` imports torch."""
