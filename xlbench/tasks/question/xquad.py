"""XQuAD (Artetxe et al. 2020, arXiv 1910.11856)."""

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import Place
from xlbench.tasks.question.kind import QUESTION
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="xquad",
    title="XQuAD",
    kind=QUESTION,
    languages=codes("ar de el en es hi ru th tr vi zh"),
    max_length=384,
    window_step=128,
    metric="f1",
    places=(Place(("xquad/xquad.{lg}.json",)),),
    hub=HubFiles("XQuAD.{lg}", evaluated="validation"),
    translated=True,
)
