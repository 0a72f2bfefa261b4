import sys
from contextlib import contextmanager
from types import ModuleType

import pytest
import torch

from xlbench.arms import EXPORTED, RUNTIMES
from xlbench.errors import UserError
from xlbench.session.runtimes import Runtime, runtime_named
from xlbench.session.runtimes.cudagraph import CudaGraphs


class FakeCuda:
    """Captures by remembering what to run; replays by running it on the captured buffers."""

    def __init__(self):
        self.captures = 0
        self.waits = []

    class Stream:
        def wait_stream(self, other):
            pass

    def current_stream(self):
        return self.Stream()

    @contextmanager
    def stream(self, stream):
        yield

    class CUDAGraph:
        def replay(self):
            self.run()

    @contextmanager
    def graph(self, graph):
        self.captures += 1
        self.capturing = graph
        yield


def graphed():
    cuda = FakeCuda()
    runs = []

    def model(ids, mask):
        runs.append(tuple(ids.shape))
        output = torch.zeros_like(ids)

        def run():
            output.copy_(ids * mask)

        run()
        if hasattr(cuda, "capturing"):
            cuda.capturing.run = run
        return (output,)

    return CudaGraphs(model, cuda), cuda, runs


def test_a_graph_is_captured_once_a_shape_and_replayed_on_new_inputs():
    graphs, cuda, runs = graphed()
    ones = torch.ones(2, 3, dtype=torch.long)
    assert graphs(ones * 4, ones)[0].tolist() == [[4] * 3] * 2
    assert graphs(ones * 7, ones)[0].tolist() == [[7] * 3] * 2
    assert cuda.captures == 1
    graphs(torch.ones(1, 5, dtype=torch.long), torch.ones(1, 5, dtype=torch.long))
    assert cuda.captures == 2
    assert runs.count((2, 3)) == 4, "three passes before the capture, and the capture"


CPU = torch.device("cpu")


def test_every_runtime_that_an_arm_can_name_is_there():
    for name in RUNTIMES:
        runtime = runtime_named(name)
        assert runtime.static_shapes == (name in ("compile", "cudagraph"))
        assert (runtime.prepare is not None) == (name in EXPORTED)


def test_cuda_graphs_on_a_cpu_are_refused_with_the_way_out():
    with pytest.raises(UserError, match="use eager or compile"):
        runtime_named("cudagraph").wrap(lambda: None, CPU)


def test_eager_runs_the_model_itself():
    def model():
        return ()

    assert runtime_named("eager").wrap(model, CPU) is model


def test_compiling_without_a_compiler_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UserError, match="C\\+\\+ compiler"):
        runtime_named("compile").wrap(lambda: None, CPU)


def test_a_new_runtime_is_a_file_and_a_name(make, monkeypatch):
    seen = []

    def wrap(model, device):
        return lambda *inputs: (seen.append(device), model(*inputs))[1]

    stub = ModuleType("xlbench.session.runtimes.stub")
    stub.RUNTIME = Runtime(wrap, static_shapes=True, versions=lambda: {"stub": "1.2"})
    monkeypatch.setitem(sys.modules, stub.__name__, stub)
    bench = make()
    loaded = bench.load(runtime="stub")
    assert loaded.versions == {"stub": "1.2"}
    edges = bench.open([29, 30] * 6).batches.edges
    found = bench.visit("single-stream", floor=12).samples
    assert seen and set(seen) == {CPU}
    assert edges == (30,), "lengths this near share a shape"
    assert set(found.column("padded_length").tolist()) == {30}, "and so do single examples"
