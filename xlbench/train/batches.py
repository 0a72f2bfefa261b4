"""The batches of a phase as a data set: item ``i`` is the whole batch of step ``i``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch.utils.data import Dataset

from xlbench.train import mlm
from xlbench.train.collate import collate
from xlbench.train.features import Feature
from xlbench.train.mixing import Batch

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class Batches(Dataset[dict[str, Any]]):
    """Tensors of each step, made when it is asked for.

    Args:
        tokenizer: pads.
        features: by the name of the training set.
        order: the batch of each step.
        seed: of what is masked.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        features: Mapping[str, Sequence[Feature]],
        order: Sequence[Batch],
        seed: int,
    ) -> None:
        self._tokenizer, self._features = tokenizer, features
        self.order, self._seed = order, seed

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, step: int) -> dict[str, Any]:
        batch = self.order[step]
        rows = [self._features[batch.name][i] for i in batch.indices]
        if batch.name == mlm.NAME:
            tensors = mlm.mask(self._tokenizer, rows, self._seed, step)
        else:
            tensors = collate(self._tokenizer, rows)
        return {"name": batch.name, **tensors}

    def examples(self, step: int) -> tuple[str, list[int]]:
        """Return the set of a step's batch, and the indices of its examples."""
        batch = self.order[step]
        return batch.name, [self._features[batch.name][i].example for i in batch.indices]


def only(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one item of a list: a batch is an item already."""
    (item,) = items
    return item
