"""What can be said of the time of a run before it begins, and what is to be said."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from xlbench.arms import Arm
from xlbench.cell import OFFLINE
from xlbench.checkpoints.foretold import foretold
from xlbench.errors import UserError
from xlbench.run.prepare import Prepared

BYTES_PER_TOKEN = 4
"""Of XTREME's text in XLM-R's vocabulary, about: 3.2 in English, 6 in Thai."""

OPERATIONS_PER_S = {"cpu": 2e11, "cuda": 2e14}
"""What a processor and a GPU do at best, an order of magnitude: no run is faster."""

TOKENISE_S = 2e-6
"""Of a token, at best: about half a million in a second and processor."""

_SMALL_MODEL = 1_000_000


def work(prepared: Prepared, arm: Arm, task: str, languages: Collection[str]) -> float:
    """Return the seconds that a pass over the data takes where all goes at its best.

    A token takes two operations for each parameter of the encoder's layers (Kaplan et al. 2020,
    arXiv 2001.08361, section 2.1).
    """
    settings = prepared.settings
    size_bytes = sum(prepared.inputs.sizes[task, language] for language in languages)
    tokens = size_bytes / BYTES_PER_TOKEN
    if settings.few is not None:
        tokens = min(tokens, settings.few * len(languages) * 128)
    kind = "cpu" if arm.options.device == "cpu" else _kind(arm)
    return tokens * (TOKENISE_S + 2 * _parameters(prepared, arm, task) / OPERATIONS_PER_S[kind])


def unmeetable(prepared: Prepared) -> Iterator[str]:
    """Yield what is to be said of a budget that one pass over all cells can't meet."""
    settings = prepared.settings
    least_s = sum(
        work(prepared, arm, task, languages)
        for arm in settings.arms
        for task, languages in prepared.plan.languages.items()
        if OFFLINE in settings.scenarios and (arm.text, task) in prepared.plan.specs
    )
    least_s *= settings.processes
    if least_s > settings.budget_s:
        yield (
            f"one pass over all cells takes {least_s:.0f} s at the very least (--dry-run says it "
            f"better), more than the budget of {settings.budget_s:.0f} s, and every cell gets its "
            "pass: --sample N measures N examples of each cell, drawn by length, or give it the "
            f"time with --budget {least_s:.0f}s"
        )


def _kind(arm: Arm) -> str:
    from xlbench.probes.nvml import all_gpus

    wanted = arm.options.device.partition(":")[0]
    return wanted if wanted != "auto" else "cuda" if any(True for _ in all_gpus()) else "cpu"


def _parameters(prepared: Prepared, arm: Arm, task: str) -> int:
    """The parameters that each token is multiplied with."""
    try:
        known = foretold(prepared.plan.specs[arm.text, task]).layer_parameters
    except UserError:
        known = None
    return max(_SMALL_MODEL, known or 0)
