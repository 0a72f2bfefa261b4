"""From examples and predictions to the metrics of a cell."""

import pytest

from xlbench.errors import UserError
from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval import mined
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample


def score(task, language, examples, predictions):
    return task.kind.score(task, language, examples, predictions).measures


def by_id(*predictions: Prediction) -> dict[str, Prediction]:
    return {p.id: p for p in predictions}


def values(measures):
    return {m.name: m.value for m in measures}


def question(answers, key="q1"):
    return QuestionExample(key, "Who?", "Someone.", answers, None if answers is None else (0,))


def sentence(key, side, gold=None, split="test"):
    return SentenceExample(key, "text", side, split, gold)


PAIRS = [PairExample("1", "a", "b", "neutral"), PairExample("2", "c", "d", "entailment")]
TAGGED = [TaggingExample("1", ("a", "b"), ("NOUN", "NOUN"))]
TATOEBA = [
    sentence("de-0", "source", ("en-0",)),
    sentence("de-1", "source", ("en-1",)),
    sentence("en-0", "target"),
    sentence("en-1", "target"),
]


def test_pairs_are_scored_by_accuracy() -> None:
    predictions = by_id(Prediction("1", "neutral"), Prediction("2", "neutral"))
    assert values(score(TASKS["xnli"], "sw", PAIRS, predictions)) == {"accuracy": 50.0}


def test_udpos_comes_with_token_accuracy_and_panx_without() -> None:
    (example,) = TAGGED
    found = values(score(TASKS["udpos"], "de", TAGGED, by_id(Prediction("1", "NOUN VERB"))))
    assert found == {"f1": 0.0, "precision": 0.0, "recall": 0.0, "token_accuracy": 50.0}
    entity = [TaggingExample(example.id, example.words, ("I-PER", "O"))]
    found = values(score(TASKS["panx"], "de", entity, by_id(Prediction("1", "B-PER O"))))
    assert found == {"f1": 100.0, "precision": 100.0, "recall": 100.0}


@pytest.mark.parametrize(
    ("task", "language", "exact"),
    [("mlqa", "de", 100.0), ("xquad", "de", 0.0), ("tydiqa", "fi", 0.0), ("mlqa", "hi", 0.0)],
)
def test_only_mlqa_knows_the_articles_of_the_language(task, language, exact) -> None:
    predictions = by_id(Prediction("q1", "Der Hund"))
    found = values(score(TASKS[task], language, [question(("Hund",))], predictions))
    assert list(found) == ["f1", "exact_match"]
    assert found["exact_match"] == exact


def test_tatoeba_asks_from_english_first_as_xtreme_does() -> None:
    predictions = by_id(
        Prediction("en-0", "de-0", 0.9),
        Prediction("en-1", "de-1", 0.9),
        Prediction("de-0", "en-0", 0.9),
        Prediction("de-1", "en-0", 0.9),
    )
    measures = score(TASKS["tatoeba"], "de", TATOEBA, predictions)
    assert values(measures) == {"accuracy": 100.0, "accuracy_to_english": 50.0}
    assert measures[0].ids == ("en-0", "en-1")


