"""Visits on a GPU that is none: two clocks, a limit of memory, graphs that live in pools."""

import time

import pytest
import torch
from virtual_gpu import VirtualGpu

from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.measure.loop import AHEAD
from xlbench.session import ready, session
from xlbench.session.kept_outputs import KeptOutputs
from xlbench.session.model import Model
from xlbench.session.room import Room
from xlbench.session.runtimes import Runtime, runtime_named
from xlbench.session.runtimes.cudagraph import CudaGraphs
from xlbench.session.session import Session
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.protocol import Load, Open, Visit

SPEC = CheckpointSpec("toy", "xnli", "pair", "toy", None, {}, "random", 0, "nowhere")
ALLOCATED, RESERVED = "peak_vram_allocated_bytes", "peak_vram_reserved_bytes"
MS = 1_000_000


class Tokenizer:
    pad_token_id = 1
    model_input_names = ("input_ids", "attention_mask")

    def num_special_tokens_to_add(self, pair=False):
        return 4

    def __call__(self, first, second=None, **_):
        return {"input_ids": [[5] * (4 + len(text.split())) for text in first]}


class OnGpu:
    """A session on a virtual GPU, with one cell of XNLI for each language."""

    def __init__(self, gpu, runtime):
        self.gpu = gpu
        self.session = Session(self.load, "cpu", 1)
        self.session.load(Load(SPEC, "fp32", None, runtime))

    def load(self, checkpoint, device, dtype, attn):
        return Model(self.forward, Tokenizer(), ("contradiction", "entailment", "neutral"), 1)

    def forward(self, ids, mask):
        self.gpu.forward(*ids.shape)
        return (torch.zeros(ids.shape[0], 3),)

    def open(self, lengths, language="en", tokens=512):
        examples = [PairExample(str(i), "w " * (n - 4), "", None) for i, n in enumerate(lengths)]
        packing = Packing("bucket", None, tokens, 128)
        return self.session.open(Open("xnli", language, packing), iter(examples))

    def visit(self, scenario="offline", language="en", slice_ns=0, floor=1, complete=False):
        cell = Cell("xnli", language, scenario)
        return self.session.visit(Visit(cell, 0, slice_ns, floor, complete=complete))


@pytest.fixture
def on_gpu(monkeypatch):
    def on_gpu(runtime="eager", **properties):
        gpu = VirtualGpu(**properties)
        monkeypatch.setattr(session, "cuda_of", lambda device: gpu)
        monkeypatch.setattr(time, "perf_counter_ns", lambda: gpu.host)
        monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: tensor.clone())
        graphs = Runtime(lambda model, device: CudaGraphs(model, gpu), static_shapes=True)
        monkeypatch.setattr(
            ready, "runtime_named", lambda name: graphs if name == "graphs" else runtime_named(name)
        )
        return OnGpu(gpu, runtime)

    return on_gpu


LENGTHS = [10] * 40 + [30] * 40 + [60] * 40


@pytest.mark.parametrize("runtime", ["eager", "graphs"])
def test_the_times_between_batches_are_the_time_of_the_loop_where_the_host_is_the_slower(
    on_gpu, runtime
):
    bench = on_gpu(runtime, launch_ns=MS, ns_per_token=100)
    bench.open(LENGTHS)
    bench.visit(complete=True)
    start = bench.gpu.host
    told = bench.visit(floor=30).samples
    spent = bench.gpu.host - start
    cycles, latencies = (told.column(name).sum() for name in ("cycle_ns", "latency_ns"))
    assert len(told) == 30 and 30 * MS <= cycles <= spent
    assert cycles >= latencies


def test_graphs_share_a_pool_that_holds_no_more_than_the_largest_needs(on_gpu):
    bench = on_gpu("graphs")
    for language, lengths in (("en", LENGTHS), ("de", [20] * 50), ("fr", [25, 125] * 20)):
        bench.open(lengths, language)
    bench.visit(language="fr", complete=True)
    most = bench.gpu.memory_reserved()
    for language in ("en", "de"):
        bench.visit(language=language, complete=True)
    assert len(bench.gpu.pools) == 1
    assert bench.gpu.memory_reserved() == most


def test_the_largest_shape_of_a_visit_is_captured_first(on_gpu):
    bench = on_gpu("graphs")
    bench.open(LENGTHS)
    bench.visit(complete=True)
    sizes = [rows * length for rows, length in bench.gpu.captured]
    assert sizes == sorted(sizes, reverse=True) and len(set(bench.gpu.captured)) == len(sizes) > 3
    single = on_gpu("graphs")
    single.open([10, 20, 30, 60])
    single.visit("single-stream", floor=8)
    assert single.gpu.captured[0] == (1, 64)


