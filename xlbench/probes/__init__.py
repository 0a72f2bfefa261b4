"""Memory, energy, clocks and noise of a stretch of work, and the environment around it."""
