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
