import itertools

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
