"""Rows of the Hub's ``google/xtreme`` as examples: which config, which columns, which meaning.

Facts from the dataset's card (huggingface.co/datasets/google/xtreme): one config for each
task and language, except XNLI (a column ``language``) and TyDiQA (ids start with the name of
the language); XQuAD, TyDiQA and Tatoeba have no test split; BUCC has only its gold pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import class_name, read_rows
from xlbench.data.squad import checked
from xlbench.examples import Example, PairExample, SentenceExample, TaggingExample
from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import Task

_TAG_COLUMNS = {"udpos": "pos_tags", "panx": "ner_tags"}
_QA_COLUMNS = ("id", "question", "context", "answers")
SHARED_CONFIGS = ("xnli", "tydiqa")
"""Tasks whose languages share one config."""


def config_name(task_name: str, language: str) -> str:
    """Return the config, which is the name of its folder too."""
    known = LANGUAGES[language]
    return {
        "xnli": "XNLI",
        "pawsx": f"PAWS-X.{language}",
        "udpos": f"udpos.{known.name}",
        "panx": f"PAN-X.{language}",
        "xquad": f"XQuAD.{language}",
        "mlqa": f"MLQA.{language}.{language}",
        "tydiqa": "tydiqa",
        "bucc2018": f"bucc18.{language}",
        "tatoeba": f"tatoeba.{known.iso3}",
    }[task_name]


def main_split(task_name: str) -> str:
    """Return the split that XTREME evaluates, by the Hub's name for it."""
    return "validation" if task_name in ("xquad", "tydiqa", "tatoeba") else "test"


def languages_in(task: Task, files: Sequence[Path]) -> tuple[str, ...]:
    """Return the languages of the task that occur in files of a shared config, sorted."""
    column = "language" if task.name == "xnli" else "id"
    keys = {str(row[column]).split("-")[0] for _, _, row in read_rows(files, (column,))}
    return tuple(lg for lg in task.languages if {lg, LANGUAGES[lg].name.lower()} & keys)


def read_cell(
    task: Task,
    language: str,
    splits: Sequence[tuple[str, Sequence[Path]]],
    bad: MalformedRows,
    limit: int | None = None,
) -> Iterator[Example]:
    """Yield the examples of one cell.

    Args:
        task: the task.
        language: its language.
        splits: ``test`` (the split evaluated, whatever its name on the Hub) and for BUCC
            ``dev``, with their files in order.
        bad: what to do with malformed rows.
        limit: the most examples; of retrieval tasks, the most pairs of a split.
    """
    files = splits[0][1]
    match task.kind:
        case "pair":
            yield from islice(_pairs(task, language, files, bad), limit)
        case "tagging":
            yield from islice(_sentences(task, files, bad), limit)
        case "question":
            rows = read_rows(files, _QA_COLUMNS)
            if task.name == "tydiqa":
                prefix = LANGUAGES[language].name.lower() + "-"
                rows = (row for row in rows if str(row[2]["id"]).startswith(prefix))
            yield from islice(checked(iter(rows), bad), limit)
        case _:
            for split, own in splits:
                yield from _retrieval(split, language, own, bad, limit)


def _pairs(
    task: Task, language: str, files: Sequence[Path], bad: MalformedRows
) -> Iterator[PairExample]:
    column = "gold_label" if task.name == "xnli" else "label"
    shared = task.name in SHARED_CONFIGS
    columns = ("sentence1", "sentence2", column, *(("language",) if shared else ()))
    index = -1
    for path, row, values in read_rows(files, columns):
        if shared and values["language"] != language:
            continue
        index += 1
        label = class_name(values[column], path, column)
        if not _texts(values["sentence1"], values["sentence2"]):
            bad.report(path, row, "expected two sentences, found a null value")
        elif label is not None and label not in task.labels:
            known = ", ".join(task.labels)
            bad.report(path, row, f"expected a label out of {known}, found {label!r}")
        else:
            yield PairExample(str(index), values["sentence1"], values["sentence2"], label)


def _sentences(task: Task, files: Sequence[Path], bad: MalformedRows) -> Iterator[TaggingExample]:
    column = _TAG_COLUMNS[task.name]
    for index, (path, row, values) in enumerate(read_rows(files, ("tokens", column))):
        words = values["tokens"] or []
        tags = [class_name(value, path, column) for value in values[column] or []]
        labelled = any(tag is not None for tag in tags)
        unknown = [tag for tag in tags if labelled and tag not in task.labels]
        if labelled and len(tags) != len(words):
            bad.report(
                path, row, f"expected {len(words)} tags for as many words, found {len(tags)}"
            )
        elif unknown:
            known = " ".join(task.labels)
            bad.report(path, row, f"expected tags out of {known}, found {unknown[0]!r}")
        elif not words or not _texts(*words):
            bad.report(path, row, "expected words, found none or a null value")
        else:
            gold = tuple(tag for tag in tags if tag is not None) if labelled else None
            yield TaggingExample(str(index), tuple(words), gold)


def _retrieval(
    split: str, language: str, files: Sequence[Path], bad: MalformedRows, limit: int | None
) -> Iterator[SentenceExample]:
    """Yield the source sentences, then the English ones, in two passes over the files."""
    columns = ("source_sentence", "target_sentence")
    for side, column, code in (("source", columns[0], language), ("target", columns[1], "en")):
        for index, (path, row, values) in enumerate(islice(read_rows(files, columns), limit)):
            if not all((values[name] or "").strip() for name in columns):
                bad.report(path, row, "expected a sentence and its translation, found an empty one")
                continue
            text = values[column].rstrip("\r\n")  # Tatoeba's rows keep the end of their line
            gold = (f"en-{index}",) if side == "source" else None
            yield SentenceExample(f"{code}-{index}", text, side, split, gold)


def _texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
