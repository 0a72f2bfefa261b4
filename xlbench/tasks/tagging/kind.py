"""Kind ``tagging``: words in, one tag for each."""

from __future__ import annotations

from xlbench.metrics import combine
from xlbench.predictions import Prediction
from xlbench.tasks.submission import by_line
from xlbench.tasks.tagging.encode import decode, encode
from xlbench.tasks.tagging.example import TaggingExample, has_gold, without_gold
from xlbench.tasks.tagging.hub import read_hub
from xlbench.tasks.tagging.read import read
from xlbench.tasks.tagging.score import score
from xlbench.tasks.task import Kind, Submission


def _a_tag_a_line(prediction: Prediction) -> str:
    return "\n".join(prediction.value.split())


TAGGING = Kind(
    name="tagging",
    head="token-classification",
    example=TaggingExample,
    has_gold=has_gold,
    without_gold=without_gold,
    read=read,
    read_hub=read_hub,
    encode=encode,
    decode=decode,
    score=score,
    combine=combine.f1,
    submission=Submission("tsv", by_line(_a_tag_a_line, between="\n\n")),
    words_given=True,
    open_labels=True,
)
