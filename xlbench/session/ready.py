"""A checkpoint that is loaded on a device and ready to run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from xlbench.checkpoints.packed_call import PackedCall
from xlbench.encode.form import InputForm
from xlbench.examples import Example
from xlbench.measure.warmup import Rule
from xlbench.session.attention_seen import AttentionSeen
from xlbench.session.cell import OpenCell
from xlbench.session.engine import Engine
from xlbench.session.model import Loader, Model
from xlbench.session.precision import set_products
from xlbench.session.quantised import check_int8, quantised
from xlbench.session.runtimes import Runtime, Wanted, runtime_named
from xlbench.session.visit import Bench
from xlbench.session.warm_shapes import WarmShapes
from xlbench.tasks.catalogue import TASKS
from xlbench.workers.protocol import Load, Open

_OF_TORCH = ("eager", "cudagraph")
"""Runtimes in which torch's own kernels run, one by one."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A loaded checkpoint.

    Attributes:
        bench: what scenarios run it with; no shape of it is warm at first.
        form: what its rows look like.
        load_ns: time that loading took.
        versions: of what its runtime is made of, by name.
        attention: tells by which kernels it attends; ``None``: other programs run it.
    """

    model: Model
    bench: Bench
    form: InputForm
    load_ns: int
    versions: Mapping[str, str]
    attention: AttentionSeen | None = None


def make_ready(loader: Loader, request: Load, device: torch.device, rule: Rule, cuda: Any) -> Ready:
    """Load the checkpoint that is asked for.

    Args:
        loader: makes its model.
        rule: when a shape is warm.
        cuda: the module ``torch.cuda``; ``None``: the device is none of it.

    Raises:
        UserError: the device has no such products of matrices, or lacks what the runtime needs, or
            the model can't be called with packed rows.
    """
    runtime = runtime_named(request.runtime)
    set_products(request.dtype, device)
    load = _loading(loader, runtime, request, device)
    start_ns = time.perf_counter_ns()
    model = load()
    if cuda is not None:
        cuda.synchronize(device)
    load_ns = time.perf_counter_ns() - start_ns
    pad_id = int(model.tokenizer.pad_token_id or 0)
    called = PackedCall(model.model) if request.packed else model.model
    engine = Engine(called, device, runtime, pad_id, cuda)
    warm = WarmShapes(rule, engine.prepares_each_shape)
    bench = Bench(engine, model.tokenizer, warm)
    seen = AttentionSeen(called, engine) if request.runtime in _OF_TORCH else None
    return Ready(model, bench, request.checkpoint.form, load_ns, runtime.versions(), seen)


def _loading(
    loader: Loader, runtime: Runtime, request: Load, device: torch.device
) -> Callable[[], Model]:
    """Return what loads the model; what a runtime makes of it first is no part of its loading."""
    if runtime.prepare is not None:
        return runtime.prepare(Wanted(request, device, torch.get_num_threads()))

    def load() -> Model:
        model = loader(request.checkpoint, device, request.dtype, request.attn)
        return model if request.quant is None else quantised(model)

    if request.quant is not None:
        check_int8(device)
    return load


def open_cell(ready: Ready, request: Open, examples: Sequence[Example]) -> OpenCell:
    """Return the cell of these examples, encoded and in batches."""
    # A model may have fewer positions than the task asks for.
    task = replace(TASKS[request.task], max_length=request.packing.max_length)
    packing = replace(request.packing, shared_shapes=ready.bench.engine.static_shapes)
    cell = OpenCell(
        task,
        request.language,
        task.kind,
        ready.model.labels,
        examples,
        packing,
        ready.bench.engine.pad_id,
        ready.form,
    )
    cell.encode(ready.model.tokenizer)
    return cell
