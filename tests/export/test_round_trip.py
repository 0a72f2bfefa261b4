"""What was exported, read as XTREME's evaluate.py reads it, scores as the cell did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlbench.data.open import open_source
from xlbench.examples import Example
from xlbench.export.folder import export
from xlbench.export.xtreme import file_name
from xlbench.metrics import normalise
from xlbench.metrics.accuracy import accuracy
from xlbench.metrics.question import question_measures
from xlbench.metrics.tagging import chunk_measures
from xlbench.results.result import read_result
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Task

CELLS = [(task, language) for task in TASKS for language in TASKS[task].languages]


def read_lines(file: Path) -> list[str]:
    """A label, index or pair a line."""
    with file.open(encoding="utf-8") as lines:
        return [line.strip() for line in lines]


def read_tags(file: Path) -> list[list[str]]:
    """A tag a line; a blank line ends a sentence."""
    sentences: list[list[str]] = [[]]
    for line in read_lines(file):
        if line:
            sentences[-1].append(line)
        else:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def official_score(task: Task, language: str, file: Path, examples: list[Example]) -> float:
    """The task's main metric of a submitted file against labels in the official order."""
    match examples[0]:
        case PairExample():
            predicted = read_lines(file)
            gold = [str(e.label) for e in examples]
            assert len(predicted) == len(gold)
            return accuracy(predicted, [(label,) for label in gold], predicted).value
        case TaggingExample():
            tags, wanted = read_tags(file), [e.tags for e in examples]
            assert list(map(len, tags)) == list(map(len, wanted))
            return chunk_measures([str(i) for i in range(len(tags))], wanted, tags)[0].value
        case QuestionExample():
            answers = json.loads(file.read_text(encoding="utf-8"))
            how = normalise.mlqa(language) if task.name == "mlqa" else normalise.squad
            ids = [e.id for e in examples]
            return question_measures(
                ids, [e.answers for e in examples], [answers[i] for i in ids], how
            )[0].value
    sentences = [e for e in examples if isinstance(e, SentenceExample)]
    if task.name == "tatoeba":
        sources = [e for e in sentences if e.side == "source"]
        english = sorted(
            (e.text, int(e.id.partition("-")[2])) for e in sentences if e.side == "target"
        )
        assert all(e.gold == (f"en-{i}",) for i, e in enumerate(sources))
        predicted = read_lines(file)
        assert len(predicted) == len(english)
        labels = [(str(index),) for _, index in english]
        return accuracy(predicted, labels, predicted).value
    gold = {(e.id, target) for e in sentences if e.split == "test" for target in e.gold or ()}
    mined = {tuple(line.split("\t")) for line in read_lines(file)}
    right = len(gold & mined)
    return 200 * right / (len(gold) + len(mined))


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory, result: Path) -> Path:
    folder = tmp_path_factory.mktemp("export") / "submission"
    export(read_result(result), folder)
    return folder


@pytest.mark.parametrize(("task", "language"), CELLS)
def test_the_submission_scores_as_the_cell(
    task: str, language: str, submission: Path, result: Path, labelled: Path
) -> None:
    cells = read_result(result).cells
    (cell,) = [row for row in cells if (row["task"], row["language"]) == (task, language)]
    examples = list(open_source(str(labelled), TASKS).examples(task, language))
    file = submission / file_name(TASKS[task], language)
    found = official_score(TASKS[task], language, file, examples)
    assert found == pytest.approx(cell["metric_value"], abs=1e-9)


def test_the_scores_compared_are_neither_all_right_nor_all_wrong(result: Path) -> None:
    values = {row["task"]: row["metric_value"] for row in read_result(result).cells}
    assert all(row["metric_value"] is not None for row in read_result(result).cells)
    assert len(set(values.values())) > 3


def test_there_is_a_folder_a_task_and_a_file_a_language(submission: Path) -> None:
    files = {path.relative_to(submission).as_posix() for path in submission.rglob("*.*")}
    assert len(files) == len(CELLS)
    assert {"xnli/test-sw.tsv", "xquad/test-th.json", "bucc2018/test-de.tsv"} <= files


def test_data_without_labels_gives_the_same_submission(
    submission: Path, official: Path, make, tmp_path: Path
) -> None:
    """The order of Tatoeba's English lines and BUCC's threshold don't need the test labels."""
    export(read_result(make(official)), tmp_path / "again")
    for task, language in CELLS:
        name = file_name(TASKS[task], language)
        assert (tmp_path / "again" / name).read_text() == (submission / name).read_text(), name
