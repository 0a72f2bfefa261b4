"""What lives in a worker: one loaded model, the open cells, and the visits to them."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from xlbench.encode.plan import Packing
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.measure.reference import Reference
from xlbench.measure.warmup import Rule
from xlbench.probes.cuda import CudaPeak, DeviceMemory
from xlbench.probes.frequency import cpu_mhz
from xlbench.probes.host import PeakRss
from xlbench.probes.noise import Noise, NoiseMeter, allowed_cpus
from xlbench.probes.nvml import Nvml, open_nvml
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.registry import kind_of
from xlbench.workers.cell import Cell
from xlbench.workers.columns import SAMPLE_COLUMNS
from xlbench.workers.engine import Engine
from xlbench.workers.offline import offline
from xlbench.workers.single_stream import single_stream
from xlbench.workers.visit import Order, Scenario, Visit, Warmth

SCENARIOS: dict[str, Scenario] = {"single-stream": single_stream, "offline": offline}

TURN_SETTLE_NS = 10_000_000
"""As ``Order.settle_ns``, for turns: both arms find the caches alike, and the time is better spent
on the next pair of batches while the noise is still the same."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a loader gives to a session.

    Attributes:
        model: takes ``(input_ids, attention_mask[, token_type_ids])``, returns tensors.
        tokenizer: a fast tokenizer with ``pad_token_id``.
        labels: the task's label for each index of the logits.
        weights_bytes: bytes of parameters and buffers.
        flags: what every cell of this checkpoint carries (``random-weights``, ...).
    """

    model: Callable[..., Any]
    tokenizer: Any
    labels: Sequence[str]
    weights_bytes: int
    flags: tuple[str, ...] = ()


Loader = Callable[[dict[str, Any], torch.device, str, str | None], Model]


class Session:
    """Answers the controller's requests; holds one model at a time.

    Args:
        loader: makes the model from a checkpoint's JSON, device, dtype and attention.
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads, or ``None`` for torch's own choice.
        rule: when a shape is warm.
    """

    def __init__(self, loader: Loader, device: str, threads: int | None, rule: Rule) -> None:
        self._loader, self._rule = loader, rule
        self.device = _device(device)
        if threads is not None:
            torch.set_num_threads(threads)
        self._cells: dict[str, Cell] = {}
        self._model: Model | None = None
        self._engine: Engine | None = None
        self._warm: Warmth | None = None
        self._reference = Reference(self.device)
        self._nvml = self._open_nvml()
        self._noise = NoiseMeter(self._nvml)
        self._cuda_peak = CudaPeak(torch.cuda, self.device) if self._on_cuda else None

    @property
    def _on_cuda(self) -> bool:
        return self.device.type == "cuda"

    def hello(self) -> dict[str, Any]:
        """Return versions, device, threads and affinity: the worker's part of the evidence."""
        import transformers

        gpu = None
        if self._on_cuda:
            properties = torch.cuda.get_device_properties(self.device)
            gpu = {
                "name": properties.name,
                "capability": [properties.major, properties.minor],
                "memory_total_bytes": properties.total_memory,
                "nvml": None if self._nvml is None else self._nvml.describe(),
                "other_processes": (
                    None if self._nvml is None else self._nvml.other_processes(os.getpid())
                ),
            }
        return {
            "pid": os.getpid(),
            "python": platform.python_version(),
            "executable": sys.executable,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "numpy": np.__version__,
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version() if self._on_cuda else None,  # type: ignore[no-untyped-call]
            "device": str(self.device),
            "gpu": gpu,
            "threads": torch.get_num_threads(),
            "interop_threads": torch.get_num_interop_threads(),
            "affinity": sorted(os.sched_getaffinity(0)),
            "matmul_precision": torch.get_float32_matmul_precision(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        }

    def load(self, spec: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
        """Load a checkpoint in place of the present one; return its cost and flags."""
        if self._model is not None:
            self._unload()
        start_ns = time.perf_counter_ns()
        model = self._loader(spec, self.device, options["dtype"], options["attn"])
        if self._on_cuda:
            torch.cuda.synchronize(self.device)
        load_ns = time.perf_counter_ns() - start_ns
        pad_id = int(model.tokenizer.pad_token_id or 0)
        self._model = model
        self._engine = Engine(model.model, self.device, options["runtime"], pad_id)
        self._warm = Warmth(self._rule, self._engine.static_shapes)
        # What is loaded stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        return {
            "load_ns": load_ns,
            "weights_bytes": model.weights_bytes,
            "flags": list(model.flags),
            "clock": self._engine.clock.name,
        }

    def _unload(self) -> None:
        self._cells.clear()
        self._model = self._engine = self._warm = None
        gc.unfreeze()
        gc.collect()
        if self._on_cuda:
            torch.cuda.empty_cache()

    def open(
        self, key: str, task: str, language: str, packing: dict[str, Any], examples: list[Example]
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Take a cell's examples; return its counts and plan."""
        engine, model = self._need()
        known = TASKS[task]
        cell = Cell(
            known,
            language,
            kind_of(known),
            model.labels,
            examples,
            Packing(max_length=known.max_length, **packing),
            engine.pad_id,
        )
        cell.encode(model.tokenizer)
        self._cells[key] = cell
        counts = np.array(
            [(c.tokens, c.words, c.chars, c.truncated) for c in cell.counts], dtype=np.int64
        ).reshape(-1, 4)
        return {"windows": len(cell.windows), **_plan_facts(cell)}, [counts]

    def close(self, key: str) -> None:
        """Forget a cell."""
        self._cells.pop(key, None)

    def visit(
        self, key: str, scenario: str, request: dict[str, Any]
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Run one visit and return samples, totals, memory and noise.

        The peaks of memory are reset right before and read right after.
        """
        engine, _ = self._need()
        cell = self._cells[key]
        with torch.inference_mode():
            reference_ns = self._reference.time_ns(engine.clock)
        units = request["units"]
        if units is None:
            units = np.random.default_rng(request["seed"]).permutation(len(cell.plans)).tolist()
        order = Order(
            units,
            time.perf_counter_ns() + request["slice_ns"],
            request["floor"],
            request["complete"],
            request["predictions"],
        )
        rss = PeakRss(sample_only=request.get("sample_rss", False))
        gc.collect()
        rss.start()
        if self._cuda_peak is not None:
            self._cuda_peak.start()
        energy = None if self._nvml is None else self._nvml.energy_mj()
        visit, spent_ns, noticed = self._run(cell, scenario, order)
        clocks = self._clocks()
        memory = DeviceMemory() if self._cuda_peak is None else self._cuda_peak.stop()
        peak = rss.stop()
        spent_mj = None
        if self._nvml is not None and energy is not None:
            after = self._nvml.energy_mj()
            spent_mj = None if after is None else after - energy
        visit.flags.update(rss.flags)
        samples = np.array(visit.samples, dtype=np.int64).reshape(-1, len(SAMPLE_COLUMNS))
        reply = {
            "spent_ns": spent_ns,
            "reference_ns": reference_ns,
            "tokenize_ns": visit.tokenize_ns,
            "decode_ns": visit.decode_ns,
            "pass_ns": visit.pass_ns,
            "warm_up_passes": visit.warm_up_passes,
            "flags": sorted(visit.flags),
            "answers": visit.answers,
            "first_batch_ns": cell.first_batch_ns,
            "first_of_process": cell.first_of_process,
            "halvings": cell.halvings,
            "rss_before_bytes": rss.before_bytes,
            "peak_rss_bytes": peak,
            "peak_vram_allocated_bytes": memory.allocated_bytes,
            "peak_vram_reserved_bytes": memory.reserved_bytes,
            "peak_vram_process_bytes": self._process_vram(),
            "energy_mj": spent_mj,
            **clocks,
            **noticed.columns(),
            **_plan_facts(cell),
        }
        return reply, [samples, *_embeddings(visit)]

    def turn(self, key: str, scenario: str, units: list[int]) -> tuple[dict[str, Any], list[Any]]:
        """Run exactly these units, once each, and return their samples.

        For taking turns with another worker: no more is done around it than reading the
        counters of noise, and a short first pass is repeated, for the caches hold what the
        other worker left there.
        """
        assert self._warm is not None
        cell = self._cells[key]
        again = scenario == "offline" and self._warm.takes_less(
            cell.plans[units[0]].shape, TURN_SETTLE_NS
        )
        order = Order([units[0]] * again + units, 0, len(units) + again, settle_ns=TURN_SETTLE_NS)
        visit, spent_ns, noticed = self._run(cell, scenario, order)
        samples = np.array(visit.samples, dtype=np.int64).reshape(-1, len(SAMPLE_COLUMNS))
        reply = {
            "flags": sorted(visit.flags),
            "spent_ns": spent_ns,
            **noticed.columns(),
            "plan": _plan_digest(cell),
        }
        return reply, [samples[again:]]

    def _run(self, cell: Cell, scenario: str, order: Order) -> tuple[Visit, int, Noise]:
        """Run a scenario, the garbage collector off; return what it brought, ns and noise."""
        engine, model = self._need()
        assert self._warm is not None
        gc.disable()
        before = self._noise.read()
        start_ns = time.perf_counter_ns()
        try:
            with torch.inference_mode():
                visit = SCENARIOS[scenario](cell, engine, model.tokenizer, self._warm, order)
        finally:
            gc.enable()
        spent_ns = time.perf_counter_ns() - start_ns
        return visit, spent_ns, self._noise.since(before)

    def pin(self, cpus: list[int]) -> None:
        """Move every thread of this process to ``cpus``."""
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(thread.name), cpus)

    def _clocks(self) -> dict[str, int | None]:
        """Return the frequencies as the work left them."""
        return {
            "cpu_mhz": cpu_mhz(allowed_cpus()),
            "gpu_mhz": None if self._nvml is None else self._nvml.sm_clock_mhz(),
        }

    def _process_vram(self) -> int | None:
        return None if self._nvml is None else self._nvml.process_bytes(os.getpid())

    def _need(self) -> tuple[Engine, Model]:
        if self._engine is None or self._model is None:
            raise RuntimeError("no checkpoint is loaded in this worker")
        return self._engine, self._model

    def _open_nvml(self) -> Nvml | None:
        if not self._on_cuda:
            return None
        uuid = getattr(torch.cuda.get_device_properties(self.device), "uuid", None)
        return None if uuid is None else open_nvml(str(uuid))


def _embeddings(visit: Visit) -> list[np.ndarray]:
    return [] if visit.embeddings is None else [visit.embeddings]


def _plan_digest(cell: Cell) -> str:
    """A digest of the batches: cells that share it have the same units."""
    plans = repr([(batch.rows, batch.padded_length) for batch in cell.plans])
    return hashlib.blake2b(plans.encode(), digest_size=8).hexdigest()


def _plan_facts(cell: Cell) -> dict[str, Any]:
    sizes = [batch.padded_tokens for batch in cell.plans]
    return {
        "plan": _plan_digest(cell),
        "largest": int(np.argmax(sizes)) if sizes else 0,
        "n_batches": len(cell.plans),
        "tokens": sum(batch.tokens for batch in cell.plans),
        "padded_tokens": sum(batch.padded_tokens for batch in cell.plans),
        "edges": list(cell.edges),
        "packing": [cell.packing.batch_size, cell.packing.tokens_per_batch],
    }


def _device(name: str) -> torch.device:
    available = torch.cuda.is_available()
    if name == "auto":
        name = "cuda:0" if available else "cpu"
    device = torch.device(name)
    if device.type == "cuda":
        if not available:
            raise UserError(f"--device {name}: torch sees no CUDA device here; use --device cpu")
        if (device.index or 0) >= torch.cuda.device_count():
            raise UserError(
                f"--device {name}: torch sees {torch.cuda.device_count()} CUDA "
                "devices, numbered from 0"
            )
        torch.cuda.set_device(device)
    return device
