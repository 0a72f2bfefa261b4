"""The training loop: ``transformers.Trainer`` over batches that are decided beforehand.

What is added to it: the loss of each set in the log, a stop where a loss is not finite, and a state
where it is interrupted.
"""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from xlbench.errors import UserError
from xlbench.interrupts import heard_once, is_due, unbroken
from xlbench.train.batches import Batches, only
from xlbench.train.heads import Heads
from xlbench.train.recipe import Recipe

Told = Callable[[int, float | None], None]
"""Called after each step with the steps done and the last loss logged."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a loop leaves: steps done, and the rows of its log."""

    steps: int
    log: tuple[dict[str, Any], ...]


def train(
    model: Heads,
    batches: Batches,
    recipe: Recipe,
    seed: int,
    folder: Path,
    told: Told,
    *,
    resume: bool,
) -> Trained:
    """Train the model in place.

    Args:
        model: heads on one encoder.
        batches: one for each step.
        recipe: rates and what is saved when.
        seed: of dropout.
        folder: where the state is saved on the way.
        told: progress.
        resume: go on at the last whole state in ``folder``, where there is one.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM; the state was saved, whatever ``recipe`` says.
        UserError: a loss is not finite, or several GPUs are visible.
    """
    trainer = _Trainer(
        model=model,
        args=_arguments(recipe, seed, folder, len(batches)),
        train_dataset=batches,
        data_collator=only,
        callbacks=[_Progress(told), _Interrupted()],
    )
    trainer.add_callback(_Finite(trainer))
    if trainer.args.n_gpu > 1:
        raise UserError(
            f"{trainer.args.n_gpu} GPUs are visible, and one process trains on one. Set "
            "CUDA_VISIBLE_DEVICES, and train each suite or seed on a GPU of its own."
        )
    trainer.remove_callback(PrinterCallback)
    state = last_state(folder) if resume else None
    with heard_once(), unbroken():
        trainer.train(resume_from_checkpoint=None if state is None else str(state))
    return Trained(trainer.state.global_step, tuple(trainer.state.log_history))


def last_state(folder: Path) -> Path | None:
    """Return the newest saved state that is whole; its own file of state is written last."""
    states = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    for state in reversed(states):
        try:
            json.loads((state / "trainer_state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return state
    return None


def _arguments(recipe: Recipe, seed: int, folder: Path, steps: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=1,
        train_sampling_strategy="sequential",
        remove_unused_columns=False,
        learning_rate=recipe.rate,
        warmup_steps=math.ceil(recipe.warm_up * steps),
        lr_scheduler_type="linear",
        weight_decay=recipe.weight_decay,
        adam_epsilon=1e-8,
        max_grad_norm=1.0,
        bf16=recipe.dtype == "bf16",
        use_cpu=recipe.device == "cpu",
        seed=seed,
        logging_strategy="steps",
        logging_steps=recipe.log_every,
        logging_nan_inf_filter=False,
        # The last step saves too, which is of no use where none before it did.
        save_strategy="steps" if recipe.save_every < steps else "no",
        save_steps=recipe.save_every,
        save_total_limit=2,
        disable_tqdm=True,
        report_to="none",
        dataloader_pin_memory=recipe.device != "cpu",
        # A copy that waits would wait for all steps that the device has not made yet.
        accelerator_config={"non_blocking": recipe.device != "cpu"},
    )


class _Trainer(Trainer):  # type: ignore[misc]
    """Adds the mean loss of each set to the log, and stops where one is not finite."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._losses: dict[str, list[torch.Tensor]] = defaultdict(list)
        self._unchecked: list[tuple[int, str, torch.Tensor]] = []
        self._began = time.monotonic()

    def training_step(self, model: Any, inputs: dict[str, Any], *rest: Any) -> torch.Tensor:
        name = inputs["name"]
        loss: torch.Tensor = super().training_step(model, inputs, *rest)
        self._unchecked.append((self.state.global_step, name, loss))
        self._losses[name].append(loss)
        return loss

    def check_finite(self) -> None:
        """Raise for the first loss since the last check that is not finite."""
        for step, name, loss in self._unchecked:
            if not bool(torch.isfinite(loss)):
                batches: Batches = self.train_dataset
                _, examples = batches.examples(step)
                raise UserError(
                    f"step {step + 1}: the loss of {name} is {loss.item()}. The batch had its "
                    f"examples {', '.join(map(str, examples))}. Lower --lr, raise --warm-up, or "
                    "train in fp32."
                )
        self._unchecked.clear()

    def log(self, logs: dict[str, float], *rest: Any) -> None:
        for name, losses in self._losses.items():
            logs[f"loss {name}"] = float(torch.stack(losses).mean())
        self._losses.clear()
        logs["seconds"] = time.monotonic() - self._began
        super().log(logs, *rest)


class _Finite(TrainerCallback):  # type: ignore[misc]
    """Looks at the losses before any is logged and before a state is saved.

    To look after each step would make the processor wait for the device each time, and the device
    for the processor after that.
    """

    def __init__(self, trainer: _Trainer) -> None:
        self._trainer = trainer

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if control.should_log or control.should_save or state.global_step >= state.max_steps:
            self._trainer.check_finite()


class _Interrupted(TrainerCallback):  # type: ignore[misc]
    """Has the state saved and the loop end at the end of the step in which an interrupt came."""

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if is_due():
            control.should_save = control.should_training_stop = True


class _Progress(TrainerCallback):  # type: ignore[misc]
    def __init__(self, told: Told) -> None:
        self._told = told

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        losses = [row["loss"] for row in state.log_history[-1:] if "loss" in row]
        self._told(state.global_step, losses[0] if losses else None)
