import pytest
import torch

from xlbench.session import device
from xlbench.session.device import unused_gpus
from xlbench.session.session import Session

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")


class Board:
    def name(self):
        return "NVIDIA H200"


@pytest.fixture(autouse=True)
def board(monkeypatch):
    monkeypatch.setattr(device, "all_gpus", lambda: [Board()])


@pytest.mark.parametrize(
    ("asked", "became", "visible", "unused"),
    [
        ("auto", CPU, None, True),
        ("auto", CPU, "0", True),
        ("auto", CPU, "", False),
        ("auto", CPU, "-1", False),
        ("cpu", CPU, None, False),
        ("auto", CUDA, None, False),
    ],
)
def test_a_gpu_that_torch_can_not_use_is_named_unless_the_cpu_was_wanted(
    asked, became, visible, unused
):
    assert unused_gpus(asked, became, visible) == (("NVIDIA H200",) if unused else ())


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch can use the GPU of this machine")
def test_what_is_loaded_on_the_cpu_beside_a_gpu_carries_a_flag(make, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    bench = make()
    assert "gpu-unused" not in bench.load().flags
    bench.session = Session(bench.toy.load, "auto", 1)
    assert "gpu-unused" in bench.load().flags
    assert bench.session.hello().unused_gpus == ("NVIDIA H200",)
