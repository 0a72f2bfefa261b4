"""Reader of sentence pairs: tab-separated files without a header.

Copies of such files differ in their quoting: XTREME's preprocessing writes XNLI raw (a quote is
a letter like any other) and PAWS-X with csv quoting. One physical line is always
one row here, so that a stray quote cannot swallow the lines after it; each line is read with
csv quoting only where a csv writer would have written it so (see ``split_row``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from xlbench.data.lines import read_lines
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles
from xlbench.printable import shown
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.task import Task


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[PairExample]:
    """Yield the pairs of a cell (see ``read_pairs``)."""
    return read_pairs(cell.files[0], task, bad, limit)


def label_named(task: Task, text: str) -> str | None:
    """Return the task's label for the text of a label column, ``None`` if it is none."""
    label = dict(task.label_aliases).get(text.strip(), text.strip())
    return label if label in task.labels else None


def split_row(line: str, width: int | None) -> list[str]:
    """Return the columns of one line.

    A csv writer quotes a field only if it holds a quote, a delimiter or a line end (or else
    it quotes all fields). Where the quotes of the line cannot come from such a writer, they
    belong to the sentences, and the line is split at its tabs.

    Args:
        line: the text of the line.
        width: the number of columns of the rows before; ``None`` in the first row. Where
            only the split at tabs gives it (or in the first row 2 or 3), that is taken.
    """
    raw = line.split("\t")
    if '"' not in line:
        return raw
    quoted = _split_quoted(line)
    wanted = (2, 3) if width is None else (width,)
    if quoted is None or (len(quoted) != len(raw) and len(raw) in wanted):
        return raw
    return quoted


def _split_quoted(line: str) -> list[str] | None:
    """Return the columns if a csv writer would write them as this very line, else ``None``."""
    try:
        fields = next(csv.reader([line], delimiter="\t", strict=True), [])
    except csv.Error:
        return None
    minimal = "\t".join(_quote(field, always=False) for field in fields)
    every = "\t".join(_quote(field, always=True) for field in fields)
    return fields if line in (minimal, every) else None


def _quote(field: str, *, always: bool) -> str:
    if always or '"' in field or "\t" in field or "\r" in field:
        doubled = field.replace('"', '""')
        return f'"{doubled}"'
    return field


def read_pairs(
    path: Path, task: Task, bad: MalformedRows, limit: int | None = None
) -> Iterator[PairExample]:
    """Yield the pairs of a file of two columns (no labels) or three.

    The first good row decides whether the file carries labels. Ids are 0-based row numbers
    of the file, so leaving a row out does not rename the others.

    Args:
        path: the file.
        task: gives the labels.
        bad: what to do with malformed rows.
        limit: the most pairs.
    """
    return islice(_pairs(path, task, bad), limit)


def _pairs(path: Path, task: Task, bad: MalformedRows) -> Iterator[PairExample]:
    width: int | None = None
    blank = 0
    for row, line in read_lines(path, bad):
        if blank:
            bad.report(path, blank, "expected two sentences, found an empty line")
            blank = 0
        if line is None:
            continue
        if not line.strip():
            blank = row  # reported once another line follows: at the end it does no harm
            continue
        fields = _without_empty_label(split_row(line, width))
        if width is None and len(fields) in (2, 3):
            width = len(fields)
        if len(fields) != width:
            bad.report(path, row, f"expected {_columns(width)}, found {len(fields)} columns")
            continue
        label = label_named(task, fields[2]) if width == 3 else None
        if width == 3 and label is None:
            known = ", ".join(task.labels)
            bad.report(path, row, f"expected a label out of {known}, found {shown(fields[2])}")
            continue
        yield PairExample(str(row - 1), fields[0], fields[1], label)


def _without_empty_label(fields: list[str]) -> list[str]:
    return fields[:2] if len(fields) == 3 and not fields[2].strip() else fields


def _columns(width: int | None) -> str:
    match width:
        case 2:
            return "2 columns (two sentences; this file has no labels)"
        case 3:
            return "3 columns (two sentences and a label)"
        case _:
            return "3 columns (two sentences and a label), or 2 without labels"
