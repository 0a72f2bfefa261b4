"""Exit codes, the same for every command; 0 is good."""

from __future__ import annotations

FAILED = 1
"""The gate failed, or a comparison that was asked to assert found a difference: a proof of it."""

USER_ERROR = 2
"""The call or an input is wrong, or what was found can't be written or printed."""

CELLS_FAILED = 3
"""Some cells failed; the rest was written."""

NOT_PROVEN = 4
"""Under --strict: the gate is inconclusive, or the machine not fit to measure on. Always: the gate
could judge nothing at all."""

UNEXPECTED = 5
"""A fault of xlbench: the traceback is in a log that the message names."""

INTERRUPTED = 130
"""Interrupted; what was measured is kept."""
