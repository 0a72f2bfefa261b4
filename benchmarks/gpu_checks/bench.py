"""What the checks work with: models of the real architectures with weights of no worth, and a
session that holds one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xlbench.cell import OFFLINE, Cell, Scenario
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.checkpoints.uniform_call import UniformCall
from xlbench.encode.collate import Arrays
from xlbench.encode.plan import Packing
from xlbench.session.model import Model
from xlbench.session.session import Session
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.protocol import Load, Open, Opened, Visit, Visited

DEVICE = "cuda:0"
VOCABULARY = 32_000
HEADS = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "encoder": "AutoModel",
}
FAMILIES = ("xlmr", "bert")
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
SPEC = CheckpointSpec("check", "xnli", "sequence-classification", "", None, {}, "random", 0, "")
_PAD = {"xlmr": 1, "bert": 0}


@dataclass(frozen=True, slots=True)
class Size:
    """Layers, width and attention heads of a model."""

    layers: int
    width: int
    heads: int


SMALL = Size(3, 256, 4)
BASE = Size(12, 768, 12)
"""The shape of XLM-R base and mBERT, their vocabulary aside."""


def make_model(
    size: Size,
    dtype: str = "bf16",
    head: str = "sequence-classification",
    family: str = "xlmr",
    device: str = DEVICE,
    attn: str = "sdpa",
) -> UniformCall:
    """Return a model with random weights on the device, drawn from a seed on the host."""
    import transformers

    common = {
        "vocab_size": VOCABULARY,
        "hidden_size": size.width,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "intermediate_size": 4 * size.width,
        "max_position_embeddings": 514,
        "num_labels": 2 if head == "question-answering" else 3,
        "pad_token_id": _PAD[family],
    }
    kind = transformers.XLMRobertaConfig if family == "xlmr" else transformers.BertConfig
    config = kind(**common, **({"type_vocab_size": 1} if family == "xlmr" else {}))
    torch.manual_seed(0)
    made = getattr(transformers, HEADS[head]).from_config(
        config, dtype=DTYPES[dtype], attn_implementation=attn
    )
    layer = size.layers // 2 if head == "encoder" else None
    call = UniformCall(made.to(device), head, layer)
    call.eval().requires_grad_(False)
    return call


def arrays(rows: int, length: int, real: int | None = None, seed: int = 0) -> Arrays:
    """Return a batch of random tokens; ``real``: tokens of its first row, the others are dense."""
    import numpy as np

    ids = np.random.default_rng(seed).integers(5, VOCABULARY, (rows, length))
    mask = np.ones_like(ids)
    if real is not None:
        mask[0, real:] = 0
        ids[0, real:] = 1
    return Arrays(ids, mask, None)


class Tokenizer:
    """A fast tokenizer's surface: an id for each white-space word of both texts."""

    pad_token_id = 1
    model_input_names = ("input_ids", "attention_mask")

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        return 4

    def __call__(
        self, first: Sequence[str], second: Sequence[str] | None = None, **_: Any
    ) -> dict[str, list[list[int]]]:
        texts = zip(first, second or [""] * len(first), strict=True)
        counts = [4 + len(a.split()) + len(b.split()) for a, b in texts]
        return {
            "input_ids": [[5 + (7919 * i + n) % (VOCABULARY - 5) for i in range(n)] for n in counts]
        }


class Measured:
    """A session in this process that holds one model; cells of XNLI with rows of given lengths."""

    def __init__(
        self,
        size: Size = BASE,
        dtype: str = "bf16",
        runtime: str = "eager",
        device: str = DEVICE,
        padding: str = "bucket",
    ) -> None:
        self.session = Session(self._load, device, threads=4)
        self._size, self._padding = size, padding
        self.session.load(Load(SPEC, dtype, "sdpa", runtime, packed=padding == "packed"))

    def _load(self, spec: Any, device: torch.device, dtype: str, attn: str | None) -> Model:
        model = make_model(self._size, dtype, device=str(device), attn=attn or "sdpa")
        weights = sum(p.numel() * p.element_size() for p in model.parameters())
        return Model(model, Tokenizer(), ("contradiction", "entailment", "neutral"), weights)

    def open(
        self, lengths: Sequence[int], language: str = "en", tokens: int = 4096, longest: int = 512
    ) -> Opened:
        """Open a cell of examples of these lengths."""
        examples = [PairExample(str(i), "w " * (n - 4), "", None) for i, n in enumerate(lengths)]
        packing = Packing(self._padding, None, tokens, longest)
        return self.session.open(Open("xnli", language, packing), iter(examples))

    def close(self) -> None:
        """Give up the model: what a session has loaded is never collected by itself."""
        self.session._unload()

    def visit(
        self,
        scenario: Scenario = OFFLINE,
        language: str = "en",
        seconds: float = 0.0,
        floor: int = 1,
        complete: bool = False,
        seed: int = 0,
    ) -> Visited:
        """Visit a cell."""
        request = Visit(
            Cell("xnli", language, scenario),
            seed,
            int(seconds * 1e9),
            floor,
            complete=complete,
            predictions=complete,
        )
        return self.session.visit(request)


def spread_lengths(count: int, low: int = 12, high: int = 120) -> list[int]:
    """Return lengths from low to high, the same at every call."""
    return [low + (37 * i) % (high - low) for i in range(count)]


def wall_s(work: Any, repeats: int = 1) -> float:
    """Return the median seconds that ``work`` takes, the device's part included."""
    times = []
    for _ in range(repeats):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
