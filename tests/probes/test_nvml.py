from types import SimpleNamespace

import pytest

from xlbench.probes.nvml import Nvml


class Library:
    """An NVML that knows one board; what it lacks raises, as the real one does."""

    class NVMLError(Exception):
        pass

    def __init__(self, **lacking):
        self.lacking = lacking

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        if self.lacking.get("processes"):
            raise self.NVMLError("Not Supported")
        return [
            SimpleNamespace(pid=7, usedGpuMemory=1000),
            SimpleNamespace(pid=8, usedGpuMemory=None),
        ]

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return 5000

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle):
        return 0x04 | 0x40 | self.lacking.get("idle", 0)

    def nvmlDeviceGetViolationStatus(self, handle, policy):
        if policy not in (0, 1):
            raise self.NVMLError("Not Supported")
        return SimpleNamespace(referenceTime=9, violationTime=1000 + policy)

    def nvmlSystemGetDriverVersion(self):
        raise self.NVMLError("Driver Not Loaded")

    def nvmlDeviceGetName(self, handle):
        return "Board"

    def nvmlDeviceGetTemperature(self, handle, sensor):
        raise self.NVMLError("Not Supported")


def test_a_process_is_found_by_its_number_and_only_then():
    board = Nvml(Library(), None)
    assert board.process_bytes(7) == 1000
    assert board.process_bytes(8) is None
    assert board.process_bytes(9) is None
    assert board.other_processes(7) == 1
    assert board.other_processes(None) is None, "which of them is this one can't be told"
    assert board.pids() == {7, 8}


def test_what_the_board_does_not_tell_is_none_and_not_zero():
    board = Nvml(Library(processes=True), None)
    assert board.process_bytes(7) is None
    assert board.other_processes(7) is None
    facts = board.describe()
    assert facts["name"] == "Board"
    assert facts["temperature_c"] is None and facts["power_w"] is None
    assert facts["sm_clock_mhz"] is None


def test_idleness_is_no_throttling_but_heat_and_power_are():
    assert Nvml(Library(), None).throttled() == ("power-cap", "hw-thermal")
    assert Nvml(Library(idle=1), None).throttled() == ()


def test_how_long_the_clocks_were_down_is_told_by_reason_as_far_as_it_is_counted():
    assert Nvml(Library(), None).throttled_ns() == {"power-cap": 1000, "thermal": 1001}


def test_an_error_that_is_not_nvmls_is_not_swallowed():
    class Broken(Library):
        def nvmlDeviceGetTotalEnergyConsumption(self, handle):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Nvml(Broken(), None).energy_mj()


def test_persistence_use_and_clock_are_none_where_the_board_does_not_tell():
    board = Nvml(Library(), None)
    assert board.persistence() is None
    assert board.utilization() is None
    assert board.sm_clock_mhz() is None

    class Talkative(Library):
        def nvmlDeviceGetPersistenceMode(self, handle):
            return 0

        def nvmlDeviceGetUtilizationRates(self, handle):
            return SimpleNamespace(gpu=7)

        def nvmlDeviceGetClockInfo(self, handle, kind):
            return {1: 1500, 2: 2600}[kind]

    board = Nvml(Talkative(), None)
    assert (board.persistence(), board.utilization(), board.sm_clock_mhz()) == (False, 7, 1500)
