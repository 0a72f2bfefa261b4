"""Tokens relative to English: known only where the same examples were measured in English."""

import numpy as np
import pytest

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.results.manifest import Manifest, UsedData
from xlbench.results.schema import SAMPLES, VISITS
from xlbench.results.summarise import summarise
from xlbench.settings import Settings


def manifest(cells):
    return Manifest(
        run_id="run",
        xlbench="0.1.0",
        settings=Settings(arms=tuple(map(parse_arm, dict.fromkeys(cell.arm for cell in cells)))),
        machine="m",
        data=UsedData("folder", "data"),
        cells=tuple(cells),
    )


NO_SAMPLES = {name: np.array([]) for name, kind, _ in SAMPLES if str(kind) == "int64"}


def visit(number, task, language, tokens, digest="same", arm="base", status="ok", **values):
    row = dict.fromkeys(name for name, *_ in VISITS)
    return row | {
        "arm": arm,
        "task": task,
        "language": language,
        "scenario": "single-stream",
        "visit": number,
        "process": 0,
        "status": status,
        "flags": [],
        "tokens": tokens,
        "n_examples": 6,
        "n_batches": 6,
        "content_tokens": tokens,
        "examples_digest": digest,
        **values,
    }


def relative(*visits):
    keys = [ArmCell(v["arm"], v["task"], v["language"], v["scenario"]) for v in visits]
    rows = summarise(manifest(keys), list(visits), NO_SAMPLES, {})
    return [row.get("tokens_relative_to_english") for row in rows]


@pytest.mark.parametrize("task", ["xnli", "pawsx", "xquad"])
def test_translated_tasks_are_compared_with_the_english_cell(task):
    assert relative(visit(0, task, "th", 90), visit(1, task, "en", 60)) == [1.5, 1.0]


@pytest.mark.parametrize("task", ["panx", "udpos", "tydiqa", "mlqa"])
def test_tasks_with_other_sentences_in_each_language_are_not_compared(task):
    assert relative(visit(0, task, "fi", 90), visit(1, task, "en", 60)) == [None, None]


def test_without_an_english_cell_it_is_unknown():
    assert relative(visit(0, "xnli", "th", 90)) == [None]
    assert relative(visit(0, "xnli", "th", 90), visit(1, "xnli", "en", 60, status="failed")) == [
        None,
        None,
    ]


def test_other_examples_in_english_make_it_unknown():
    assert relative(visit(0, "xnli", "th", 90), visit(1, "xnli", "en", 60, "more")) == [None, 1.0]


def test_an_older_result_without_digests_leaves_it_unknown():
    visits = visit(0, "xnli", "th", 90, None), visit(1, "xnli", "en", 60, None)
    assert relative(*visits) == [None, None]


def test_the_english_cell_of_another_arm_has_another_tokenizer():
    visits = visit(0, "xnli", "th", 90), visit(1, "xnli", "en", 60, arm="other")
    assert relative(*visits) == [None, 1.0]


def test_retrieval_compares_the_sides_of_the_gold_pairs():
    row = visit(0, "tatoeba", "th", 900, paired_tokens=30, paired_english_tokens=20)
    assert relative(row) == [1.5]
    assert relative(visit(0, "tatoeba", "th", 900)) == [None]
