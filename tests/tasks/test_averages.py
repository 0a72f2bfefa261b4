"""XTREME's averages."""

import pytest

from xlbench.tasks.averages import (
    group_scores,
    overall_score,
    task_average,
    transfer_gap,
)
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.suites import XTREME


def full(name: str, value: float):
    metrics = (
        {"f1": value + 1, "exact_match": value - 1}
        if TASKS[name].kind.name == "question"
        else {TASKS[name].metric: value}
    )
    average = task_average(TASKS[name], dict.fromkeys(TASKS[name].languages, metrics))
    assert average is not None
    return average


def test_question_answering_counts_as_the_mean_of_f1_and_exact_match() -> None:
    scores = {"en": {"f1": 80.0, "exact_match": 60.0}, "de": {"f1": 60.0, "exact_match": 40.0}}
    average = task_average(TASKS["mlqa"], scores)
    assert average is not None
    assert average.metrics == {"f1": 70.0, "exact_match": 50.0}
    assert average.headline == 60.0
    assert average.languages == ("de", "en")
    assert average.missing == ("ar", "es", "hi", "vi", "zh")


def test_other_metrics_do_not_enter_the_headline() -> None:
    scores = {"de": {"f1": 50.0, "precision": 90.0}, "en": {"f1": 70.0, "precision": 90.0}}
    average = task_average(TASKS["udpos"], scores)
    assert average is not None
    assert average.headline == 60.0


def test_a_task_without_scores_has_no_average() -> None:
    assert task_average(TASKS["xnli"], {}) is None


def test_the_overall_score_is_the_mean_of_the_nine_tasks() -> None:
    averages = {name: full(name, 10.0 * i) for i, name in enumerate(TASKS)}
    assert overall_score(XTREME, averages) == 40.0
    assert group_scores(XTREME, averages).keys() == XTREME.groups.keys()


def test_there_is_no_overall_score_over_fewer_tasks_or_languages() -> None:
    averages = {name: full(name, 50.0) for name in TASKS}
    partial = task_average(TASKS["xnli"], {"en": {"accuracy": 50.0}})
    assert partial is not None
    assert overall_score(XTREME, {**averages, "xnli": partial}) is None
    assert "classification" not in group_scores(XTREME, {**averages, "xnli": partial})
    del averages["mlqa"]
    assert overall_score(XTREME, averages) is None
    assert group_scores(XTREME, averages).keys() == {"classification", "tagging", "retrieval"}


def test_the_gap_is_english_minus_the_mean_of_the_others() -> None:
    assert transfer_gap({"en": 80.0, "de": 70.0, "sw": 50.0}) == pytest.approx(20.0)


def test_without_english_or_others_there_is_no_gap() -> None:
    assert transfer_gap({"de": 70.0}) is None
    assert transfer_gap({"en": 70.0}) is None


def test_a_tenth_task_changes_no_score_of_the_suite() -> None:
    averages = {name: full(name, 10.0 * i) for i, name in enumerate(XTREME.tasks)}
    more = {**averages, "tenth": full("xnli", 1.0)}
    assert overall_score(XTREME, more) == overall_score(XTREME, averages)
    assert group_scores(XTREME, more) == group_scores(XTREME, averages)


def test_the_suite_names_tasks_of_the_catalogue_each_in_one_group() -> None:
    assert set(XTREME.tasks) <= set(TASKS)
    assert sorted(XTREME.tasks) == sorted(n for names in XTREME.groups.values() for n in names)
