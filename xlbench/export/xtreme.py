"""XTREME's submission: a folder for each task, a file for each language.

Source: google-research/xtreme, section "Leaderboard Submission" of its README. What stands in
a file, the task's kind knows.
"""

from __future__ import annotations

from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.suites import XTREME
from xlbench.tasks.task import Task


def file_name(task: Task, language: str) -> str:
    """Return the file of a cell, relative to the submission's folder."""
    return f"{task.name}/test-{language}.{task.kind.submission.extension}"


def all_file_names() -> list[str]:
    """Return every file that a submission can have."""
    tasks = (TASKS[name] for name in XTREME.tasks)
    return [file_name(task, language) for task in tasks for language in task.languages]
