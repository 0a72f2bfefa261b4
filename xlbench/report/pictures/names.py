"""Names of tasks and languages as pictures write them."""

from __future__ import annotations

from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS


def language(code: str) -> str:
    """Return ``Thai th``: a reader may know either."""
    return f"{LANGUAGES[code].name} {code}"


def english_name(code: str) -> str:
    """Return a language's English name."""
    return LANGUAGES[code].name


def title(task: str) -> str:
    """Return a task as the literature writes it."""
    return TASKS[task].title
