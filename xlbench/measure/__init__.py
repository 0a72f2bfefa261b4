"""Clocks, warm-up, stopping and the timed loop. Knows nothing of tasks or files."""
