import gc
import sys
from types import ModuleType

import pytest
import torch
from virtual_gpu import VirtualGpu

from xlbench.arm_options import EXPORTED, RUNTIMES
from xlbench.errors import UserError
from xlbench.session.runtimes import Runtime, runtime_named
from xlbench.session.runtimes import compile as compiling
from xlbench.session.runtimes.cudagraph import CudaGraphs


def test_a_graph_is_captured_once_a_shape_and_replayed_on_new_inputs():
    gpu, runs = VirtualGpu(), []

    def model(ids, mask):
        gpu.forward(*ids.shape)
        runs.append(ids)
        return (ids * mask,)

    graphs = CudaGraphs(model, gpu)
    ones = torch.ones(2, 3, dtype=torch.long)
    graphs(ones * 4, ones)
    replayed = gpu.free
    graphs(ones * 7, ones)
    assert gpu.captured == [(2, 3)] and gpu.passes == [(2, 3)] * 3
    assert runs[-1].tolist() == [[7] * 3] * 2, "the buffers that the graph reads"
    assert gpu.free - replayed >= 6 * gpu.ns_per_token
    graphs(torch.ones(1, 5, dtype=torch.long), torch.ones(1, 5, dtype=torch.long))
    assert gpu.captured == [(2, 3), (1, 5)]


def test_a_model_that_reads_from_the_device_can_not_be_captured():
    gpu = VirtualGpu()

    def model(ids, mask):
        gpu.read()
        return (ids,)

    with pytest.raises(torch.AcceleratorError, match="capturing"):
        CudaGraphs(model, gpu)(torch.ones(2, 3), torch.ones(2, 3))


def test_nothing_is_collected_while_a_graph_is_captured():
    # A graph that is ended meanwhile, as garbage of a model before, would invalidate the capture.
    gpu, collecting = VirtualGpu(), []

    def model(ids, mask):
        if gpu.capturing is not None:
            collecting.append(gc.isenabled())
        gpu.forward(*ids.shape)
        return (ids,)

    def failing(ids, mask):
        if gpu.capturing is not None:
            gpu.read()
        return (ids,)

    one = torch.ones(1, 3)
    CudaGraphs(model, gpu)(one, one)
    assert collecting == [False] and gc.isenabled()
    with pytest.raises(torch.AcceleratorError):
        CudaGraphs(failing, gpu)(one, one)
    assert gc.isenabled()
    gc.disable()
    try:
        CudaGraphs(model, gpu)(one, one)
        assert not gc.isenabled(), "as a visit has it"
    finally:
        gc.enable()


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


@pytest.mark.parametrize(
    ("lacking", "why"),
    [("triton", "needs Triton"), ("cc", "needs a C compiler"), ("Python.h", "headers of Python")],
)
def test_compiling_for_a_gpu_without_what_triton_needs_is_refused_with_the_way_out(
    monkeypatch, tmp_path, lacking, why
):
    (tmp_path / "Python.h").touch()
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(compiling, "find_spec", lambda name: None if lacking == "triton" else name)
    monkeypatch.setattr("shutil.which", lambda name: None if lacking == "cc" else name)
    place = tmp_path / "nowhere" if lacking == "Python.h" else tmp_path
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(place))
    with pytest.raises(UserError, match=f"{why}.*runtime=eager"):
        runtime_named("compile").wrap(lambda: None, torch.device("cuda:0"))


def test_a_compiler_that_is_named_is_looked_for(monkeypatch):
    monkeypatch.setenv("CXX", "/opt/my-c++ -m64")
    monkeypatch.setattr("shutil.which", lambda name: name if name == "/opt/my-c++" else None)
    assert runtime_named("compile").wrap(lambda: None, CPU) is not None


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
    assert edges == (32,), "lengths this near share a shape"
    assert set(found.column("padded_length").tolist()) == {32}, "and so do single examples"
