"""The gate for a program."""

from __future__ import annotations

import json

from xlbench.judge.gate import Gate


def as_json(gate: Gate) -> str:
    """Return ``Gate.to_json`` as text."""
    return json.dumps(gate.to_json(), indent=1, ensure_ascii=False) + "\n"
