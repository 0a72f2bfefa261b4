"""Two arms measured live, against each other: pairs of processes, turns, verdicts."""
