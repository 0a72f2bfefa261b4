import itertools

from xlbench.measure import loop
from xlbench.measure.clock import CudaClock, HostClock
from xlbench.measure.loop import Step, timed_loop


class FakeCuda:
    """Events on a stream whose time passes only when work is queued."""

    def __init__(self):
        self.now_ms = 0.0
        self.waits = 0
        fake = self

        class Event:
            def __init__(self, enable_timing):
                assert enable_timing

            def record(self):
                self.at_ms = fake.now_ms

            def synchronize(self):
                fake.waits += 1

            def elapsed_time(self, other):
                return other.at_ms - self.at_ms

        self.Event = Event

    def work(self, ms, value):
        self.now_ms += ms
        return value


def test_cuda_events_tell_copy_and_forward_apart_and_wait_once():
    cuda = FakeCuda()
    kept = {}
    step = Step(
        prepare=lambda unit: unit,
        copy=lambda ready: cuda.work(0.5, ready),
        forward=lambda inputs: cuda.work(2.0 + inputs, inputs * 10),
        keep=lambda unit, outputs: (kept.update({unit: outputs}), cuda.work(9.0, None)),
    )
    timings = timed_loop([1, 0, 2], step, CudaClock(cuda))
    assert [t.unit for t in timings] == [1, 0, 2]
    assert [t.h2d_ns for t in timings] == [500_000] * 3
    assert [t.forward_ns for t in timings] == [3_000_000, 2_000_000, 4_000_000]
    assert [t.latency_ns for t in timings] == [3_500_000, 2_500_000, 4_500_000]
    assert kept == {1: 10, 0: 0, 2: 20}
    assert cuda.waits == 1


def test_without_a_copy_there_is_no_copy_time():
    step = Step(lambda unit: unit, None, lambda ready: ready, lambda unit, outputs: None)
    (timing,) = timed_loop([7], step, HostClock())
    assert timing.h2d_ns is None
    assert timing.latency_ns == timing.forward_ns >= 0


def test_a_passed_deadline_still_runs_the_floor_and_nothing_more():
    step = Step(lambda unit: unit, None, lambda ready: ready, lambda unit, outputs: None)
    timings = timed_loop(itertools.count(), step, HostClock(), deadline_ns=0, floor=3)
    assert [t.unit for t in timings] == [0, 1, 2]


class VirtualGpu:
    """Two clocks in nanoseconds: what the host has done, and when the stream will be free."""

    def __init__(self, host_ns, device_ns):
        self.host_ns, self.device_ns = host_ns, device_ns
        self.host = self.free = 0

    def Event(self, enable_timing):
        return Event(self)

    def forward(self, _):
        self.host += self.host_ns
        self.free = max(self.free, self.host) + self.device_ns


class Event:
    def __init__(self, gpu):
        self.gpu = gpu

    def record(self):
        self.at = self.gpu.free = max(self.gpu.free, self.gpu.host)

    def synchronize(self):
        self.gpu.host = max(self.gpu.host, self.at)

    def elapsed_time(self, last):
        return (last.at - self.at) / 1e6


def test_the_host_does_not_run_far_ahead_of_the_device_past_a_deadline(monkeypatch):
    gpu = VirtualGpu(host_ns=250_000, device_ns=60_000_000)
    monkeypatch.setattr(loop.time, "perf_counter_ns", lambda: gpu.host)
    step = Step(lambda unit: unit, None, gpu.forward, lambda unit, outputs: None)
    timings = timed_loop(range(10**6), step, CudaClock(gpu), deadline_ns=10_000_000)
    assert len(timings) == loop.AHEAD
    assert {t.latency_ns for t in timings[1:]} == {60_000_000}


def test_the_times_from_batch_to_batch_are_all_of_the_loops_time(monkeypatch):
    gpu = VirtualGpu(host_ns=10_000, device_ns=250_000)
    monkeypatch.setattr(loop.time, "perf_counter_ns", lambda: gpu.host)

    def prepare(unit):
        gpu.host += 390_000

    step = Step(prepare, None, gpu.forward, lambda unit, outputs: None)
    timings = timed_loop(range(50), step, CudaClock(gpu))
    assert sum(t.cycle_ns for t in timings) == gpu.host == 50 * 400_000 + 250_000
    assert sum(t.latency_ns for t in timings) < 0.99 * gpu.host, "not that the device waited"


def test_without_a_deadline_the_host_does_not_run_far_ahead_either(monkeypatch):
    gpu = VirtualGpu(host_ns=1_000, device_ns=60_000_000)
    monkeypatch.setattr(loop.time, "perf_counter_ns", lambda: gpu.host)
    ahead = []

    def keep(unit, outputs):
        ahead.append((gpu.free - gpu.host) / 60_000_000)

    step = Step(lambda unit: unit, None, gpu.forward, keep)
    assert len(timed_loop(range(40), step, CudaClock(gpu))) == 40
    assert max(ahead) <= loop.AHEAD


def test_the_device_is_kept_busy_while_the_host_waits(monkeypatch):
    gpu = VirtualGpu(host_ns=250_000, device_ns=1_000_000)
    monkeypatch.setattr(loop.time, "perf_counter_ns", lambda: gpu.host)
    step = Step(lambda unit: unit, None, gpu.forward, lambda unit, outputs: None)
    timings = timed_loop(range(10**6), step, CudaClock(gpu), deadline_ns=100_000_000)
    assert gpu.free == 250_000 + len(timings) * 1_000_000
    assert {t.latency_ns for t in timings[1:]} == {1_000_000}
