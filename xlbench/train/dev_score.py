"""The score of a head on its development set, by the task's own decoding and metric."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xlbench.encode.form import AS_XTREME
from xlbench.encode.window import Window
from xlbench.tasks.task import Outputs
from xlbench.train.collate import pad
from xlbench.train.training_set import TrainingSet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_ROWS = 32


def dev_scores(
    model: Any, tokenizer: PreTrainedTokenizerFast, trained_on: TrainingSet
) -> dict[str, float]:
    """Return the metrics in percent, the task's main one first; empty without a development set.

    Args:
        model: the head, in any mode; it is left in evaluation mode.
        tokenizer: the model's.
        trained_on: the set whose ``dev`` is scored.
    """
    task, examples = trained_on.task, trained_on.dev
    if not examples:
        return {}
    windows = task.kind.encode(tokenizer, task, examples, AS_XTREME).windows
    outputs = _outputs(model.eval(), tokenizer, windows)
    predictions = {}
    numbered = groupby(range(len(windows)), key=lambda i: windows[i].example)
    for example, group in numbered:
        own = list(group)
        found = task.kind.decode(
            task,
            task.labels,
            examples[example],
            [windows[i] for i in own],
            [outputs[i] for i in own],
        )
        assert not isinstance(found, np.ndarray)
        predictions[found.id] = found
    measures = task.kind.score(task, "en", examples, predictions).measures
    return {measure.name: measure.value for measure in measures}


@torch.inference_mode()
def _outputs(
    model: Any, tokenizer: PreTrainedTokenizerFast, windows: tuple[Window, ...]
) -> list[Outputs]:
    """The logits of each window without padding, as ``Kind.decode`` wants them."""
    device = next(model.parameters()).device
    found: dict[int, Outputs] = {}
    order = sorted(range(len(windows)), key=lambda i: windows[i].length)
    choices = type(model).__name__.endswith("ForMultipleChoice")
    for first in range(0, len(order), _ROWS):
        rows = order[first : first + _ROWS]
        inputs = pad(tokenizer, [windows[i] for i in rows])
        inputs = {name: tensor.to(device) for name, tensor in inputs.items()}
        if choices:
            # A choice is scored on its own, so each row is an example of one choice.
            inputs = {name: tensor.unsqueeze(1) for name, tensor in inputs.items()}
        result = model(**inputs)
        if "start_logits" in result:
            logits = [result.start_logits, result.end_logits]
        else:
            logits = [result.logits]
        values = [tensor.float().cpu().numpy() for tensor in logits]
        tokens = type(model).__name__.endswith(("ForTokenClassification", "ForQuestionAnswering"))
        for row, i in enumerate(rows):
            length = windows[i].length
            found[i] = tuple(v[row, :length] if tokens else v[row] for v in values)
    return [found[i] for i in range(len(windows))]
