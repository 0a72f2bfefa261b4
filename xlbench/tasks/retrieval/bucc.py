"""BUCC 2018: parallel sentences among many (Zweigenbaum et al. 2018)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from xlbench.data.hub_files import HubFiles
from xlbench.data.lines import require_file
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import TUNED_ON_ITSELF, CellFiles, Place
from xlbench.metrics import combine
from xlbench.predictions import Prediction
from xlbench.tasks.retrieval.encode import decode, encode
from xlbench.tasks.retrieval.example import (
    SentenceExample,
    has_gold,
    translations,
    without_gold,
)
from xlbench.tasks.retrieval.hub import read_hub
from xlbench.tasks.retrieval.mined import score, search
from xlbench.tasks.retrieval.numbered_lines import NumberedFiles, read_numbered
from xlbench.tasks.submission import by_line
from xlbench.tasks.task import Kind, Submission, Task, codes


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[SentenceExample]:
    """Yield the sentences of the test split, if it is there, then those of the development split.

    Raises:
        UserError: one side of the development split is missing.
    """
    return chain.from_iterable(
        read_numbered(files, split, bad, limit) for split, files in _splits(cell)
    )


def _splits(cell: CellFiles) -> list[tuple[str, NumberedFiles]]:
    language = cell.language
    there = {path.name: path for path in cell.extras}
    source, target = cell.files
    if cell.place.split == "dev":
        gold = there.get(f"{language}-en.dev.gold")
        return [("dev", NumberedFiles(source, target, gold))]
    splits = [("test", NumberedFiles(source, target, there.get(f"{language}-en.test.gold")))]
    sides = [f"{language}-en.dev.{side}" for side in (language, "en")]
    if any(name in there for name in sides):
        dev_source, dev_target = (source.with_name(name) for name in sides)
        for path in (dev_source, dev_target):
            require_file(path)
        gold = there.get(f"{language}-en.dev.gold")
        splits.append(("dev", NumberedFiles(dev_source, dev_target, gold)))
    return splits


def _pair_of_ids(prediction: Prediction) -> str:
    return f"{prediction.id}\t{prediction.value}"


MINED = Kind(
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
    combine=combine.f1,
    submission=Submission("tsv", by_line(_pair_of_ids), chosen=True),
    translations=translations,
)

TASK = Task(
    name="bucc2018",
    title="BUCC 2018",
    kind=MINED,
    languages=codes("de fr ru zh"),
    max_length=512,
    metric="f1",
    places=(
        Place(
            ("bucc2018/{lg}-en.test.{lg}", "bucc2018/{lg}-en.test.en"),
            (
                "bucc2018/{lg}-en.test.gold",
                "bucc2018/{lg}-en.dev.{lg}",
                "bucc2018/{lg}-en.dev.en",
                "bucc2018/{lg}-en.dev.gold",
            ),
            gold="bucc2018/{lg}-en.test.gold",
        ),
        Place(
            ("bucc2018/{lg}-en.dev.{lg}", "bucc2018/{lg}-en.dev.en"),
            ("bucc2018/{lg}-en.dev.gold",),
            note=TUNED_ON_ITSELF,
            gold="bucc2018/{lg}-en.dev.gold",
            split="dev",
        ),
    ),
    hub=HubFiles("bucc18.{lg}", tuning="validation", note="gold pairs only"),
)
