import pytest

from xlbench.doctor import gpu
from xlbench.doctor.finding import fit
from xlbench.errors import UserError


class Board:
    """A board behind the surface of ``probes.nvml.Nvml``."""

    def __init__(self, **told):
        self.told = {
            "others": 0,
            "use": 0,
            "persistence": True,
            "reasons": [],
            "celsius": 40,
        } | told

    def other_processes(self, pid):
        return self.told["others"]

    def utilization(self):
        return self.told["use"]

    def persistence(self):
        return self.told["persistence"]

    def describe(self):
        return {
            "name": "Board",
            "sm_clock_mhz": 1000,
            "max_sm_clock_mhz": 2000,
            "throttle_reasons": self.told["reasons"],
            "temperature_c": self.told["celsius"],
        }


def statuses(**told):
    found = gpu.examine(Board(**told), "GPU 0", 1)
    return {finding.name.removeprefix("GPU 0 "): finding.status for finding in found}


def test_a_quiet_board_is_ok():
    assert set(statuses().values()) == {"ok"}


@pytest.mark.parametrize(
    ("told", "check", "status"),
    [
        ({"others": 2}, "company", "bad"),
        ({"use": 60}, "company", "bad"),
        ({"others": None, "use": None}, "company", "unknown"),
        ({"persistence": False}, "persistence", "warn"),
        ({"persistence": None}, "persistence", "unknown"),
        ({"reasons": ["hw-thermal"]}, "clocks", "bad"),
        ({"celsius": 85}, "temperature", "warn"),
        ({"celsius": None}, "temperature", "unknown"),
    ],
)
def test_what_disturbs_a_board_is_told(told, check, status):
    assert statuses(**told)[check] == status


def test_no_board_is_no_fault_unless_one_was_asked_for(monkeypatch):
    monkeypatch.setattr(gpu, "all_gpus", list)
    assert fit(gpu.gpus("auto", 1))
    assert gpu.gpus("cpu", 1) == []
    monkeypatch.setattr(gpu, "_identity", lambda index: (None, "torch sees 0 CUDA devices"))
    (found,) = gpu.gpus("cuda:3", 1)
    assert (found.status, found.found) == ("bad", "torch sees 0 CUDA devices")


def test_every_board_is_examined(monkeypatch):
    monkeypatch.setattr(gpu, "all_gpus", lambda: [Board(), Board(others=1)])
    bad = [f.name for f in gpu.gpus("auto", 1) if f.status == "bad"]
    assert bad == ["GPU 1 company"]


@pytest.mark.parametrize("device", ["tpu", "cuda:x", ""])
def test_a_device_that_is_none_is_refused(device):
    with pytest.raises(UserError, match="--device"):
        gpu.gpus(device, 1)
