"""All tasks, by name. A new one is a value in a file of its own, and a line here."""

from __future__ import annotations

from xlbench.tasks.pair.pawsx import PAWSX
from xlbench.tasks.pair.xnli import XNLI
from xlbench.tasks.question.mlqa import MLQA
from xlbench.tasks.question.tydiqa import TYDIQA
from xlbench.tasks.question.xquad import XQUAD
from xlbench.tasks.retrieval.bucc import BUCC
from xlbench.tasks.retrieval.tatoeba import TATOEBA
from xlbench.tasks.tagging.panx import PANX
from xlbench.tasks.tagging.udpos import UDPOS
from xlbench.tasks.task import Task

_ALL = (XNLI, PAWSX, UDPOS, PANX, XQUAD, MLQA, TYDIQA, BUCC, TATOEBA)

TASKS: dict[str, Task] = {task.name: task for task in _ALL}
