import json

import pytest

from xlbench.results.averages import averages
from xlbench.tasks.catalogue import TASKS


def row(task, language, value, arm="base", scenario="offline", **more):
    name = TASKS[task].metric
    return {
        "arm": arm,
        "task": task,
        "language": language,
        "scenario": scenario,
        "metric_name": None if value is None else name,
        "metric_value": value,
        "metrics_json": None if value is None else json.dumps({name: round(value, 1), **more}),
    }


def test_a_task_is_averaged_over_its_languages_and_the_gap_is_english_minus_the_others():
    rows = [row("xnli", "en", 80.04), row("xnli", "de", 70.0), row("xnli", "sw", 50.0)]
    found = averages(rows)["base"]["tasks"]["xnli"]
    assert found["average"] == pytest.approx((80.04 + 70 + 50) / 3)
    assert found["english"] == 80.04 and found["others"] == 60.0
    assert found["gap"] == pytest.approx(20.04)
    assert found["languages"] == ["de", "en", "sw"] and "th" in found["missing"]


def test_question_answering_stands_at_the_mean_of_f1_and_exact_match():
    rows = [row("mlqa", "en", 80.0, exact_match=60.0), row("mlqa", "de", 60.0, exact_match=50.0)]
    found = averages(rows)["base"]["tasks"]["mlqa"]
    assert (found["average"], found["english"], found["gap"]) == (62.5, 70.0, 15.0)
    assert found["gaps"] == {"f1": 20.0, "exact_match": 10.0}


def test_cells_without_a_metric_are_left_out_and_a_task_without_any_has_none():
    rows = [
        row("xnli", "en", None),
        row("panx", "en", 50.0),
        row("panx", "de", None),
        row("panx", "en", None, scenario="single-stream"),
    ]
    found = averages(rows)["base"]["tasks"]
    assert found["xnli"]["average"] is None and found["xnli"]["languages"] == []
    assert found["panx"]["average"] == 50.0 and found["panx"]["gap"] is None


def test_retrieval_has_no_english_and_so_no_gap():
    found = averages([row("tatoeba", "de", 70.0)])["base"]["tasks"]["tatoeba"]
    assert (found["others"], found["english"], found["gap"]) == (70.0, None, None)


def test_arms_are_kept_apart():
    found = averages([row("xnli", "en", 80.0), row("xnli", "en", 60.0, arm="stilts")])
    assert [found[arm]["tasks"]["xnli"]["average"] for arm in ("base", "stilts")] == [80.0, 60.0]


def test_groups_and_overall_need_every_language_of_their_tasks():
    def every(task, value):
        return [row(task, lg, value, exact_match=value) for lg in TASKS[task].languages]

    two = averages([*every("xnli", 70.0), *every("pawsx", 90.0), row("panx", "en", 50.0)])["base"]
    assert two["groups"] == {"classification": 80.0, "tagging": None}
    assert two["overall"] is None
    whole = averages([r for task in TASKS for r in every(task, 60.0)])["base"]
    assert whole["overall"] == pytest.approx(60.0)


def test_averages_are_json():
    json.dumps(averages([row("xnli", "en", 80.0), row("mlqa", "en", None)]))
