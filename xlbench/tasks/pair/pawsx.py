"""PAWS-X (Yang et al. 2019, arXiv 1908.11828)."""

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import tsv_splits
from xlbench.tasks.pair.kind import PAIR
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="pawsx",
    title="PAWS-X",
    kind=PAIR,
    languages=codes("de en es fr ja ko zh"),
    max_length=128,
    metric="accuracy",
    places=tsv_splits("pawsx"),
    hub=HubFiles("PAWS-X.{lg}", labels="label"),
    labels=("0", "1"),
    translated=True,
)
