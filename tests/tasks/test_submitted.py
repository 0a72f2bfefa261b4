"""Which predictions a submission has, and on which lines."""

from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.retrieval.example import SentenceExample


def submitted(task, examples, predictions=None):
    if predictions is None:
        predictions = {e.id: Prediction(e.id, "") for e in examples}
    return list(TASKS[task].kind.score(TASKS[task], "de", examples, predictions).submitted)


def sentence(id_, text, side, split="test", gold=None):
    return SentenceExample(id_, text, side, split, gold)


def test_pairs_stand_in_the_order_of_the_data():
    examples = [PairExample(i, "a", "b", None) for i in ("4", "2", "9")]
    assert submitted("xnli", examples) == ["4", "2", "9"]


def test_aligned_tatoeba_is_sorted_by_the_english_text_as_xtreme_sorts_it():
    examples = [
        sentence("de-0", "x", "source", gold=("en-0",)),
        sentence("de-1", "y", "source", gold=("en-1",)),
        sentence("de-2", "z", "source", gold=("en-2",)),
        sentence("en-0", "we", "target"),
        sentence("en-1", " Zoo", "target"),
        sentence("en-2", "Zoo", "target"),
    ]
    # Capitals first, equal ones as they were.
    assert submitted("tatoeba", examples) == ["en-1", "en-2", "en-0"]


def test_tatoeba_as_xtreme_leaves_it_keeps_its_order():
    examples = [
        sentence("de-0", "x", "source"),
        sentence("en-0", "b", "target"),
        sentence("en-1", "a", "target"),
    ]
    assert submitted("tatoeba", examples) == ["en-0", "en-1"]


BUCC = [
    sentence("de-1", "t1", "source"),
    sentence("de-2", "t2", "source"),
    sentence("de-3", "t3", "source"),
    sentence("en-1", "e1", "target"),
    sentence("de-1", "d1", "source", "dev", ("en-1",)),
    sentence("de-2", "d2", "source", "dev", ()),
    sentence("en-1", "e1", "target", "dev"),
]
MINED = {
    p.id: p
    for p in (
        Prediction("de-1", "en-1", 1.2),
        Prediction("de-2", "", None),
        Prediction("de-3", "en-3", 0.4),
        Prediction("dev:de-1", "en-1", 1.0),
        Prediction("dev:de-2", "en-2", 0.8),
    )
}


def test_bucc_takes_the_test_pairs_above_the_threshold_of_the_dev_split():
    # Best on dev: the first pair alone; the threshold lies at 0.9.
    assert submitted("bucc2018", BUCC, MINED) == ["de-1"]


def test_bucc_without_gold_on_the_dev_split_has_no_lines():
    unknown = [e for e in BUCC if e.split == "test"]
    assert submitted("bucc2018", unknown, MINED) == []
    blind = [sentence(e.id, e.text, e.side, e.split) for e in BUCC]
    assert submitted("bucc2018", blind, MINED) == []
