"""Tatoeba: the aligned sentences of LASER (Artetxe and Schwenk 2019, arXiv 1812.10464)."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.data.hub_files import HubFiles
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles, Place
from xlbench.metrics import combine
from xlbench.predictions import Prediction
from xlbench.tasks.retrieval.aligned_lines import read_line_pairs
from xlbench.tasks.retrieval.encode import decode, encode
from xlbench.tasks.retrieval.example import (
    SentenceExample,
    has_gold,
    translations,
    without_gold,
)
from xlbench.tasks.retrieval.hub import read_hub
from xlbench.tasks.retrieval.nearest import score, search
from xlbench.tasks.submission import by_line
from xlbench.tasks.task import Kind, Submission, Task, codes

ALIGNED = "LASER aligned"


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[SentenceExample]:
    """Yield the sentences of a cell (see ``read_line_pairs``)."""
    source, target = cell.files
    aligned = cell.place.layout == ALIGNED
    return read_line_pairs(source, target, cell.language, bad, aligned=aligned, limit=limit)


def _line_of(prediction: Prediction) -> str:
    """The 0-based line of the sentence found: its id ends in it."""
    return prediction.value.rpartition("-")[2]


NEAREST = Kind(
    name="retrieval",
    head="encoder",
    example=SentenceExample,
    has_gold=has_gold,
    without_gold=without_gold,
    read=read,
    read_hub=read_hub,
    encode=encode,
    decode=decode,
    search=search,
    score=score,
    combine=combine.share,
    submission=Submission("tsv", by_line(_line_of)),
    translations=translations,
)

TASK = Task(
    name="tatoeba",
    title="Tatoeba",
    kind=NEAREST,
    languages=codes(
        "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta "
        "te th tl tr ur vi zh"
    ),
    max_length=512,
    metric="accuracy",
    places=(
        Place(("tatoeba/tatoeba.{l3}-eng.{l3}", "tatoeba/tatoeba.{l3}-eng.eng"), layout=ALIGNED),
        Place(("tatoeba/{lg}-en.{lg}", "tatoeba/{lg}-en.en")),
    ),
    hub=HubFiles("tatoeba.{l3}", evaluated="validation"),
)
