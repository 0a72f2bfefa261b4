"""Reader of questions in SQuAD v1.1's format.

XTREME's scripts remove the answers of test files by making them empty texts at position 0;
such a question has no labels here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles
from xlbench.data.texts import is_whole
from xlbench.errors import MalformedInput
from xlbench.printable import shown
from xlbench.tasks.labelling import Labelling
from xlbench.tasks.question.articles import BrokenJson, read_articles
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Task

RawRow = tuple[Path, int, Mapping[str, Any]]


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[QuestionExample]:
    """Yield the questions of a cell (see ``read_squad``)."""
    return read_squad(cell.files[0], bad, limit)


class BadQuestion(ValueError):
    """A question that does not follow the format: what was expected and what was found."""


def read_squad(
    path: Path, bad: MalformedRows, limit: int | None = None
) -> Iterator[QuestionExample]:
    """Yield the questions of a file, in order.

    A row, where one is reported, is the 1-based number of the question in the file.

    Args:
        path: the file.
        bad: what to do with malformed questions.
        limit: the most questions.

    Raises:
        MalformedInput: the file as a whole is broken, whatever ``bad`` does with rows.
    """
    return islice(checked(_rows(path), bad), limit)


def _rows(path: Path) -> Iterator[RawRow]:
    row = 0
    try:
        for article in read_articles(path):
            for paragraph in _parts(article, "paragraphs"):
                for question in _parts(paragraph, "qas"):
                    context = paragraph.get("context") if isinstance(paragraph, dict) else None
                    fields = question if isinstance(question, dict) else {}
                    row += 1
                    yield path, row, {**fields, "context": context}
    except BrokenJson as error:
        # No row that could be left out: what comes after the break is unknown.
        raise MalformedInput(str(path), 0, f"{error}. Re-download the file.") from None


def _parts(value: Any, name: str) -> list[Any]:
    """Return the list under the name; where there is none, one part that will not do."""
    parts = value.get(name) if isinstance(value, dict) else None
    return parts if isinstance(parts, list) else [None]


def checked(rows: Iterator[RawRow], bad: MalformedRows) -> Iterator[QuestionExample]:
    """Yield an example for each good row; report the others and repeated ids.

    Args:
        rows: file, row and the mapping with ``id question context answers``.
        bad: what to do with malformed rows.
    """
    ids: set[str] = set()
    labelling = Labelling("an answer")
    for path, row, raw in rows:
        try:
            example = question_from(raw)
            problem = labelling.problem(example.answers is not None)
            if problem is not None:
                raise BadQuestion(problem)
            if example.id in ids:
                raise BadQuestion(f"expected a new id, found {shown(example.id)} a second time")
        except BadQuestion as error:
            bad.report(path, row, str(error))
            continue
        ids.add(example.id)
        yield example


def question_from(raw: Mapping[str, Any]) -> QuestionExample:
    """Return the example of one question.

    An answer that does not stand at its offset is kept: real files have such, and the
    metrics compare texts. An offset outside of the context cannot be meant.

    Args:
        raw: ``id question context`` and ``answers``, a list of mappings with ``text`` and
            ``answer_start``, or a mapping of two lists, as in parquet files.

    Raises:
        BadQuestion: a field is missing or is not what it should be.
    """
    context = _field(raw, "context", str)
    texts, starts = _answers(raw.get("answers"))
    for start in starts:
        if not isinstance(start, int) or isinstance(start, bool):
            raise BadQuestion(f"expected a whole number as answer_start, found {shown(start)}")
        if not 0 <= start < max(len(context), 1):
            raise BadQuestion(
                f"expected an answer_start inside the context of {len(context)} characters, "
                f"found {shown(start)}"
            )
    for text in texts:
        _require_whole("answers", text)
    labelled = any(texts)
    return QuestionExample(
        _field(raw, "id", str),
        _field(raw, "question", str),
        context,
        tuple(texts) if labelled else None,
        tuple(starts) if labelled else None,
    )


def _answers(answers: Any) -> tuple[Sequence[str], Sequence[Any]]:
    if answers is None:
        return [], []
    if isinstance(answers, dict):
        texts, starts = _field(answers, "text", list), _field(answers, "answer_start", list)
        if len(texts) != len(starts):
            found = f"{len(texts)} and {len(starts)}"
            raise BadQuestion(f"expected as many answer texts as offsets, found {found}")
    elif isinstance(answers, list):
        texts = [_field(answer, "text", str) for answer in answers]
        starts = [answer.get("answer_start") for answer in answers]
    else:
        raise BadQuestion(f"expected a list of answers, found {type(answers).__name__}")
    if not all(isinstance(text, str) for text in texts):
        raise BadQuestion("expected texts as answers, found something else")
    return texts, starts


def _field(value: Any, name: str, kind: type) -> Any:
    if not isinstance(value, dict):
        raise BadQuestion(f"expected an object with {name!r}, found {type(value).__name__}")
    if not isinstance(value.get(name), kind):
        what = "a text" if kind is str else "a list"
        found = "nothing" if name not in value else type(value[name]).__name__
        raise BadQuestion(f"expected {what} as {name!r}, found {found}")
    if kind is str:
        _require_whole(name, value[name])
    return value[name]


def _require_whole(name: str, text: str) -> None:
    if not is_whole(text):
        raise BadQuestion(f"expected text as {name!r}, found half of a surrogate pair in it")
