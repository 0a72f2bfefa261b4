"""What lives in a worker: one loaded model, the open cells, and the visits to them."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from xlbench.cell import OFFLINE, Cell
from xlbench.encode.form import InputForm
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.measure.reference import Reference
from xlbench.measure.warmup import Rule
from xlbench.probes.probe import Readings, Surroundings
from xlbench.probes.registry import IN_TURNS, PROBES, Around
from xlbench.session.batches import batches_of, digest
from xlbench.session.cell import OpenCell
from xlbench.session.describe import describe
from xlbench.session.device import device_named, nvml_of, unused_gpus
from xlbench.session.device_errors import context_lost
from xlbench.session.engine import Engine
from xlbench.session.model import Loader, Model
from xlbench.session.runtimes import runtime_named
from xlbench.session.scenarios import SCENARIOS
from xlbench.session.visit import TURN_SETTLE_NS, Assignment, Bench, Outcome
from xlbench.session.warm_shapes import WarmShapes
from xlbench.tasks.catalogue import TASKS
from xlbench.workers.protocol import (
    Close,
    Done,
    Hello,
    Load,
    Loaded,
    Open,
    Opened,
    Pin,
    Reply,
    Request,
    Stop,
    Turn,
    Turned,
    Visit,
    Visited,
    WorkerFacts,
)
from xlbench.workers.samples import Samples


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The checkpoint that is loaded, ready to run."""

    model: Model
    bench: Bench
    form: InputForm


