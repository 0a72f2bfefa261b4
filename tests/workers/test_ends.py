"""A worker's end, whatever it is, is told in words and never takes more than its time."""

import os
import signal
import time

import numpy as np
import pytest

from xlbench.tasks.pair.example import PairExample
from xlbench.workers import client
from xlbench.workers.client import Worker
from xlbench.workers.errors import WorkerDied, WorkerTimeout
from xlbench.workers.process import signal_name
from xlbench.workers.protocol import Open, Pin

from .test_process import PACKING, launch, ready

pytestmark = pytest.mark.usefixtures("forked_workers")


@pytest.fixture
def worker():
    made = Worker(launch(), timeout_s=60.0)
    yield made
    made.kill()


def test_a_request_that_a_stopped_worker_does_not_take_times_out(worker):
    """More than a pipe holds: a blocking write would wait for ever."""
    ready(worker, [3])
    os.kill(worker.pid, signal.SIGSTOP)
    worker._timeout_s = 0.5
    large = [PairExample(str(i), "word " * 2000, "", None) for i in range(1000)]
    began = time.monotonic()
    with pytest.raises(WorkerTimeout, match=r"took no request within 0\.5 s"):
        worker.open(Open("xnli", "de", PACKING), large)
    assert time.monotonic() - began < 30


def test_a_stopped_worker_is_ended_in_its_time_too(worker, monkeypatch):
    monkeypatch.setattr(client, "_STOP_S", 0.5)
    os.kill(worker.pid, signal.SIGSTOP)
    began = time.monotonic()
    worker.stop()
    assert not worker.alive and 0.5 <= time.monotonic() - began < 30


def test_large_requests_arrive_whole(worker):
    counted = ready(worker, [100 + i % 7 for i in range(2000)]).counts
    assert counted[:, 1].tolist() == [100 + i % 7 for i in range(2000)]
    assert counted.dtype == np.int32


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGRTMIN + 1, signal.SIGRTMAX - 2])
def test_a_worker_that_any_signal_killed_is_told_of_by_its_name_or_number(worker, number):
    os.kill(worker.pid, number)
    with pytest.raises(WorkerDied, match=f"was killed by {signal_name(number)}"):
        worker.pin(Pin((0,)))


def test_signals_without_a_name_have_their_number():
    assert signal_name(signal.SIGKILL) == "SIGKILL"
    assert signal_name(signal.SIGRTMIN + 3) == f"signal {signal.SIGRTMIN + 3}"
