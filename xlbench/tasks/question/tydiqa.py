"""TyDiQA-GoldP (Clark et al. 2020, arXiv 2003.05002): XTREME evaluates its development set."""

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import Place
from xlbench.tasks.question.kind import QUESTION
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="tydiqa",
    title="TyDiQA-GoldP",
    kind=QUESTION,
    languages=codes("ar bn en fi id ko ru sw te"),
    max_length=384,
    window_step=128,
    metric="f1",
    places=(
        Place(("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.{lg}.dev.json",)),
        Place(("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.{lg}.dev.json",)),
        Place(("tydiqa/tydiqa.goldp.{lg}.dev.json",)),
        Place(("tydiqa/tydiqa.{lg}.dev.json",)),
    ),
    hub=HubFiles("tydiqa", evaluated="validation", language="id"),
)
