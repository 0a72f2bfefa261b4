import os

import pytest
import torch

from xlbench.session import device
from xlbench.session.device import company, own_pid, unused_gpus
from xlbench.session.session import Session

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")


class Board:
    def __init__(self, pids=(), uuid="GPU-1"):
        self._pids, self._uuid = pids, uuid

    def name(self):
        return "NVIDIA H200"

    def uuid(self):
        return self._uuid

    def pids(self):
        return None if self._pids is None else set(self._pids)

    def parts(self):
        return ()


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


HERE = os.getpid()


@pytest.mark.parametrize(
    ("before", "now", "own"),
    [
        ((), (HERE,), HERE),
        ((7, 8), (7, 8, HERE), HERE),
        ((7, 8), (7, 8, 4242), 4242),
        ((), (4242,), 4242),
        ((7,), (7,), None),
        ((), (4242, 4243), None),
        ((), None, None),
        (None, (4242,), 4242),
    ],
    ids=map(str, range(8)),  # those of processes differ from one to the next
)
def test_in_a_container_this_process_is_the_one_that_came_with_it(monkeypatch, before, now, own):
    monkeypatch.setattr(device, "all_gpus", lambda: [Board(before), Board((99,), "GPU-2")])
    there = company()
    assert own_pid(Board(now), there) == own


def test_without_nvml_no_process_is_known():
    assert own_pid(None, {}) is None
