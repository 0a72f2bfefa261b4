"""Masked language modelling on given text, beside or in place of an intermediate task.

Source: Phang et al. 2020, section 2.2 ("Continuing multilingual MLM"): text of all languages of
XTREME, mixed with the intermediate task. Masking as in BERT (Devlin et al. 2019, section 3.1):
15 % of tokens, of which 80 % become the mask, 10 % another token, 10 % stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xlbench.data.fingerprint import fingerprint
from xlbench.encode.window import Window
from xlbench.errors import UserError
from xlbench.tasks.tokenizing import ids_of
from xlbench.train.collate import pad
from xlbench.train.features import IGNORED, Feature
from xlbench.train.training_set import some

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

NAME = "mlm"
SHARE = 0.15
MAX_LENGTH = 128


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Lines to train on, the files they are from, and these files' fingerprint."""

    lines: tuple[TextLine, ...]
    files: tuple[str, ...]
    fingerprint: str
    origin: str


def read_text(folder: Path, limit: int | None) -> Text:
    """Return the lines of a folder's ``.txt`` files, those that are empty left out.

    Raises:
        UserError: there is no such file, one is not UTF-8, or all are empty.
    """
    files = tuple(sorted(folder.rglob("*.txt")))
    lines: list[TextLine] = []
    for file in files:
        try:
            content = file.read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise UserError(f"--mlm {file}: expected UTF-8 text ({error.reason})") from None
        numbered = enumerate(content, start=1)
        lines += [TextLine(f"{file.name}:{row}", text) for row, text in numbered if text.strip()]
    if not lines:
        raise UserError(
            f"--mlm {folder}: expected text files (.txt, a line a text) in it, found no line."
        )
    names = tuple(file.name for file in files)
    return Text(tuple(some(lines, limit)), names, fingerprint(files), str(folder))


def text_features(tokenizer: PreTrainedTokenizerFast, lines: Sequence[TextLine]) -> list[Feature]:
    """Return a feature for each line, cut at the maximum length."""
    texts = [line.text for line in lines]
    rows = tokenizer(texts, truncation=True, max_length=MAX_LENGTH, verbose=False)["input_ids"]
    return [Feature(i, (Window(i, ids_of(ids)),), {}) for i, ids in enumerate(rows)]


def mask(
    tokenizer: PreTrainedTokenizerFast, batch: Sequence[Feature], seed: int, step: int
) -> dict[str, Any]:
    """Return the arguments of the head; what is masked depends on seed and step alone."""
    tensors = pad(tokenizer, [feature.windows[0] for feature in batch])
    ids = tensors["input_ids"].numpy()
    rng = np.random.default_rng([seed, 2, step])
    special = np.isin(ids, tokenizer.all_special_ids)
    chosen = (rng.random(ids.shape) < SHARE) & ~special
    kind = rng.random(ids.shape)
    other = rng.integers(0, len(tokenizer), ids.shape)
    labels = np.where(chosen, ids, IGNORED)
    ids = np.where(chosen & (kind < 0.8), tokenizer.mask_token_id, ids)
    ids = np.where(chosen & (kind >= 0.9), other, ids)
    return {**tensors, "input_ids": torch.from_numpy(ids), "labels": torch.from_numpy(labels)}
