"""A verdict as one sign: told apart by shape, and up where latency goes up."""

from __future__ import annotations

from xlbench.stats.verdicts import Claim

SIGNS: dict[Claim, str] = {"slower": "▲", "faster": "▼", "equivalent": "=", "inconclusive": "?"}
