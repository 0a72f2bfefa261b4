"""What is known of a cell before it is measured: from loading and opening."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.examples import Example
from xlbench.run.arms import LiveArm
from xlbench.run.counts import COUNTED


def facts_of(
    arm: LiveArm, spec: CheckpointSpec, task: str, language: str, examples: Sequence[Example]
) -> dict[str, Any]:
    """Have checkpoint and cell ready in the worker; return columns of the visit row.

    Names with an underscore and ``flags`` are no columns: see ``columns``.
    """
    loaded = arm.load(spec)
    opened = arm.open(task, language, examples)
    return {
        "device": arm.facts["device"],
        "clock": loaded["clock"],
        "load_ns": loaded["load_ns"],
        "weights_bytes": loaded["weights_bytes"],
        "flags": [*spec.flags, *loaded["flags"]],
        **{k: opened[k] for k in COUNTED},
        "_units": opened["n_batches"],
        "_plan": opened["plan"],
        "_largest": opened["largest"],
    }


def columns(facts: dict[str, Any]) -> dict[str, Any]:
    """Return those of the facts that are columns."""
    return {k: v for k, v in facts.items() if not k.startswith("_") and k != "flags"}


def visit_flags(facts: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    """Return the flags of a visit from its facts and the worker's reply."""
    flags = [*facts["flags"], *reply["flags"]]
    if facts["n_truncated"]:
        flags.append("truncated")
    if reply["first_of_process"]:
        flags.append("cold-start")
    return flags
