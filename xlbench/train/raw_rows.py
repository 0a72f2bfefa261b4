"""Rows of the files that data sets come in, one at a time, as mappings with file and row number.

Formats only: what a column means is for ``intermediate`` to say. Rows count from 1; in a file
with a header the first row after it is row 2, as an editor shows it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xlbench.data.lines import read_lines
from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import read_rows
from xlbench.errors import MalformedInput
from xlbench.tasks.question.articles import BrokenJson, read_articles

Row = tuple[Path, int, Mapping[str, Any]]
Reader = Callable[[Path, MalformedRows], Iterator[Row]]

_LEAF = re.compile(r"\(<L (\S+) \S+ \S+ (\S+) \S+>\)")


def json_lines(path: Path, bad: MalformedRows) -> Iterator[Row]:
    """Yield the object of each line; empty lines are passed over."""
    for row, line in read_lines(path, bad):
        if line is None or not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            bad.report(path, row, f"expected a JSON object, found: {error}")
            continue
        if not isinstance(value, dict):
            bad.report(path, row, f"expected a JSON object, found {type(value).__name__}")
            continue
        yield path, row, value


def tab_separated(path: Path, bad: MalformedRows) -> Iterator[Row]:
    """Yield the rows below a header of a file whose quotes are letters, as GLUE's are."""
    header: list[str] | None = None
    for row, line in read_lines(path, bad):
        if line is None:
            continue
        fields = line.split("\t")
        if header is None:
            header = fields
        elif len(fields) != len(header):
            bad.report(path, row, f"expected {len(header)} columns, found {len(fields)}")
        else:
            yield path, row, dict(zip(header, fields, strict=True))


def comma_separated(path: Path, bad: MalformedRows) -> Iterator[Row]:
    """Yield the records below a header of a csv file; a row is the record's number plus 1."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            for row, values in enumerate(reader, start=2):
                if None in values or None in values.values():
                    width = len(reader.fieldnames or ())
                    bad.report(path, row, f"expected {width} columns, found another number")
                else:
                    yield path, row, values
        except (csv.Error, UnicodeDecodeError) as error:
            problem = f"expected a csv file in UTF-8, found: {error}"
            raise MalformedInput(str(path), reader.line_num, problem) from None


def squad_questions(path: Path, bad: MalformedRows) -> Iterator[Row]:
    """Yield each question of a SQuAD file with its ``context``; a row is its number."""
    row = 0
    try:
        for article in read_articles(path):
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    row += 1
                    yield path, row, {**question, "context": paragraph["context"]}
    except BrokenJson as error:
        raise MalformedInput(str(path), row, f"{error}. Re-download the file.") from None
    except (KeyError, TypeError) as error:
        problem = f"expected articles of paragraphs of questions, as SQuAD has them ({error!r})"
        raise MalformedInput(str(path), row + 1, problem) from None


def ccgbank_trees(path: Path, bad: MalformedRows) -> Iterator[Row]:
    """Yield the words and categories of each derivation of a CCGbank ``.auto`` file.

    A leaf is ``(<L CATEGORY POS POS WORD CATEGORY>)`` (Hockenmaier and Steedman 2007, manual,
    section on the machine-readable derivations); lines that begin with ``ID=`` are headers.
    """
    for row, line in read_lines(path, bad):
        if line is None or not line.strip() or line.startswith("ID="):
            continue
        leaves = _LEAF.findall(line)
        if not leaves:
            bad.report(path, row, "expected a derivation with leaves (<L ...>), found none")
            continue
        yield (
            path,
            row,
            {"words": [word for _, word in leaves], "tags": [category for category, _ in leaves]},
        )


def columns(*names: str) -> Reader:
    """Return a reader of these columns of a parquet file."""

    def read(path: Path, bad: MalformedRows) -> Iterator[Row]:
        return read_rows((path,), names)

    return read
