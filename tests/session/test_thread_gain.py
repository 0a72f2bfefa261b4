import pytest
import torch

from xlbench.session import session as module
from xlbench.session.session import Session
from xlbench.session.thread_gain import LEAST_GAIN, thread_gain


class Kernel:
    """A kernel whose time depends on how many threads are set."""

    def __init__(self, times):
        self.times, self.threads, self.runs = times, 4, 0

    def set_threads(self, count):
        self.threads = count

    def time_ns(self):
        self.runs += 1
        return self.times[self.threads]

    def gain(self):
        return thread_gain(4, self.time_ns, self.set_threads)


def test_threads_that_help_gain_and_are_set_again():
    kernel = Kernel({1: 4000, 4: 1000})
    assert kernel.gain() == 4.0
    assert kernel.threads == 4


def test_threads_that_wait_for_a_busy_processor_lose_and_are_not_waited_for_long():
    kernel = Kernel({1: 2_200_000, 4: 433_000_000})
    assert kernel.gain() == pytest.approx(2.2 / 433) and kernel.gain() < LEAST_GAIN
    assert kernel.runs <= 8


def test_one_thread_has_nothing_to_gain():
    assert thread_gain(1, lambda: 1, lambda count: None) is None


def test_a_clock_that_stands_still_tells_nothing():
    assert Kernel({1: 0, 4: 0}).gain() is None


@pytest.mark.parametrize(("gain", "flags"), [(0.01, ["threads-cost"]), (1.5, []), (None, [])])
def test_a_cell_whose_threads_cost_more_than_they_bring_is_marked(monkeypatch, gain, flags):
    before = torch.get_num_threads()
    session = Session(lambda *_: None, "cpu", 2)
    monkeypatch.setattr(session._instruments, "thread_gain", lambda: gain)
    assert session.hello().thread_gain == gain
    assert [flag.value for flag in session._flags()] == flags
    torch.set_num_threads(before)
    assert module.LEAST_GAIN == LEAST_GAIN
