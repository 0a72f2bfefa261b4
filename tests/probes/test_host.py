import mmap
import threading

import pytest

from xlbench.probes import environment, host
from xlbench.probes.cuda import CudaPeak
from xlbench.probes.environment import host as facts
from xlbench.probes.environment import machine_fingerprint

MIB = 2**20


def spike(size):
    with mmap.mmap(-1, size) as block:
        for page in range(0, size, mmap.PAGESIZE):
            block[page] = 1


def stopped(peak):
    """What it grew by, and the flags."""
    told = peak.stop()
    return told.values["peak_rss_bytes"] - told.values["rss_before_bytes"], told.flags


@pytest.mark.skipif(not host.reset_peak(), reason="this kernel does not let the peak be reset")
@pytest.mark.parametrize("size", [8 * MIB, 64 * MIB])
def test_a_block_that_is_gone_again_is_in_the_peak(size):
    peak = host.PeakRss()
    peak.start()
    spike(size)
    grown, flags = stopped(peak)
    assert abs(grown - size) < 2 * MIB
    assert flags == ()


@pytest.mark.skipif(not host.reset_peak(), reason="this kernel does not let the peak be reset")
def test_an_earlier_spike_is_not_in_the_peak():
    spike(64 * MIB)
    peak = host.PeakRss()
    peak.start()
    assert stopped(peak)[0] < 2 * MIB


def test_where_the_mark_cannot_be_reset_a_thread_samples_and_says_so(monkeypatch):
    seen, before, rss_bytes = threading.Event(), host.rss_bytes(), host.rss_bytes

    def sampled():
        now = rss_bytes()
        if now - before > 60 * MIB:
            seen.set()
        return now

    monkeypatch.setattr(host, "reset_peak", lambda: False)
    monkeypatch.setattr(host, "rss_bytes", sampled)
    peak = host.PeakRss()
    peak.start()
    with mmap.mmap(-1, 64 * MIB) as block:
        for page in range(0, 64 * MIB, mmap.PAGESIZE):
            block[page] = 1
        assert seen.wait(60)
    grown, flags = stopped(peak)
    assert grown > 60 * MIB
    assert flags == ("rss-sampled",)


def test_the_sampler_of_work_that_failed_ends_when_the_next_begins(monkeypatch):
    monkeypatch.setattr(host, "reset_peak", lambda: False)
    before = threading.active_count()
    peak = host.PeakRss()
    peak.start()
    peak.start()
    assert threading.active_count() == before + 1
    peak.stop()
    assert threading.active_count() == before


def test_the_device_peak_is_reset_before_and_read_after():
    calls, seen = [], [9, 4]

    class Cuda:
        def __getattr__(self, name):
            def call(device=None):
                calls.append(name)
                return 5 if name.startswith("max") else None

            return call

    peak = CudaPeak(Cuda(), "cuda:0", lambda: seen.pop())
    peak.start()
    told = peak.stop()
    assert calls.index("reset_peak_memory_stats") < calls.index("max_memory_allocated")
    assert calls[0] == "synchronize" and "empty_cache" in calls
    assert told.values == {"peak_vram_allocated_bytes": 5, "peak_vram_reserved_bytes": 5}
    assert peak.stop().values["peak_vram_allocated_bytes"] == 9, "what the allocator did not see"


def test_the_fingerprint_is_that_of_the_hardware_not_of_the_moment():
    one = facts()
    other = {**one, "load_average": [9, 9, 9], "governor": "powersave"}
    assert machine_fingerprint(one) == machine_fingerprint(other)
    assert machine_fingerprint({**one, "cpus": 999}) != machine_fingerprint(one)


class Named:
    def __init__(self, name):
        self._name = name

    def name(self):
        return self._name


def test_machines_of_different_gpus_are_different_machines(monkeypatch):
    def machine(*names):
        monkeypatch.setattr(environment, "all_gpus", lambda: [Named(name) for name in names])
        found = facts()
        assert found["gpu_names"] == (sorted(n for n in names if n) or None)
        return machine_fingerprint(found)

    h100, h200 = "NVIDIA H100 80GB HBM3", "NVIDIA H200"
    one_each = machine(h100), machine(h200), machine(), machine(h100, h100)
    assert len(set(one_each)) == 4
    assert machine(h100, h200) == machine(h200, h100)
    assert machine(None) == machine()


def test_without_nvml_the_driver_names_the_gpus(monkeypatch, tmp_path):
    folder = tmp_path / "0000:18:00.0"
    folder.mkdir()
    (folder / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 18\n")
    monkeypatch.setattr(environment, "all_gpus", list)
    monkeypatch.setattr(environment, "_DRIVERS_GPUS", tmp_path)
    assert facts()["gpu_names"] == ["NVIDIA H200"]
