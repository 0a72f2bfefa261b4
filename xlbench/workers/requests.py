"""What the controller asks of a worker, as values. ``None``: not asked for."""

from __future__ import annotations

from dataclasses import dataclass

from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.examples import Example


@dataclass(frozen=True, slots=True)
class Hello:
    """The first request: on what the worker works.

    Attributes:
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads.
        cpus: processors allowed; ``None``: as they are.
        loader: ``module:function`` or ``file.py:function`` that makes the model.
    """

    device: str
    threads: int
    cpus: tuple[int, ...] | None
    loader: str


@dataclass(frozen=True, slots=True)
class Load:
    """Load a checkpoint in place of the present one.

    Attributes:
        packed: to be called without padding.
        quant: ``int8``, or ``None``.
    """

    checkpoint: CheckpointSpec
    dtype: str
    attn: str | None
    runtime: str
    packed: bool = False
    quant: str | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Take the examples that follow, encode them and make their batches."""

    task: str
    language: str
    packing: Packing


@dataclass(frozen=True, slots=True)
class Examples:
    """Some of the examples of the ``Open`` before, without gold.

    Attributes:
        examples: these.
        last: no more follow.
        broken_off: none follow though there are more: one of them could not be read.
    """

    examples: tuple[Example, ...]
    last: bool
    broken_off: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """Measure an open cell once.

    Attributes:
        cell: which.
        seed: of the random order, where ``units`` are not given.
        slice_ns: time after which nothing new begins, once ``floor`` are done.
        floor: units to run whatever the time.
        units: single-stream: examples, offline: batches, in the order to run them;
            ``None``: all, in random order.
        most: single-stream without ``units``: rounds over all examples end once this many
            were run.
        complete: offline: a whole pass, tokenising and decoding included.
        predictions: offline: send the predictions of the whole pass back.
    """

    cell: Cell
    seed: int
    slice_ns: int
    floor: int
    units: tuple[int, ...] | None = None
    most: int | None = None
    complete: bool = False
    predictions: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Run exactly these units of an open cell, once each."""

    cell: Cell
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """Move every thread of the worker to these processors."""

    cpus: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Forget an open cell."""

    task: str
    language: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End."""


Request = Hello | Load | Open | Visit | Turn | Pin | Close | Stop
