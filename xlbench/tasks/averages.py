"""A suite's averages over languages and tasks, and the cross-lingual transfer gap.

Source: ``evaluate`` in google-research/xtreme, ``evaluate.py``, and Hu et al. 2020 (arXiv
2003.11080), section 5 (the gap) and Table 2 (question answering as F1 / EM).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlbench.tasks.suites import Suite
from xlbench.tasks.task import Task


@dataclass(frozen=True, slots=True)
class TaskAverage:
    """A task over its languages.

    Attributes:
        task: the task's name.
        metrics: the mean over languages of each metric, in percent.
        headline: the number that enters a suite's overall score: the mean of the task's
            headline metrics (F1 and exact match for question answering), else the main metric.
        languages: those averaged.
        missing: languages of the task that have no score.
    """

    task: str
    metrics: dict[str, float]
    headline: float
    languages: tuple[str, ...]
    missing: tuple[str, ...]


def task_average(task: Task, scores: Mapping[str, Mapping[str, float]]) -> TaskAverage | None:
    """Return the averages of ``scores[language][metric]``; ``None`` without any language.

    Only metrics that every language has are averaged.
    """
    languages = tuple(code for code in task.languages if scores.get(code))
    if not languages:
        return None
    names = [m for m in scores[languages[0]] if all(m in scores[code] for code in languages)]
    means = {m: sum(scores[code][m] for code in languages) / len(languages) for m in names}
    missing = tuple(code for code in task.languages if code not in languages)
    return TaskAverage(task.name, means, headline(task, means), languages, missing)


def headline(task: Task, metrics: Mapping[str, float]) -> float:
    """Return the number that enters a suite's overall score (see ``TaskAverage``)."""
    return sum(metrics[name] for name in task.headline) / len(task.headline)


def group_scores(suite: Suite, averages: Mapping[str, TaskAverage]) -> dict[str, float]:
    """Return the score of each group whose tasks and languages are all there."""
    found = {group: _mean(averages, names) for group, names in suite.groups.items()}
    return {group: value for group, value in found.items() if value is not None}


def overall_score(suite: Suite, averages: Mapping[str, TaskAverage]) -> float | None:
    """Return the suite's score: the mean of its tasks' headlines.

    ``None`` unless every language of every task is there, because a mean over fewer is not
    comparable with published ones.
    """
    return _mean(averages, suite.tasks)


def transfer_gap(by_language: Mapping[str, float]) -> float | None:
    """Return English minus the mean of the other languages, in percentage points.

    ``None`` without English (the retrieval tasks have none) or without any other.
    """
    others = [value for code, value in by_language.items() if code != "en"]
    if "en" not in by_language or not others:
        return None
    return by_language["en"] - sum(others) / len(others)


def _mean(averages: Mapping[str, TaskAverage], names: tuple[str, ...]) -> float | None:
    found = [averages[name] for name in names if name in averages]
    if len(found) < len(names) or any(average.missing for average in found):
        return None
    return sum(average.headline for average in found) / len(found)
