"""Reader of tagged sentences: a word a line, a blank line between sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from xlbench.data.lines import read_lines
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles
from xlbench.errors import MalformedInput
from xlbench.printable import shown
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Task

_NO_TAG = "_"


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[TaggingExample]:
    """Yield the sentences of a cell (see ``read_tagging``)."""
    return read_tagging(cell.files[0], task, bad, limit, cell.language)


def read_tagging(
    path: Path,
    task: Task,
    bad: MalformedRows,
    limit: int | None = None,
    language: str | None = None,
) -> Iterator[TaggingExample]:
    """Yield the sentences of a file of words, or of words and tags.

    The first line with a word decides whether the file carries tags. A sentence with a
    malformed line is left out as a whole; ids are 0-based sentence numbers of the file, so
    that does not rename the others. Lines tagged ``_`` are no words (in Universal
    Dependencies they give the surface form of the words that follow) and are dropped.

    Args:
        path: the file.
        task: gives the tags.
        bad: what to do with malformed rows.
        limit: the most sentences.
        language: of the words, where it is known.

    Raises:
        MalformedInput: the whole file is in another format, whatever ``bad`` does with rows.
    """
    return islice(_sentences(path, task, bad, language), limit)


def _sentences(
    path: Path, task: Task, bad: MalformedRows, language: str | None
) -> Iterator[TaggingExample]:
    tagged: bool | None = None
    for index, block in enumerate(_blocks(path, bad)):
        other = _other_format([line for _, line in block if line is not None], task, language)
        if other is not None:
            raise MalformedInput(str(path), block[0][0], other)
        if tagged is None:
            tagged = next((_has_tag(line) for _, line in block if line is not None), None)
        sentence = _sentence(index, block, task, bool(tagged), path, bad)
        if sentence is not None:
            yield sentence


def _other_format(lines: list[str], task: Task, language: str | None) -> str | None:
    """Return which other format the lines of a sentence have, and what to do.

    Read as they stand they would be words, and nothing would tell that they are not.
    """
    fields = [line.split() for line in lines]
    if all("\t" not in line for line in lines) and all(
        len(parts) > 1 and parts[-1] in task.labels for parts in fields
    ):
        return (
            "expected a tab between word and tag, found blanks. Write the file with tabs, as "
            "XTREME's preprocessing does."
        )
    if language is not None and len(lines) > 1:
        prefix = f"{language}:"
        if all(line.startswith(prefix) for line in lines):
            return (
                f"expected words, found {prefix!r} in front of each, as in WikiANN's own files. "
                "Take the prefix away, as XTREME's preprocessing does."
            )
    return None


def _blocks(path: Path, bad: MalformedRows) -> Iterator[list[tuple[int, str | None]]]:
    block: list[tuple[int, str | None]] = []
    for row, line in read_lines(path, bad):
        if line is not None and not line.strip(" \t"):
            if block:
                yield block
            block = []
        else:
            block.append((row, line))
    if block:
        yield block


def _has_tag(line: str) -> bool:
    _, _, tag = line.partition("\t")
    return bool(tag.strip())


def _sentence(
    index: int,
    block: list[tuple[int, str | None]],
    task: Task,
    tagged: bool,
    path: Path,
    bad: MalformedRows,
) -> TaggingExample | None:
    words: list[str] = []
    tags: list[str] = []
    whole = True
    for row, line in block:
        problem = None if line is None else _problem(line, task, tagged)
        if problem is not None:
            bad.report(path, row, problem)
        if line is None or problem is not None:
            whole = False
            continue
        word, _, tag = line.partition("\t")
        if tag.strip() != _NO_TAG:
            words.append(word)
            tags.append(tag.strip())
    if not whole or not words:
        return None
    return TaggingExample(str(index), tuple(words), tuple(tags) if tagged else None)


def _problem(line: str, task: Task, tagged: bool) -> str | None:
    fields = line.split("\t")
    if tagged and len(fields) != 2:
        return f"expected 2 columns (word and tag), found {len(fields)}"
    if not tagged and (len(fields) > 2 or _has_tag(line)):
        return f"expected 1 column (word; this file has no tags), found {len(fields)}"
    if not fields[0].strip(" "):
        return "expected a word, found nothing before the tab"
    if tagged and fields[1].strip() not in (*task.labels, _NO_TAG):
        return f"expected a tag out of {' '.join(task.labels)}, found {shown(fields[1])}"
    return None
