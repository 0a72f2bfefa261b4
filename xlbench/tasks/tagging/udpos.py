"""UD-POS: universal parts of speech, Universal Dependencies 2.5 (Nivre et al. 2018)."""

from dataclasses import replace
from functools import partial

from xlbench.data.hub_files import HubFiles
from xlbench.data.places import tsv_splits
from xlbench.tasks.tagging.kind import TAGGING
from xlbench.tasks.tagging.score import score
from xlbench.tasks.task import Task, codes

TASK = Task(
    name="udpos",
    title="UD-POS",
    # The literature on UD-POS knows accuracy over tokens; XTREME does not print it.
    kind=replace(TAGGING, score=partial(score, with_token_accuracy=True)),
    languages=codes(
        "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr "
        "ur vi yo zh"
    ),
    max_length=128,
    metric="f1",
    places=tsv_splits("udpos"),
    hub=HubFiles("udpos.{name}", labels="pos_tags"),
    labels=codes("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X"),
)
