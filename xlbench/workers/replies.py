"""What a worker answers, as values. ``None``: not measured, not asked for or not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from xlbench.flags import Flag
from xlbench.predictions import Prediction
from xlbench.probes.probe import Reading
from xlbench.workers.samples import Samples


@dataclass(frozen=True, slots=True)
class GpuFacts:
    """The GPU that a worker uses.

    Attributes:
        nvml: what NVML tells of it (``probes.nvml.Nvml.describe``).
        other_processes: how many others compute on it.
    """

    name: str
    capability: tuple[int, int]
    memory_total_bytes: int
    nvml: dict[str, Any] | None
    other_processes: int | None


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a worker says of itself: its part of the evidence.

    Attributes:
        unused_gpus: those that ``device=auto`` left alone because torch can't use them.
        thread_gain: time of a product of matrices with one thread over that with all of them.
    """

    pid: int
    python: str
    executable: str
    torch: str
    transformers: str
    numpy: str
    cuda: str | None
    cudnn: int | None
    device: str
    gpu: GpuFacts | None
    threads: int
    interop_threads: int
    affinity: tuple[int, ...]
    matmul_precision: str
    cpu_capability: str
    unused_gpus: tuple[str, ...] = ()
    thread_gain: float | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checkpoint is loaded.

    Attributes:
        load_ns: time it took.
        weights_bytes: bytes of parameters and buffers.
        flags: what every cell of it carries.
        clock: what times the batches.
        versions: of what its runtime is made of, by name.
    """

    load_ns: int
    weights_bytes: int
    flags: tuple[Flag, ...]
    clock: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of a cell as they are at present: fewer rows each after memory ran out.

    Attributes:
        digest: cells that share it have the same batches, and so the same units.
        count: how many.
        largest: which has the most padded tokens.
        tokens: real tokens of all.
        padded_tokens: tokens of all, padding included.
        edges: padded lengths.
        batch_size: rows in each; ``None`` where ``tokens_per_batch`` decides.
        tokens_per_batch: most padded tokens in each.
    """

    digest: str
    count: int
    largest: int
    tokens: int
    padded_tokens: int
    edges: tuple[int, ...]
    batch_size: int | None
    tokens_per_batch: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A cell is open.

    Attributes:
        batches: those made of it.
        counts: for each example its tokens, words, characters and whether it was cut, int32,
            shape ``(n, 4)``.
    """

    batches: Batches
    counts: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Visited:
    """What one visit brought.

    Attributes:
        samples: of the timed batches.
        batches: the cell's batches as they are now.
        spent_ns: duration in the worker, warm-up included.
        reference_ns: the reference kernel right before, on the worker's device.
        tokenize_ns, decode_ns, pass_ns: of a whole pass.
        warm_up_passes: passes spent on warm-up.
        first_batch_ns: first batch of the cell in this process.
        first_of_process: whether that was the first batch of the process as well.
        flags: what a reader should know of this visit.
        readings: what the probes read, by column.
        predictions: of the pass, if they were asked for and are no embeddings. They cross the
            pipe as ``Predicted`` behind this, some at a time, and so do embeddings.
        embeddings: of the pass, likewise: float32, shape ``(examples, width)``.
        non_finite: of a whole pass: examples with outputs that are NaN or infinite.
        attention: kernels that attended, as they were seen.
        held_bytes: what the worker keeps in memory of the cell beside the model.
        host_reference_ns: as ``reference_ns``, on the host.
    """

    samples: Samples
    batches: Batches
    spent_ns: int
    reference_ns: int
    tokenize_ns: int | None
    decode_ns: int | None
    pass_ns: int | None
    warm_up_passes: int
    first_batch_ns: int | None
    first_of_process: bool
    flags: tuple[Flag, ...]
    readings: dict[str, Reading]
    predictions: Sequence[Prediction] | None
    embeddings: np.ndarray | None
    non_finite: int | None = None
    attention: str | None = None
    held_bytes: int | None = None
    host_reference_ns: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Some of what a pass predicted, in the examples' order; ``last``: no more follow."""

    predictions: tuple[Prediction, ...] | None
    embeddings: np.ndarray | None
    last: bool


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """What one turn brought; ``digest`` and ``readings`` as in ``Batches`` and ``Visited``."""

    samples: Samples
    digest: str
    spent_ns: int
    flags: tuple[Flag, ...]
    readings: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Done:
    """It was done; there is nothing to tell."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done.

    Attributes:
        kind: ``user``: what the user asked for is at fault; ``failure``: an exception.
        error: what happened.
        traceback: the worker's, for a failure.
        ends: whether the worker ends with this reply, for no later request could be done either;
            else it lives on.
    """

    kind: Literal["user", "failure"]
    error: str
    traceback: str = ""
    ends: bool = False


Reply = WorkerFacts | Loaded | Opened | Visited | Turned | Done | Failed
