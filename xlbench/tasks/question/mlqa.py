"""MLQA (Lewis et al. 2020, arXiv 1910.07475), question and context in the same language."""

from dataclasses import replace
from functools import partial

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import DEV, Place
from xlbench.metrics import normalise
from xlbench.settings import Split
from xlbench.tasks.question.kind import QUESTION
from xlbench.tasks.question.score import score
from xlbench.tasks.task import Task, codes


def _places(split: Split, note: str) -> tuple[Place, ...]:
    name = f"{split}-context-{{lg}}-question-{{lg}}.json"
    return tuple(
        Place((f"{folder}/{name}",), note=note, split=split)
        for folder in (f"mlqa/MLQA_V1/{split}", f"mlqa/{split}", "mlqa")
    )


TASK = Task(
    name="mlqa",
    title="MLQA",
    kind=replace(QUESTION, score=partial(score, normaliser=normalise.mlqa)),
    languages=codes("ar de en es hi vi zh"),
    max_length=384,
    window_step=128,
    metric="f1",
    places=(*_places("test", ""), *_places("dev", DEV)),
    hub=HubFiles("MLQA.{lg}.{lg}"),
)
