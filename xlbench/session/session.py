"""What lives in a worker: one loaded model, the open cells, and the visits to them."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from dataclasses import replace

import torch

from xlbench.cell import OFFLINE, Cell
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.held.shelf import Shelf
from xlbench.measure.reference import Reference
from xlbench.measure.warmup import Rule
from xlbench.probes.probe import Readings, Surroundings
from xlbench.session.batches import batches_of, digest
from xlbench.session.cell import NO_COUNTS, OpenCell
from xlbench.session.cell_memory import FORKED, NOT_ITS_OWN, CellMemory, Memories, can_be_forked
from xlbench.session.describe import describe
from xlbench.session.device import (
    company,
    cuda_of,
    device_named,
    nvml_of,
    own_pid,
    unused_gpus,
)
from xlbench.session.device_errors import context_lost
from xlbench.session.engine import Engine
from xlbench.session.held_bytes import held_bytes
from xlbench.session.instruments import Instruments
from xlbench.session.model import Loader
from xlbench.session.own_threads import own_threads
from xlbench.session.ready import Ready, make_ready, open_cell
from xlbench.session.thread_gain import LEAST_GAIN
from xlbench.session.visit import TURN_SETTLE_NS, Assignment
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


class Session:
    """Answers the controller's requests; holds one model at a time.

    Args:
        loader: makes the model of a checkpoint.
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads.
        rule: when a shape is warm.
        own_memory: measure each cell's memory in a fork of its own.

    Raises:
        UserError: there is no such device.
    """

    def __init__(
        self,
        loader: Loader,
        device: str,
        threads: int,
        rule: Rule | None = None,
        own_memory: bool = False,
    ) -> None:
        self._loader, self._rule = loader, rule or Rule()
        before = company() if device != "cpu" else {}
        self._own_memory = own_memory
        self._thread_gain: float | None = None
        self._memories: Memories | None = None
        self._memory: CellMemory | None = None
        self.device = device_named(device)
        self._unused = unused_gpus(device, self.device, os.environ.get("CUDA_VISIBLE_DEVICES"))
        torch.set_num_threads(threads)
        if own_memory and can_be_forked(self.device):
            self._memories = Memories(self._engine_of, threads)
        self._cells: dict[tuple[str, str], OpenCell] = {}
        self._ready: Ready | None = None
        self._cuda = cuda_of(self.device)
        reference = Reference(self.device)  # its operands make the context of this process there
        self._nvml = nvml_of(self.device)
        self._pid = own_pid(self._nvml, before)
        self._instruments = Instruments(
            reference, Surroundings(str(self.device), self._cuda, self._nvml, pid=self._pid)
        )

    def hello(self) -> WorkerFacts:
        """Return versions, device, threads and affinity."""
        facts = describe(self.device, self._nvml, self._pid)
        if self.device.type == "cpu":
            self._thread_gain = self._instruments.thread_gain()
        return replace(facts, unused_gpus=self._unused, thread_gain=self._thread_gain)

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
        if self._ready is not None:
            self._unload()
        ready = self._ready = make_ready(self._loader, request, self.device, self._rule, self._cuda)
        # What is loaded stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        if self._memories is not None and request.runtime in FORKED:
            self._memory = self._memories.of(ready.bench.engine, ready.model.weights_bytes, request)
        model = ready.model
        return Loaded(
            ready.load_ns,
            model.weights_bytes,
            (*model.flags, *self._flags()),
            ready.bench.engine.clock.name,
            dict(ready.versions),
        )

    def _flags(self) -> Iterator[Flag]:
        """Yield what every cell of this process carries."""
        if self._unused:
            yield Flag.GPU_UNUSED
        if self._thread_gain is not None and self._thread_gain < LEAST_GAIN:
            yield Flag.THREADS_COST

    def _engine_of(self, request: Load) -> Engine:
        return make_ready(self._loader, request, self.device, self._rule, None).bench.engine

    def _unload(self) -> None:
        self._cells.clear()
        self._ready = None
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        gc.unfreeze()
        gc.collect()
        if self._cuda is not None:
            self._cuda.empty_cache()

    def open(self, request: Open, examples: Iterator[Example]) -> Opened:
        """Take a cell's examples; return its counts and batches."""
        cell = open_cell(self._need(), request, Shelf(examples))
        self._cells[request.task, request.language] = cell
        opened = Opened(batches_of(cell), cell.counts)
        cell.counts = NO_COUNTS  # told once; as large as all else that is held of a large cell
        return opened

    def visit(self, request: Visit) -> Visited:
        """Run one visit and return samples, totals, and what the probes read around it."""
        ready = self._need()
        bench = ready.bench
        cell = self._cell(request.cell)
        references = self._instruments.references(bench)
        assignment = Assignment(
            request.units,
            request.seed,
            time.perf_counter_ns() + request.slice_ns,
            request.floor,
            request.most,
            request.complete,
            request.predictions,
            refill=self._cuda is not None,
        )
        observed = self._instruments.visit(cell, request.cell, bench, assignment)
        memory = self._memory_of(cell, request.cell)
        outcome = observed.outcome
        cold = cell.cold[request.cell.scenario]
        return Visited(
            samples=Samples.of(outcome.samples),
            batches=batches_of(cell),
            spent_ns=observed.spent_ns,
            reference_ns=references.device_ns,
            host_reference_ns=references.host_ns,
            tokenize_ns=outcome.tokenize_ns,
            decode_ns=outcome.decode_ns,
            pass_ns=outcome.pass_ns,
            warm_up_passes=outcome.warm_up_passes,
            first_batch_ns=cold.first_batch_ns,
            first_of_process=cold.first_of_process,
            flags=tuple(sorted({*observed.flags, *memory.flags})),
            readings=observed.readings | memory.values,
            predictions=outcome.predictions,
            embeddings=outcome.embeddings,
            non_finite=outcome.non_finite,
            attention=None if ready.attention is None else ready.attention.of(cell),
            held_bytes=held_bytes(cell),
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
        observed = self._instruments.turn(cell, request.cell, bench, assignment)
        return Turned(
            Samples.of(observed.outcome.samples).after(again),
            digest(cell),
            observed.spent_ns,
            observed.flags,
            observed.readings,
        )

    def _memory_of(self, cell: OpenCell, which: Cell) -> Readings:
        """Return readings that take the place of the whole process's."""
        if self._memory is not None:
            return self._memory.of(cell, which.scenario)
        on_cpu = self.device.type == "cpu"
        return NOT_ITS_OWN if self._own_memory and on_cpu else Readings({})

    def _need(self) -> Ready:
        if self._ready is None:
            raise RuntimeError("no checkpoint is loaded in this worker")
        return self._ready

    def _cell(self, cell: Cell) -> OpenCell:
        return self._cells[cell.task, cell.language]


def _pin(cpus: tuple[int, ...]) -> None:
    """Move every thread of this process to ``cpus``."""
    for thread in own_threads():
        os.sched_setaffinity(thread, cpus)
