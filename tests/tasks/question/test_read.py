from __future__ import annotations

import json
from typing import Any

import pytest

from xlbench.errors import MalformedInput
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.question.read import read_squad

CONTEXT = "Ein 🐘 heißt Anna."


def question(name: str = "q1", **fields: Any) -> dict[str, Any]:
    answers = [{"text": "Anna", "answer_start": CONTEXT.index("Anna")}]
    return {"id": name, "question": "Wer?", "answers": answers, **fields}


def squad(*questions: Any) -> str:
    paragraph = {"context": CONTEXT, "qas": list(questions)}
    return json.dumps({"version": "1.1", "data": [{"title": "t", "paragraphs": [paragraph]}]})


def test_offsets_count_code_points(write, stop) -> None:
    (example,) = read_squad(write("q.json", squad(question())), stop)
    assert example == QuestionExample("q1", "Wer?", CONTEXT, ("Anna",), (12,))
    assert example.context[12:].startswith("Anna")


@pytest.mark.parametrize("answers", [[], [{"text": "", "answer_start": 0}], None])
def test_removed_answers_give_none(write, stop, answers) -> None:
    (example,) = read_squad(write("q.json", squad(question(answers=answers))), stop)
    assert (example.answers, example.answer_starts) == (None, None)


def test_an_answer_beside_its_offset_is_kept(write, stop) -> None:
    content = squad(question(answers=[{"text": "Anna", "answer_start": 3}]))
    assert next(read_squad(write("q.json", content), stop)).answer_starts == (3,)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (question("q1"), "expected a new id, found 'q1'"),
        (question("q2", answers=[{"text": "x", "answer_start": 99}]), "inside the context.*99"),
        (question("q2", answers=[{"text": "x", "answer_start": -1}]), "inside the context.*-1"),
        (question("q2", answers=[{"text": "x", "answer_start": "3"}]), "whole number.*'3'"),
        (question("q2", answers=[{"text": "x"}]), "whole number.*None"),
        (question("q2", answers=[{"answer_start": 3}]), "a text as 'text', found nothing"),
        (question("q2", answers=[]), "expected an answer, as in the rows before"),
        (question("q2", question=7), "a text as 'question', found int"),
        (question(7), "a text as 'id', found int"),
        ("no object", "found nothing"),
    ],
)
def test_a_malformed_question_is_named_and_can_be_left_out(
    write, stop, skip, broken, problem
) -> None:
    path = write("q.json", squad(question("q1"), broken, question("q3")))
    with pytest.raises(MalformedInput, match=rf"q\.json, row 2: .*{problem}"):
        list(read_squad(path, stop))
    assert [example.id for example in read_squad(path, skip)] == ["q1", "q3"]
    assert skip.counts == {str(path): 1}


def test_a_paragraph_without_questions_does_not_pass_unnoticed(write, stop) -> None:
    path = write("q.json", '{"data": [{"paragraphs": [{"context": "c"}]}]}')
    with pytest.raises(MalformedInput, match="row 1"):
        list(read_squad(path, stop))


def test_a_cut_off_file_is_an_error_even_where_rows_may_be_skipped(write, skip) -> None:
    path = write("q.json", squad(question())[:-3])
    with pytest.raises(MalformedInput, match=r"q\.json: expected .*Re-download the file"):
        list(read_squad(path, skip))


def test_limit_counts_questions(write, stop) -> None:
    path = write("q.json", squad(question("q1"), question("q2"), question("q3")))
    assert [example.id for example in read_squad(path, stop, limit=2)] == ["q1", "q2"]


@pytest.mark.parametrize("field", ["id", "question", "context", "answers"])
def test_half_of_a_surrogate_pair_is_named_and_can_be_left_out(write, stop, skip, field) -> None:
    half = "Anna \ud83d"
    broken = {"answers": [{"text": half, "answer_start": 0}]} if field == "answers" else {}
    if field in ("id", "question"):
        broken = {field: half}
    content = json.loads(squad(question("q0"), question("q1", **broken)))
    if field == "context":
        (article,) = content["data"]
        good, bad = article["paragraphs"][0], dict(article["paragraphs"][0])
        bad["context"], bad["qas"] = half + "x" * 20, good["qas"][1:]
        article["paragraphs"] = [{**good, "qas": good["qas"][:1]}, bad]
    path = write("q.json", json.dumps(content))
    name = "text" if field == "answers" else field
    with pytest.raises(MalformedInput, match=rf"row 2: .*'{name}', found half of a surrogate"):
        list(read_squad(path, stop))
    assert [e.id for e in read_squad(path, skip)] == ["q0"]


def test_some_questions_without_answers_are_malformed(write, stop, skip) -> None:
    path = write("q.json", squad(question("q0"), question("q1", answers=[])))
    with pytest.raises(MalformedInput, match="row 2: expected an answer, as in the rows before"):
        list(read_squad(path, stop))
    assert [e.id for e in read_squad(path, skip)] == ["q0"]
