"""Suites of tasks: which ones an overall score is the mean of.

A suite is fixed by its publication: a task that is added to the catalogue changes none of its
scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suite:
    """A published collection of tasks.

    Attributes:
        name: as the literature writes it.
        tasks: names of its tasks, in the order in which their scores are added up.
        groups: names of the tasks of each group, in the same sense.
    """

    name: str
    tasks: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]


XTREME = Suite(
    "XTREME",
    ("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "tydiqa", "bucc2018", "tatoeba"),
    {
        "classification": ("pawsx", "xnli"),
        "tagging": ("udpos", "panx"),
        "qa": ("xquad", "mlqa", "tydiqa"),
        "retrieval": ("bucc2018", "tatoeba"),
    },
)
"""Hu et al. 2020 (arXiv 2003.11080), Table 1."""
