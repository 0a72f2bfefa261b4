"""XNLI (Conneau et al. 2018, arXiv 1809.05053)."""

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import tsv_splits
from xlbench.tasks.pair.kind import PAIR
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="xnli",
    title="XNLI",
    kind=PAIR,
    languages=codes("ar bg de el en es fr hi ru sw th tr ur vi zh"),
    max_length=128,
    metric="accuracy",
    places=tsv_splits("xnli"),
    hub=HubFiles("XNLI", labels="gold_label", language="language"),
    labels=("contradiction", "entailment", "neutral"),
    # The spelling of MultiNLI's machine translations.
    label_aliases=(("contradictory", "contradiction"),),
    translated=True,
)
