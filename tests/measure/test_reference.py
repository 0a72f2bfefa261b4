import torch

from xlbench.measure.clock import HostClock
from xlbench.measure.reference import Reference


class FakeClock:
    """Marks are numbers; the passes take what they are told to, known after ``settle``."""

    name = "fake"

    def __init__(self, durations):
        self._durations = iter(durations)
        self._marks = 0
        self.now = 0
        self.settled = False

    def mark(self):
        if self._marks % 2:
            self.now += next(self._durations)
        self._marks += 1
        return self.now

    def settle(self):
        self.settled = True

    def between(self, first, last):
        assert self.settled, "read before the work was done"
        return last - first


def test_the_reference_is_the_median_of_three_passes_after_one_that_does_not_count():
    reference = Reference(torch.device("cpu"))
    assert reference.time_ns(FakeClock([900, 30, 10, 20])) == 20
    assert reference.time_ns(FakeClock([1, 30, 5000, 20])) == 30


def test_the_kernel_is_the_same_whatever_seed_is_set():
    torch.manual_seed(1)
    one = Reference(torch.device("cpu"))
    torch.manual_seed(2)
    other = Reference(torch.device("cpu"))
    one.time_ns(HostClock())
    other.time_ns(HostClock())
    assert torch.equal(one._out, other._out)


def test_the_seed_of_the_models_is_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    Reference(torch.device("cpu"))
    assert torch.equal(torch.rand(1), expected)


def test_a_real_clock_gives_positive_nanoseconds():
    assert Reference(torch.device("cpu")).time_ns(HostClock()) > 0
