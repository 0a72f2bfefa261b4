"""The nine tasks of XTREME as data (Hu et al. 2020, arXiv 2003.11080, Table 1).

A task is its name, its kind (which decides head, encoding, decoding and metric), its
languages and its labels in the order of XTREME's own scripts. Knows nothing of files,
tokenizers or torch.
"""

from __future__ import annotations

from dataclasses import dataclass

XNLI_LABELS = ("contradiction", "entailment", "neutral")
PAWSX_LABELS = ("0", "1")
UPOS_TAGS = (
    "ADJ",
    "ADP",
    "ADV",
    "AUX",
    "CCONJ",
    "DET",
    "INTJ",
    "NOUN",
    "NUM",
    "PART",
    "PRON",
    "PROPN",
    "PUNCT",
    "SCONJ",
    "SYM",
    "VERB",
    "X",
)
PANX_TAGS = ("B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O")


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the benchmark.

    Attributes:
        name: as the command line writes it.
        title: as the literature writes it.
        kind: ``pair``, ``tagging``, ``question`` or ``retrieval``.
        languages: XTREME's two-letter codes, sorted.
        labels: classes or tags; empty for ``question`` and ``retrieval``.
        max_length: longest input in tokens, special tokens included (XTREME's scripts).
        stride: tokens that neighbouring windows of a context share (``question`` only).
        metric: name of the main metric.
        translated: whether every language has the English examples in translation, under
            the same ids (XTREME's files number XNLI and PAWS-X by their lines).
    """

    name: str
    title: str
    kind: str
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    max_length: int
    metric: str
    stride: int = 0
    translated: bool = False


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            "xnli",
            "XNLI",
            "pair",
            _codes("ar bg de el en es fr hi ru sw th tr ur vi zh"),
            XNLI_LABELS,
            128,
            "accuracy",
            translated=True,
        ),
        Task(
            "pawsx",
            "PAWS-X",
            "pair",
            _codes("de en es fr ja ko zh"),
            PAWSX_LABELS,
            128,
            "accuracy",
            translated=True,
        ),
        Task(
            "udpos",
            "UD-POS",
            "tagging",
            _codes(
                "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru "
                "ta te th tl tr ur vi yo zh"
            ),
            UPOS_TAGS,
            128,
            "f1",
        ),
        Task(
            "panx",
            "PAN-X",
            "tagging",
            _codes(
                "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr "
                "ms my nl pt ru sw ta te th tl tr ur vi yo zh"
            ),
            PANX_TAGS,
            128,
            "f1",
        ),
        Task(
            "xquad",
            "XQuAD",
            "question",
            _codes("ar de el en es hi ru th tr vi zh"),
            (),
            384,
            "f1",
            128,
            translated=True,
        ),
        Task("mlqa", "MLQA", "question", _codes("ar de en es hi vi zh"), (), 384, "f1", 128),
        Task(
            "tydiqa",
            "TyDiQA-GoldP",
            "question",
            _codes("ar bn en fi id ko ru sw te"),
            (),
            384,
            "f1",
            128,
        ),
        Task("bucc2018", "BUCC 2018", "retrieval", _codes("de fr ru zh"), (), 512, "f1"),
        Task(
            "tatoeba",
            "Tatoeba",
            "retrieval",
            _codes(
                "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl "
                "pt ru sw ta te th tl tr ur vi zh"
            ),
            (),
            512,
            "accuracy",
        ),
    )
}
