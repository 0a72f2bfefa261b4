"""The plain form of training data, ``TASK/{train,dev}.jsonl``: one object a line, by kind of task.

=========  ==========================================================================
pair       ``premise``, ``hypothesis``, ``label`` (a label of the task)
question   ``context``, ``question``, ``answers``: texts, or objects with ``text`` and
           ``answer_start`` (a code point)
nullable   the same; ``answers`` may be ``[]``: the context does not tell
choice     ``question``, ``choices`` (texts), ``label`` (index of the right one), and
           where there is one ``context``
tagging    ``words``, ``tags`` (as many)
=========  ==========================================================================

Whatever layout a file has, its rows are brought in this form and checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from xlbench.data.malformed import MalformedRows
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Task
from xlbench.train.choice_example import ChoiceExample
from xlbench.train.raw_rows import Row

Plain = Mapping[str, Any]
TrainExample = PairExample | QuestionExample | ChoiceExample | TaggingExample


class BadRow(ValueError):
    """A row that does not follow the plain form: what was expected and what was found."""


def parsed(task: Task, rows: Iterable[Row], bad: MalformedRows) -> Iterator[TrainExample]:
    """Yield an example for each good row of the plain form; report the others.

    The id of an example is its file's name and its row.
    """
    parse = _PARSERS[task.kind.name]
    for path, row, values in rows:
        try:
            yield parse(task, f"{path.name}:{row}", values)
        except BadRow as error:
            bad.report(path, row, str(error))


def pair_of(task: Task, id_: str, row: Plain) -> PairExample:
    """Return the pair of a row."""
    label = row.get("label")
    if label not in task.labels:
        raise BadRow(f"expected a label out of {', '.join(task.labels)}, found {label!r}")
    return PairExample(id_, _text(row, "premise"), _text(row, "hypothesis"), str(label))


def question_of(task: Task, id_: str, row: Plain) -> QuestionExample:
    """Return the question of a row, which must have an answer."""
    example = nullable_of(task, id_, row)
    if not example.answers:
        raise BadRow("expected at least one answer, found none")
    return example


def nullable_of(task: Task, id_: str, row: Plain) -> QuestionExample:
    """Return the question of a row; an answer without a position stands where it is first found.

    A question without an answer has an empty tuple of answers.
    """
    context, question = _text(row, "context"), _text(row, "question")
    given = _list(row, "answers")
    texts, starts = [], []
    for answer in given:
        text = answer.get("text") if isinstance(answer, Mapping) else answer
        if not isinstance(text, str) or not text:
            raise BadRow(f"expected a text as an answer, found {text!r}")
        start = answer.get("answer_start") if isinstance(answer, Mapping) else None
        if start is None:
            start = context.find(text)
        if not isinstance(start, int) or not 0 <= start < len(context):
            raise BadRow(f"expected an answer that stands in the context, found {text!r}")
        texts.append(text)
        starts.append(start)
    return QuestionExample(id_, question, context, tuple(texts), tuple(starts))


def choice_of(task: Task, id_: str, row: Plain) -> ChoiceExample:
    """Return the question with its choices of a row."""
    choices = [choice for choice in _list(row, "choices") if isinstance(choice, str) and choice]
    if len(choices) < 2 or len(choices) < len(row["choices"]):
        raise BadRow("expected at least two texts as choices, found something else")
    label = row.get("label")
    if not isinstance(label, int) or not 0 <= label < len(choices):
        raise BadRow(f"expected a label from 0 to {len(choices) - 1}, found {label!r}")
    context = f"{row['context']} " if row.get("context") else ""
    return ChoiceExample(id_, context + _text(row, "question"), tuple(choices), label)


def tagging_of(task: Task, id_: str, row: Plain) -> TaggingExample:
    """Return the sentence of a row; without labels of the task any tag will do."""
    words, tags = _list(row, "words"), _list(row, "tags")
    if not words or len(words) != len(tags):
        raise BadRow(f"expected as many tags as words, found {len(tags)} for {len(words)} words")
    if not all(isinstance(text, str) and text for text in (*words, *tags)):
        raise BadRow("expected texts as words and tags, found something else")
    unknown = [tag for tag in tags if task.labels and tag not in task.labels]
    if unknown:
        raise BadRow(f"expected tags out of {' '.join(task.labels)}, found {unknown[0]!r}")
    return TaggingExample(id_, tuple(words), tuple(tags))


_PARSERS: dict[str, Callable[[Task, str, Plain], TrainExample]] = {
    "pair": pair_of,
    "question": question_of,
    "nullable": nullable_of,
    "choice": choice_of,
    "tagging": tagging_of,
}


def _text(row: Plain, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRow(f"expected a text as {name!r}, found {value!r}")
    return value


def _list(row: Plain, name: str) -> list[Any]:
    value = row.get(name)
    if not isinstance(value, list):
        raise BadRow(f"expected a list as {name!r}, found {type(value).__name__}")
    return value
