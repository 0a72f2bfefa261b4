"""Rows of the Hub's ``google/xtreme``, a sentence and its translation, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import read_rows
from xlbench.data.texts import are_texts
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.task import HubSplits, Task


def read_hub(
    task: Task, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
) -> Iterator[SentenceExample]:
    """Yield the sentences of all splits, at most ``limit`` pairs of each."""
    for split, files in splits:
        yield from _sentences(split, language, files, bad, limit)


def _sentences(
    split: str, language: str, files: Sequence[Path], bad: MalformedRows, limit: int | None
) -> Iterator[SentenceExample]:
    """Yield the source sentences, then the English ones, in two passes over the files."""
    columns = ("source_sentence", "target_sentence")
    for side, column, code in (("source", columns[0], language), ("target", columns[1], "en")):
        for index, (path, row, values) in enumerate(islice(read_rows(files, columns), limit)):
            both = [values[name] for name in columns]
            if not are_texts(*both) or not all(text.strip() for text in both):
                bad.report(
                    path, row, "expected a sentence and its translation, found an empty one or none"
                )
                continue
            text = values[column].rstrip("\r\n")  # Tatoeba's rows keep the end of their line
            gold = (f"en-{index}",) if side == "source" else None
            yield SentenceExample(f"{code}-{index}", text, side, split, gold)
