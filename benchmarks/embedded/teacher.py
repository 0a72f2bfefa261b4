"""What the teacher says of each line: its last layer's states, projected to the student's width.

The projection is the principal components of tokens and sentences together, centred, so that a
mean over tokens and the projection may change places. Each piece of the student's gets the state
of the teacher's piece that its first character lies in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

SHARD = 4096
TOKENS_A_BATCH = 4096


@dataclass(frozen=True)
class Projection:
    """From the teacher's width to the student's: subtract ``mean``, multiply with ``matrix``."""

    mean: np.ndarray
    matrix: np.ndarray

    def of(self, states: np.ndarray) -> np.ndarray:
        return (states - self.mean) @ self.matrix


class Teacher:
    """The real encoder on one thread, in bfloat16, and both tokenizers."""

    def __init__(self, folder: Path, student_tokenizer: Path, most: int) -> None:
        from tokenizers import Tokenizer
        from transformers import AutoModel

        self.model: Any = AutoModel.from_pretrained(
            folder, add_pooling_layer=False, dtype=torch.bfloat16
        ).eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.student = Tokenizer.from_file(str(student_tokenizer))
        self.most = most

    def states(self, lines: list[str]) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield for each line, not in order: its index, the student's ids, the state for each of
        them (float32, ``(pieces, width)``), and the mean of the teacher's own states."""
        own = self.tokenizer.encode_batch(lines)
        theirs = self.student.encode_batch(lines)
        order = sorted(range(len(lines)), key=lambda i: len(own[i].ids))
        for batch in _batches(order, [min(len(e.ids), self.most) for e in own]):
            length = min(self.most, max(len(own[i].ids) for i in batch))
            ids = torch.full((len(batch), length), 1)
            for row, i in enumerate(batch):
                cut = own[i].ids[:length]
                ids[row, : len(cut)] = torch.tensor(cut)
            mask = (ids != 1).long()
            with torch.inference_mode():
                hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            values = hidden.float().numpy()
            for row, i in enumerate(batch):
                n = int(mask[row].sum())
                chosen, pieces = _align(own[i], theirs[i], n, self.most)
                yield i, pieces, values[row, chosen], values[row, :n].mean(axis=0)


def _align(own: Any, theirs: Any, n: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The teacher's position for each piece of the student's, and the student's ids."""
    at = {}
    for position, (begin, end) in enumerate(own.offsets[1 : n - 1], start=1):
        at.update(dict.fromkeys(range(begin, end), position))
    chosen, pieces, last = [0], [theirs.ids[0]], 0
    for piece, (begin, _) in zip(theirs.ids[1:-1], theirs.offsets[1:-1], strict=True):
        last = at.get(begin, last)
        if begin not in at and last and begin > own.offsets[n - 2][1]:
            break
        chosen.append(last)
        pieces.append(piece)
        if len(pieces) == most - 1:
            break
    return np.array([*chosen, n - 1]), np.array([*pieces, theirs.ids[-1]], dtype=np.int32)


def _batches(order: list[int], lengths: list[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for i in order:
        if batch and lengths[i] * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def fit(teacher: Teacher, lines: list[str], width: int) -> Projection:
    """Return the projection to ``width`` principal components of unit mean variance."""
    tokens, sentences = [], []
    for _, _, states, mean in teacher.states(lines):
        tokens.append(states)
        sentences.append(mean)
    all_tokens, all_sentences = np.concatenate(tokens), np.stack(sentences)
    centre = all_sentences.mean(axis=0)
    both = sum(
        (lambda c: c / np.trace(c))(np.cov((values - centre).T))
        for values in (all_tokens, all_sentences)
    )
    _, vectors = np.linalg.eigh(both)
    matrix = vectors[:, ::-1][:, :width]
    scale = np.sqrt(np.mean(((all_tokens - centre) @ matrix) ** 2))
    return Projection(centre.astype(np.float32), (matrix / scale).astype(np.float32))


def write(teacher: Teacher, projection: Projection, lines: list[str], folder: Path) -> None:
    """Write shards of ids, targets of tokens and of sentences; what is there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(range(0, len(lines), SHARD)):
        file = folder / f"{number:04d}.npz"
        if file.exists():
            continue
        part = lines[first : first + SHARD]
        rows = sorted(teacher.states(part), key=lambda row: row[0])
        partial = file.with_suffix(".part.npz")
        np.savez(
            partial,
            ids=np.concatenate([ids for _, ids, _, _ in rows]),
            lengths=np.array([len(ids) for _, ids, _, _ in rows]),
            tokens=np.concatenate([projection.of(s) for _, _, s, _ in rows]).astype(np.float16),
            sentences=projection.of(np.stack([mean for _, _, _, mean in rows])),
        )
        partial.replace(file)
        print(f"teacher: {first + len(part)} of {len(lines)} lines", flush=True)
