"""How metrics are written for readers."""

from __future__ import annotations

METRIC_TITLES = {"accuracy": "accuracy", "f1": "F1", "exact_match": "exact match"}