def test_buccs_threshold_comes_from_dev_and_only_test_is_counted() -> None:
    examples = [
        sentence("de-1", "source", ("en-1",), "dev"),
        sentence("de-2", "source", (), "dev"),
        sentence("de-1", "source", ("en-1",)),
        sentence("de-2", "source", ("en-2",)),
        sentence("de-3", "source", ()),
    ]
    predictions = by_id(
        Prediction("dev:de-1", "en-1", 1.2),
        Prediction("dev:de-2", "en-9", 1.0),
        Prediction("de-1", "en-1", 1.1),
        Prediction("de-2", "en-2", 1.09),
        Prediction("de-3", "", None),
    )
    measures = score(TASKS["bucc2018"], "de", examples, predictions)
    assert measures[0].ids == ("de-1", "de-2", "de-3")
    assert measures[0].statistics.tolist() == [[1, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert values(measures) == {
        "f1": pytest.approx(200 / 3),
        "precision": 100.0,
        "recall": 50.0,
    }


def test_buccs_threshold_is_worked_out_once_for_metric_and_submission(monkeypatch) -> None:
    asked = []
    best = mined.best_threshold
    monkeypatch.setattr(mined, "best_threshold", lambda m: (asked.append(1), best(m))[1])
    examples = [
        sentence("de-1", "source", ("en-1",), "dev"),
        sentence("de-1", "source", ("en-1",)),
    ]
    predictions = by_id(Prediction("dev:de-1", "en-1", 1.2), Prediction("de-1", "en-1", 1.3))
    found = TASKS["bucc2018"].kind.score(TASKS["bucc2018"], "de", examples, predictions)
    assert (len(found.measures), found.submitted, len(asked)) == (3, ("de-1",), 1)


def test_bucc_without_dev_gold_has_no_threshold_and_so_no_score() -> None:
    test = sentence("de-1", "source", ("en-1",))
    predictions = by_id(Prediction("de-1", "en-1", 1.0), Prediction("dev:de-1", "en-1", 1.0))
    dev = sentence("de-1", "source", None, "dev")
    assert score(TASKS["bucc2018"], "de", [test], predictions) == ()
    assert score(TASKS["bucc2018"], "de", [test, dev], predictions) == ()


@pytest.mark.parametrize(
    ("task", "examples"),
    [
        ("xnli", [PairExample("1", "a", "b", None)]),
        ("udpos", [TaggingExample("1", ("a",), None)]),
        ("xquad", [question(None)]),
        ("tatoeba", [sentence("de-0", "source"), sentence("en-0", "target")]),
        ("bucc2018", [sentence("de-0", "source"), sentence("en-0", "target")]),
        ("xnli", []),
        ("tatoeba", []),
    ],
)
def test_without_gold_there_is_no_score(task, examples) -> None:
    assert score(TASKS[task], "de", examples, {}) == ()


@pytest.mark.parametrize(
    ("task", "examples"),
    [("xnli", PAIRS), ("udpos", TAGGED), ("xquad", [question(("a",))]), ("tatoeba", TATOEBA)],
)
def test_an_example_without_prediction_is_named(task, examples) -> None:
    with pytest.raises(UserError, match=rf"{task} de: expected a prediction .* found none for '"):
        score(TASKS[task], "de", examples, {})


def test_too_few_tags_are_refused_not_shifted() -> None:
    with pytest.raises(UserError, match="expected 2 tags, one a word, found 1"):
        score(TASKS["udpos"], "de", TAGGED, by_id(Prediction("1", "NOUN")))


def test_a_question_without_any_accepted_answer_is_refused() -> None:
    with pytest.raises(UserError, match="question 'q1': expected at least one answer"):
        score(TASKS["xquad"], "de", [question(())], by_id(Prediction("q1", "x")))


def test_every_task_puts_its_main_metric_first() -> None:
    dev = sentence("de-0", "source", ("en-0",), "dev")
    cells = {
        "xnli": PAIRS,
        "pawsx": PAIRS,
        "udpos": TAGGED,
        "panx": TAGGED,
        "xquad": [question(("a",))],
        "mlqa": [question(("a",))],
        "tydiqa": [question(("a",))],
        "tatoeba": TATOEBA,
        "bucc2018": [*TATOEBA, dev],
    }
    for name, task in TASKS.items():
        keys = [e.id for e in cells[name]] + ["dev:de-0"]
        value = "O O" if task.kind.name == "tagging" else "x"
        predictions = {key: Prediction(key, value, 1.0) for key in keys}
        assert score(task, "de", cells[name], predictions)[0].name == task.metric


def test_bucc_with_a_development_set_alone_is_measured_at_its_own_threshold() -> None:
    examples = [
        sentence("de-1", "source", ("en-1",), "dev"),
        sentence("de-2", "source", (), "dev"),
    ]
    predictions = by_id(Prediction("dev:de-1", "en-1", 1.2), Prediction("dev:de-2", "en-2", 1.0))
    found = TASKS["bucc2018"].kind.score(TASKS["bucc2018"], "de", examples, predictions)
    assert values(found.measures)["f1"] == 100.0
    assert found.submitted == ()
