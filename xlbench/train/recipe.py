"""How a phase is trained: rates, sizes, epochs."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Recipe:
    """One phase's hyperparameters.

    Attributes:
        rate: highest learning rate of Adam; rises linearly, then falls linearly to 0.
        epochs: passes over the training set.
        batch_size: features a step.
        warm_up: share of the steps in which the rate rises.
        weight_decay: of AdamW.
        max_steps: steps in place of ``epochs``.
        dtype: ``fp32``, or ``bf16``: mixed precision.
        device: ``cpu`` or ``cuda``.
        freeze_embeddings: whether the embeddings stay as they are.
        save_every: steps between saved states; ``log_every``: between rows of the curve.
    """

    rate: float
    epochs: float
    batch_size: int = 32
    warm_up: float = 0.1
    weight_decay: float = 0.0
    max_steps: int | None = None
    dtype: str = "fp32"
    device: str = "cpu"
    freeze_embeddings: bool = False
    save_every: int = 200
    log_every: int = 10


INTERMEDIATE = Recipe(rate=1e-5, epochs=3, batch_size=24)
"""Adam, 1e-5, 3 epochs, 10 % warm-up, norm of the gradient at most 1: the defaults of nyu-mll/jiant
(``proj/simple/runscript.py``, ``proj/main/scripts/configurator.py``), with which Phang et al. 2020
trained. The size of their batches is not in that code; 24 is ours."""

_TARGETS = {
    "xnli": Recipe(rate=2e-5, epochs=5),
    "pawsx": Recipe(rate=2e-5, epochs=5),
    "udpos": Recipe(rate=2e-5, epochs=10),
    "panx": Recipe(rate=2e-5, epochs=10),
    "xquad": Recipe(rate=3e-5, epochs=3, weight_decay=1e-4),
    "mlqa": Recipe(rate=3e-5, epochs=3, weight_decay=1e-4),
    "tydiqa": Recipe(rate=3e-5, epochs=3, weight_decay=1e-4),
}
"""As XTREME's scripts ``train_{xnli,pawsx,udpos,panx,qa}.sh``; their batches are 8 x 4 or 4 x 8."""


def target_recipe(task: str) -> Recipe:
    """Return XTREME's recipe for a target task."""
    return _TARGETS[task]


def adjusted(recipe: Recipe, changes: dict[str, object]) -> Recipe:
    """Return the recipe with what was asked for on the command line."""
    return replace(recipe, **{k: v for k, v in changes.items() if v is not None})  # type: ignore[arg-type]
