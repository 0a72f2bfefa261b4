"""The life of worker processes: start, ask, answer, notice death. Knows nothing of measuring."""
