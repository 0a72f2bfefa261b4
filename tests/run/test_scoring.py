"""From what a pass brought to stored predictions and the metric."""

import json

import pytest

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.predictions import Prediction
from xlbench.run.rows import metric_fields
from xlbench.run.scoring import scored
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample

KEY = ArmCell("base", "xnli", "en", "offline")


class Reply:
    """The part of a worker's answer that scoring reads."""

    embeddings = None
    non_finite = 0

    def __init__(self, *predictions):
        self.predictions = predictions


def pair(key, label="neutral"):
    return PairExample(key, "a", "b", label)


def test_an_id_that_two_examples_share_is_refused_not_scored_once():
    examples = [pair("7"), pair("7", "entailment"), pair("8")]
    reply = Reply(*(Prediction(e.id, "neutral", 1.0) for e in examples))
    with pytest.raises(UserError, match=r"xnli en: expected an id of its own .* found '7' for"):
        scored(KEY, 0, examples, reply, (), 0)


def test_every_digit_of_every_metric_is_kept():
    examples = [pair(str(i)) for i in range(3)]
    predictions = {e.id: Prediction(e.id, "neutral" if e.id == "0" else "x") for e in examples}
    measures = TASKS["xnli"].kind.score(TASKS["xnli"], "en", examples, predictions).measures
    fields = metric_fields(measures, None)
    assert json.loads(fields["metrics_json"]) == {"accuracy": 1 / 3 * 100}
    assert fields["metric_value"] == 1 / 3 * 100


def test_scoring_some_examples_at_a_time_is_scoring_them_all(monkeypatch):
    examples = [pair(f"{i}", "neutral" if i % 3 else "entailment") for i in range(11)]
    reply = Reply(*(Prediction(e.id, "neutral", float(i)) for i, e in enumerate(examples)))

    def told(block):
        monkeypatch.setattr("xlbench.run.scoring.BLOCK", block)
        found = scored(KEY, 3, examples, reply, (), 0)
        blocks = list(found.rows)
        return [row for some in blocks for row in some], found.columns, len(blocks)

    rows, columns, one = told(2048)
    assert [(r["id"], r["submission_line"], r["statistics"][0]) for r in rows] == [
        (str(i), i, float(i % 3 > 0)) for i in range(11)
    ]
    assert columns["metric_value"] == 7 / 11 * 100
    assert one == 1 and told(3) == (rows, columns, 4)


def test_one_part_without_gold_leaves_the_whole_without_a_metric(monkeypatch):
    monkeypatch.setattr("xlbench.run.scoring.BLOCK", 2)
    examples = [pair("0"), pair("1"), pair("2", None), pair("3", None)]
    found = scored(KEY, 0, examples, Reply(*(Prediction(e.id, "x") for e in examples)), (), 0)
    assert found.main is None and found.columns == {"flags": ["no-labels"]}


def test_data_that_changed_since_it_was_sent_is_refused():
    reply = Reply(Prediction("0", "neutral"), Prediction("9", "neutral"))
    with pytest.raises(UserError, match="expected a prediction for each example"):
        scored(KEY, 0, [pair("0"), pair("1")], reply, (), 0)