ENDS = [
    None,
    torch.AcceleratorError("CUDA error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]


@pytest.mark.parametrize("error", ENDS, ids=str)
def test_graphs_are_dropped_where_memory_runs_out_and_smaller_ones_captured(on_gpu, error):
    bench = on_gpu("graphs", bytes_per_token=100_000, total=40_000_000, capture_error=error)
    bench.open([64] * 64, tokens=1024)
    told = bench.visit(complete=True)
    assert "oom-halved" in told.flags
    rows = set(told.samples.column("rows").tolist())
    assert max(rows) * 64 * 100_000 * 2 + 10_000_000 <= 40_000_000
    assert told.readings[RESERVED] <= 40_000_000
    assert len(bench.gpu.pools) == 1, "the pool of the attempts before is gone"


def test_a_capture_that_memory_ended_in_an_error_of_its_own_is_memory_that_ran_out():
    from xlbench.session.device_errors import context_lost, out_of_memory

    error = torch.AcceleratorError(
        "CUDA error: operation failed due to a previous error during capture"
    )
    assert context_lost(error) and not out_of_memory(error)
    error.__context__ = torch.OutOfMemoryError("CUDA out of memory")
    assert out_of_memory(error) and not context_lost(error)


def test_the_peak_after_halving_is_that_of_the_attempt_that_went_through(on_gpu):
    bench = on_gpu(bytes_per_token=10_000, total=14_000_000)
    bench.open([64] * 64, tokens=1024)
    # 640,000 bytes a row: 16 rows don't fit beside the weights, 4 do.
    told = bench.visit(complete=True)
    rows = max(told.samples.column("rows").tolist())
    assert told.readings[ALLOCATED] == 10_000_000 + rows * 64 * 10_000
    again = bench.visit(floor=told.batches.count)
    assert again.readings[ALLOCATED] == told.readings[ALLOCATED]
    assert set(again.samples.column("unit").tolist()) == set(range(told.batches.count))


def test_the_peak_of_an_attempt_that_failed_is_not_that_of_the_visit(on_gpu, monkeypatch):
    bench = on_gpu(bytes_per_token=10_000)
    bench.open([64] * 5 + [32] * 16, tokens=512)
    real = bench.gpu.forward

    def forward(rows, length):
        # What is full is not the largest batch: that one has run by then.
        if length == 32 and rows > 4:
            raise torch.OutOfMemoryError("CUDA out of memory (as if)")
        real(rows, length)

    monkeypatch.setattr(bench.gpu, "forward", forward)
    told = bench.visit(complete=True)
    assert "oom-halved" in told.flags
    assert told.readings[ALLOCATED] == 10_000_000 + 4 * 32 * 10_000


@pytest.mark.parametrize("runtime", ["eager", "graphs"])
def test_peaks_are_the_same_at_every_visit_whatever_was_visited_between(on_gpu, runtime):
    bench = on_gpu(runtime)
    bench.open(LENGTHS, tokens=256)
    bench.open([25, 125] * 20, "fr")
    first, other = bench.visit(complete=True), bench.visit(language="fr", complete=True)
    again = bench.visit(complete=True)
    assert first.readings[ALLOCATED] == again.readings[ALLOCATED] < other.readings[ALLOCATED]
    largest = max(rows * length for rows, length in _shapes(first))
    if runtime == "eager":
        assert again.readings[ALLOCATED] == 10_000_000 + largest * 1_000
        assert again.readings[RESERVED] == first.readings[RESERVED]
    else:
        assert again.readings[ALLOCATED] >= 10_000_000 + largest * 1_000, "not the weights alone"


def _shapes(told):
    names = ("rows", "padded_length")
    return zip(*(told.samples.column(name).tolist() for name in names), strict=True)


@pytest.mark.parametrize("scenario", ["offline", "single-stream"])
def test_no_timed_batch_pays_for_memory_from_the_driver(on_gpu, scenario):
    bench = on_gpu(malloc_ns=50 * MS, ns_per_token=1000)
    bench.open(LENGTHS)
    for _ in range(3):
        told = bench.visit(scenario, floor=20)
        times = told.samples.column("latency_ns")
        assert times.max() < 50 * MS


@pytest.mark.parametrize("scenario", ["offline", "single-stream"])
def test_no_timed_batch_pays_for_a_new_shape(on_gpu, scenario):
    bench = on_gpu(new_shape_ns=150 * MS)
    bench.open(list(range(10, 60)))
    told = bench.visit(scenario, floor=50)
    assert told.samples.column("latency_ns").max() < 150 * MS


def test_languages_of_a_task_share_the_shapes_that_are_captured(on_gpu):
    bench = on_gpu("graphs")
    shapes = []
    for number, language in enumerate(("en", "de", "fr", "es", "th", "sw", "tr", "vi")):
        bench.open([5 + (37 * i + 11 * number) % 120 for i in range(60 + number)], language)
        bench.visit(language=language, complete=True)
        shapes.append(len(set(bench.gpu.captured)))
    assert shapes[-1] <= 48
    assert shapes[-1] - shapes[3] <= 6, "later languages hardly bring new ones"


def test_outputs_are_page_locked_for_a_few_batches_only(monkeypatch):
    class Engine:
        on_cuda = True
        settled = False

        def fetch(self, outputs):
            return tuple(Pinned(o) for o in outputs)

        def settle(self):
            self.settled = True

    alive = []

    def Pinned(tensor):
        copy = tensor.clone()
        alive.append(copy.data_ptr())
        return copy

    kept = KeptOutputs(Engine(), Room(1000))
    for unit in range(10):
        kept.add(unit, (torch.full((2,), float(unit)),))
        assert len(kept._coming) <= AHEAD + 1
    outputs = list(kept.all())
    assert kept._engine.settled
    assert {unit: o[0].tolist() for unit, o in outputs} == {
        unit: [float(unit)] * 2 for unit in range(10)
    }


def test_a_whole_pass_does_not_run_far_ahead_of_the_device(on_gpu, monkeypatch):
    bench = on_gpu(launch_ns=1000, ns_per_token=100_000)
    bench.open([60] * 64, tokens=60)
    bench.visit()
    ahead = []
    real = bench.gpu.launch

    def launch(work_ns):
        real(work_ns)
        ahead.append(bench.gpu.free - bench.gpu.host)

    monkeypatch.setattr(bench.gpu, "launch", launch)
    bench.visit(complete=True)
    assert max(ahead) <= (AHEAD + 1) * 60 * 100_000


def test_the_host_has_a_reference_kernel_of_its_own(on_gpu):
    bench = on_gpu()
    bench.open(LENGTHS)
    told = bench.visit()
    assert told.host_reference_ns is not None and told.reference_ns is not None