class Session:
    """Answers the controller's requests; holds one model at a time.

    Args:
        loader: makes the model of a checkpoint.
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads.
        rule: when a shape is warm.

    Raises:
        UserError: there is no such device.
    """

    def __init__(self, loader: Loader, device: str, threads: int, rule: Rule | None = None) -> None:
        self._loader, self._rule = loader, rule or Rule()
        self.device = device_named(device)
        self._unused = unused_gpus(device, self.device, os.environ.get("CUDA_VISIBLE_DEVICES"))
        torch.set_num_threads(threads)
        self._cells: dict[tuple[str, str], OpenCell] = {}
        self._loaded: _Loaded | None = None
        self._reference = Reference(self.device)
        self._nvml = nvml_of(self.device)
        cuda = torch.cuda if self._on_cuda else None
        surroundings = Surroundings(str(self.device), cuda, self._nvml)
        self._probes = Around(PROBES, surroundings)
        self._turn_probes = Around(IN_TURNS, surroundings)

    @property
    def _on_cuda(self) -> bool:
        return self.device.type == "cuda"

    def hello(self) -> WorkerFacts:
        """Return versions, device, threads and affinity."""
        return replace(describe(self.device, self._nvml), unused_gpus=self._unused)

    def answer(self, request: Request, examples: Iterator[Example]) -> Reply:
        """Do what is asked; ``examples`` are those behind an ``Open``."""
        match request:
            case Load():
                return self.load(request)
            case Open():
                return self.open(request, examples)
            case Visit():
                return self.visit(request)
            case Turn():
                return self.turn(request)
            case Pin():
                _pin(request.cpus)
            case Close():
                self._cells.pop((request.task, request.language), None)
            case Hello() | Stop():
                raise AssertionError("the main loop sees to those itself")
        return Done()

    def lost(self, error: Exception) -> bool:
        """Tell whether nothing can be answered any more after this error."""
        return context_lost(error)

    def load(self, request: Load) -> Loaded:
        """Load a checkpoint in place of the present one."""
        if self._loaded is not None:
            self._unload()
        runtime = runtime_named(request.runtime)
        start_ns = time.perf_counter_ns()
        model = self._loader(request.checkpoint, self.device, request.dtype, request.attn)
        if self._on_cuda:
            torch.cuda.synchronize(self.device)
        load_ns = time.perf_counter_ns() - start_ns
        pad_id = int(model.tokenizer.pad_token_id or 0)
        engine = Engine(model.model, self.device, runtime, pad_id)
        warm = WarmShapes(self._rule, engine.prepares_each_shape)
        self._loaded = _Loaded(model, Bench(engine, model.tokenizer, warm), request.checkpoint.form)
        # What is loaded stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        return Loaded(
            load_ns,
            model.weights_bytes,
            (*model.flags, *((Flag.GPU_UNUSED.value,) if self._unused else ())),
            engine.clock.name,
            dict(runtime.versions()),
        )

    def _unload(self) -> None:
        self._cells.clear()
        self._loaded = None
        gc.unfreeze()
        gc.collect()
        if self._on_cuda:
            torch.cuda.empty_cache()

    def open(self, request: Open, examples: Iterator[Example]) -> Opened:
        """Take a cell's examples; return its counts and batches."""
        loaded = self._need()
        # A model may have fewer positions than the task asks for.
        task = replace(TASKS[request.task], max_length=request.packing.max_length)
        cell = OpenCell(
            task,
            request.language,
            task.kind,
            loaded.model.labels,
            list(examples),
            request.packing,
            loaded.bench.engine.pad_id,
            loaded.form,
        )
        cell.encode(loaded.model.tokenizer)
        self._cells[request.task, request.language] = cell
        counts = [(c.tokens, c.words, c.chars, c.truncated) for c in cell.counts]
        return Opened(batches_of(cell), np.array(counts, dtype=np.int64).reshape(-1, 4))

    def visit(self, request: Visit) -> Visited:
        """Run one visit and return samples, totals, and what the probes read around it."""
        bench = self._need().bench
        cell = self._cell(request.cell)
        with torch.inference_mode():
            yardstick = self._reference.steady_ns if self._on_cuda else self._reference.time_ns
            reference_ns = yardstick(bench.engine.clock)
        assignment = Assignment(
            request.units,
            request.seed,
            time.perf_counter_ns() + request.slice_ns,
            request.floor,
            request.most,
            request.complete,
            request.predictions,
        )
        gc.collect()
        outcome, spent_ns, readings = self._run(cell, request.cell, bench, assignment, self._probes)
        cold = cell.cold[request.cell.scenario]
        return Visited(
            samples=Samples.of(outcome.samples),
            batches=batches_of(cell),
            spent_ns=spent_ns,
            reference_ns=reference_ns,
            tokenize_ns=outcome.tokenize_ns,
            decode_ns=outcome.decode_ns,
            pass_ns=outcome.pass_ns,
            warm_up_passes=outcome.warm_up_passes,
            first_batch_ns=cold.first_batch_ns,
            first_of_process=cold.first_of_process,
            flags=tuple(sorted({*outcome.flags, *readings.flags})),
            readings=readings.values,
            predictions=None if outcome.predictions is None else tuple(outcome.predictions),
            embeddings=outcome.embeddings,
            non_finite=outcome.non_finite,
        )

    def turn(self, request: Turn) -> Turned:
        """Run exactly these units, once each, and return their samples.

        For taking turns with another worker: no more is done around it than reading the
        counters of noise, and a short first pass is repeated, for the caches hold what the
        other worker left there.
        """
        bench = self._need().bench
        cell = self._cell(request.cell)
        units = request.units
        again = request.cell.scenario == OFFLINE and bench.warm.takes_less(
            cell.plans[units[0]].shape, TURN_SETTLE_NS
        )
        assignment = Assignment(
            units[:1] * again + units, 0, 0, len(units) + again, settle_ns=TURN_SETTLE_NS
        )
        outcome, spent_ns, readings = self._run(
            cell, request.cell, bench, assignment, self._turn_probes
        )
        return Turned(
            Samples.of(outcome.samples).after(again),
            digest(cell),
            spent_ns,
            tuple(sorted({*outcome.flags, *readings.flags})),
            readings.values,
        )

    def _run(
        self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment, probes: Around
    ) -> tuple[Outcome, int, Readings]:
        """Run a scenario between probes, the garbage collector off; return its time in ns, too."""
        run, cold = SCENARIOS[which.scenario], cell.cold[which.scenario]
        gc.disable()
        try:
            probes.start()
            start_ns = time.perf_counter_ns()
            with torch.inference_mode():
                outcome = run(cell, bench, assignment, cold)
            spent_ns = time.perf_counter_ns() - start_ns
            return outcome, spent_ns, probes.stop()
        finally:
            gc.enable()

    def _need(self) -> _Loaded:
        if self._loaded is None:
            raise RuntimeError("no checkpoint is loaded in this worker")
        return self._loaded

    def _cell(self, cell: Cell) -> OpenCell:
        return self._cells[cell.task, cell.language]


def _pin(cpus: tuple[int, ...]) -> None:
    """Move every thread of this process to ``cpus``."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cpus)
