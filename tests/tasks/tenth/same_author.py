"""A tenth task of a kind that is there: do two lines come from the same author?"""

from xlbench.data.places import tsv_splits
from xlbench.tasks.pair.kind import PAIR
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="same_author",
    title="Same author",
    kind=PAIR,
    languages=codes("en sw"),
    max_length=64,
    metric="accuracy",
    places=tsv_splits("same_author"),
    labels=("same", "other"),
)
