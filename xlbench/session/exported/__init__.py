"""Exports of checkpoints that other programs than torch run: made once, kept, checked."""
