"""Compare and gate: results in, verdicts out."""
