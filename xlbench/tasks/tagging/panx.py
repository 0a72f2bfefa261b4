"""PAN-X, or WikiANN: named entities (Pan et al. 2017; Rahimi et al. 2019, arXiv 1902.00193)."""

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import tsv_splits
from xlbench.tasks.tagging.kind import TAGGING
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="panx",
    title="PAN-X",
    kind=TAGGING,
    languages=codes(
        "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt "
        "ru sw ta te th tl tr ur vi yo zh"
    ),
    max_length=128,
    metric="f1",
    places=tsv_splits("panx"),
    hub=HubFiles("PAN-X.{lg}", labels="ner_tags"),
    labels=("B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O"),
)
