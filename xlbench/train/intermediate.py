"""The nine intermediate tasks of Phang et al. 2020 (section 2.1) as data.

An entry says what a task is and how the files of its authors and of its Hub data set become rows
of the plain form (``plain``); that form itself, ``TASK/{train,dev}.jsonl``, is known for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlbench.tasks.pair.kind import PAIR
from xlbench.tasks.question.kind import QUESTION
from xlbench.tasks.tagging.kind import TAGGING
from xlbench.tasks.task import Kind, Task
from xlbench.train import raw_rows
from xlbench.train.choice import CHOICE
from xlbench.train.nullable import NULLABLE
from xlbench.train.to_plain import (
    ToPlain,
    as_it_is,
    commonsense,
    cosmos,
    hellaswag,
    nli,
    qqp,
    squad,
)

NLI = ("contradiction", "entailment", "neutral")


@dataclass(frozen=True, slots=True)
class Files:
    """Files of one layout: glob patterns of each split, their format and the meaning of a row."""

    train: tuple[str, ...]
    dev: tuple[str, ...]
    read: raw_rows.Reader
    plain: ToPlain


@dataclass(frozen=True, slots=True)
class HubSet:
    """Parquet files of a data set on the Hub, at a branch, tag or commit."""

    repository: str
    files: Files
    revision: str = "main"


@dataclass(frozen=True, slots=True, eq=False)
class Intermediate:
    """One intermediate task.

    Attributes:
        task: name, kind, labels (empty for tagging: those of the training set), metric, length.
        own: layouts of the authors, below the folder itself or below ``TASK/``; the first whose
            training files are there is taken.
        hub: the data set on the Hub; ``None``: there is none.
        parts: names of the tasks that this one is made of, which then has no files of its own.
        why_local: why there is no data set on the Hub, for the message.
    """

    task: Task
    own: tuple[Files, ...] = ()
    hub: HubSet | None = None
    parts: tuple[str, ...] = ()
    why_local: str = ""


def _task(name: str, title: str, kind: Kind, metric: str, length: int, **more: Any) -> Task:
    return Task(
        name=name,
        title=title,
        kind=kind,
        languages=("en",),
        max_length=length,
        metric=metric,
        places=(),
        **more,
    )


_SENTENCES = nli("sentence1", "sentence2", "gold_label")
_HUB_PAIR = nli("premise", "hypothesis", "label")
_HUB_PAIR_COLUMNS = raw_rows.columns("premise", "hypothesis", "label")
_HUB_SQUAD = raw_rows.columns("id", "context", "question", "answers")

_ALL = (
    Intermediate(
        _task("anli+", "ANLI+", PAIR, "accuracy", 128, labels=NLI),
        parts=("anli", "mnli", "snli"),
    ),
    Intermediate(
        _task("mnli", "MNLI", PAIR, "accuracy", 128, labels=NLI),
        own=(
            Files(
                ("multinli_1.0/multinli_1.0_train.jsonl",),
                ("multinli_1.0/multinli_1.0_dev_matched.jsonl",),
                raw_rows.json_lines,
                _SENTENCES,
            ),
            Files(
                ("MNLI/train.tsv",), ("MNLI/dev_matched.tsv",), raw_rows.tab_separated, _SENTENCES
            ),
        ),
        hub=HubSet(
            "nyu-mll/glue",
            Files(
                ("mnli/train-*.parquet",),
                ("mnli/validation_matched-*.parquet",),
                _HUB_PAIR_COLUMNS,
                _HUB_PAIR,
            ),
        ),
    ),
    Intermediate(
        _task("qqp", "QQP", PAIR, "accuracy", 128, labels=("0", "1")),
        own=(Files(("QQP/train.tsv",), ("QQP/dev.tsv",), raw_rows.tab_separated, qqp),),
        hub=HubSet(
            "nyu-mll/glue",
            Files(
                ("qqp/train-*.parquet",),
                ("qqp/validation-*.parquet",),
                raw_rows.columns("question1", "question2", "label"),
                qqp,
            ),
        ),
    ),
    Intermediate(
        _task("squad2", "SQuAD v2.0", NULLABLE, "f1", 384, window_step=128),
        own=(Files(("train-v2.0.json",), ("dev-v2.0.json",), raw_rows.squad_questions, squad),),
        hub=HubSet(
            "rajpurkar/squad_v2",
            Files(
                ("squad_v2/train-*.parquet",),
                ("squad_v2/validation-*.parquet",),
                _HUB_SQUAD,
                squad,
            ),
        ),
    ),
    Intermediate(
        _task("squad", "SQuAD v1.1", QUESTION, "f1", 384, window_step=128),
        own=(Files(("train-v1.1.json",), ("dev-v1.1.json",), raw_rows.squad_questions, squad),),
        hub=HubSet(
            "rajpurkar/squad",
            Files(
                ("plain_text/train-*.parquet",),
                ("plain_text/validation-*.parquet",),
                _HUB_SQUAD,
                squad,
            ),
        ),
    ),
    Intermediate(
        _task("hellaswag", "HellaSwag", CHOICE, "accuracy", 128),
        own=(
            Files(
                ("hellaswag_train.jsonl",),
                ("hellaswag_val.jsonl",),
                raw_rows.json_lines,
                hellaswag,
            ),
        ),
        hub=HubSet(
            "Rowan/hellaswag",
            Files(
                ("data/train-*.parquet",),
                ("data/validation-*.parquet",),
                raw_rows.columns("ctx", "endings", "label"),
                hellaswag,
            ),
        ),
    ),
    Intermediate(
        _task("ccg", "CCG", TAGGING, "token_accuracy", 128),
        own=(
            Files(
                tuple(f"AUTO/{section:02}/*.auto" for section in range(2, 22)),
                ("AUTO/00/*.auto",),
                raw_rows.ccgbank_trees,
                as_it_is,
            ),
        ),
        why_local="CCGbank is licensed by the Linguistic Data Consortium (LDC2005T13)",
    ),
    Intermediate(
        _task("cosmosqa", "Cosmos QA", CHOICE, "accuracy", 256),
        own=(Files(("train.csv",), ("valid.csv",), raw_rows.comma_separated, cosmos),),
        hub=HubSet(
            "allenai/cosmos_qa",
            Files(
                ("default/train/*.parquet",),
                ("default/validation/*.parquet",),
                raw_rows.columns(
                    "context", "question", "answer0", "answer1", "answer2", "answer3", "label"
                ),
                cosmos,
            ),
            # Its main branch holds a script; this one is the Hub's own conversion.
            revision="refs/convert/parquet",
        ),
    ),
    Intermediate(
        _task("commonsenseqa", "CommonsenseQA", CHOICE, "accuracy", 128),
        own=(
            Files(
                ("train_rand_split.jsonl",),
                ("dev_rand_split.jsonl",),
                raw_rows.json_lines,
                commonsense,
            ),
        ),
        hub=HubSet(
            "tau/commonsense_qa",
            Files(
                ("data/train-*.parquet",),
                ("data/validation-*.parquet",),
                raw_rows.columns("question", "choices", "answerKey"),
                commonsense,
            ),
        ),
    ),
)

INTERMEDIATE: dict[str, Intermediate] = {entry.task.name: entry for entry in _ALL}
"""The nine, by the name that the command line writes."""

PARTS: dict[str, Intermediate] = {
    entry.task.name: entry
    for entry in (
        Intermediate(
            _task("anli", "ANLI", PAIR, "accuracy", 256, labels=NLI),
            own=(
                Files(
                    tuple(f"anli_v1.0/R{n}/train.jsonl" for n in (1, 2, 3)),
                    tuple(f"anli_v1.0/R{n}/dev.jsonl" for n in (1, 2, 3)),
                    raw_rows.json_lines,
                    nli("context", "hypothesis", "label"),
                ),
            ),
            hub=HubSet(
                "facebook/anli",
                Files(
                    ("plain_text/train_r*.parquet",),
                    ("plain_text/dev_r*.parquet",),
                    _HUB_PAIR_COLUMNS,
                    _HUB_PAIR,
                ),
            ),
        ),
        Intermediate(
            _task("snli", "SNLI", PAIR, "accuracy", 128, labels=NLI),
            own=(
                Files(
                    ("snli_1.0/snli_1.0_train.jsonl",),
                    ("snli_1.0/snli_1.0_dev.jsonl",),
                    raw_rows.json_lines,
                    _SENTENCES,
                ),
            ),
            hub=HubSet(
                "stanfordnlp/snli",
                Files(
                    ("plain_text/train-*.parquet",),
                    ("plain_text/validation-*.parquet",),
                    _HUB_PAIR_COLUMNS,
                    _HUB_PAIR,
                ),
            ),
        ),
    )
}
"""What ANLI+ is made of, beside MNLI."""
